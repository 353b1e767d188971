using System.Diagnostics;

namespace Kaleido.Lab.Tests.Support;

/// <summary>Programs that judge what is written, where they are installed.</summary>
internal static class Programs
{
    private static readonly string[] Folders = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A Python that has the library PIL, or null.</summary>
    public static string? PythonWithPil { get; } = All("python3").Append("/usr/bin/python3").Where(File.Exists).Distinct()
        .FirstOrDefault(python => Run(python, "-c", "import PIL").ExitCode == 0);

    public static string? Find(string program) => All(program).FirstOrDefault(File.Exists);

    /// <summary>Runs a program to its end.</summary>
    public static (int ExitCode, string Output) Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    private static IEnumerable<string> All(string program) =>
        Folders.Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? program + ".exe" : program));
}

/// <summary>A fact judged by a program; skipped, with the reason, where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactIfProgramAttribute : FactAttribute
{
    public FactIfProgramAttribute(string program) =>
        Skip = Programs.Find(program) is null ? $"The program {program} is not installed." : null!;
}

/// <summary>A fact judged by Python's library PIL; skipped, with the reason, where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactIfPilAttribute : FactAttribute
{
    public FactIfPilAttribute() => Skip = Programs.PythonWithPil is null ? "There is no python3 with the library PIL." : null!;

    /// <summary>Frame by frame what PIL sees: the first word is the loop count, then delay:hash of the RGB bytes of each frame.</summary>
    public static string[] Describe(string path)
    {
        const string Script = """
            import sys, hashlib
            from PIL import Image
            it = Image.open(sys.argv[1])
            words = [str(it.info.get('loop'))]
            for i in range(it.n_frames):
                it.seek(i)
                words.append('%d:%s' % (it.info['duration'], hashlib.sha256(it.convert('RGB').tobytes()).hexdigest()))
            print(' '.join(words))
            """;
        (int exitCode, string output) = Programs.Run(Programs.PythonWithPil!, "-c", Script, path);
        Assert.True(exitCode == 0, output);
        return output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }
}
