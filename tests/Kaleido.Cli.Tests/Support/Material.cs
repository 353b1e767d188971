using Kaleido.Files;
using Kaleido.Lab.Pictures;
using Kaleido.Tests.Files;

namespace Kaleido.Cli.Tests.Support;

/// <summary>Small data of every kind, drawn by the tests.</summary>
internal static class Material
{
    /// <summary>What makes a creation take a moment.</summary>
    public static readonly string[] Small =
        ["--steps", "20", "--hidden", "8", "--layers", "1", "--iterations", "3", "--chains", "4", "--threads", "1"];

    /// <summary>A folder like MNIST's: pictures of 6 × 5 with labels 0 to 9.</summary>
    public static string Idx(string folder, int samples)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "train-images-idx3-ubyte"),
            IdxBytes.Make(IdxType.UInt8, [samples, 5, 6], [.. Enumerable.Range(0, samples * 30).Select(i => (double)(i * 37 % 256))]));
        File.WriteAllBytes(Path.Combine(folder, "train-labels-idx1-ubyte"),
            IdxBytes.Make(IdxType.UInt8, [samples], [.. Enumerable.Range(0, samples).Select(i => (double)(i % 10))]));
        return folder;
    }

    /// <summary>A batch of CIFAR-10 with labels 0 to 9.</summary>
    public static string Cifar(string folder, int samples)
    {
        Directory.CreateDirectory(folder);
        var bytes = new byte[samples * 3073];
        for (int i = 0; i < bytes.Length; i++) bytes[i] = i % 3073 == 0 ? (byte)(i / 3073 % 10) : (byte)(i * 31 + i / 1024 * 50);
        File.WriteAllBytes(Path.Combine(folder, "data_batch_1.bin"), bytes);
        return folder;
    }

    /// <summary>Colour pictures of different sizes.</summary>
    public static string Photos(string folder, int pictures)
    {
        for (int i = 0; i < pictures; i++) Draw(Path.Combine(folder, $"photo{i:D2}.png"), 20 + 3 * i, 17 + 2 * i, 3, i);
        return folder;
    }

    /// <summary>Pictures of one size, in a sub-folder for each name.</summary>
    public static string Classes(string folder, int channels, params string[] names)
    {
        for (int i = 0; i < 3 * names.Length; i++) Draw(Path.Combine(folder, names[i / 3], $"{i}.png"), 7, 4, channels, i);
        return folder;
    }

    /// <summary>A file of the repository that the tests were built in.</summary>
    public static string InRepository(params string[] path)
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string file = Path.Combine([at.FullName, .. path]);
            if (File.Exists(file)) return file;
        }

        throw new FileNotFoundException(Path.Combine(path));
    }

    private static void Draw(string path, int width, int height, int channels, int seed)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var picture = new Picture(width, height, channels);
        for (int i = 0; i < picture.Pixels.Length; i++) picture.Pixels[i] = (byte)(i * (7 + seed) + 13 * seed);
        PngEncoder.Write(path, picture);
    }
}
