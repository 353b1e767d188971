namespace Kaleido.Cuda.Interop;

/// <summary>
/// Finds functions of a native library by name: in production the library's exports, in tests those of a managed fake.
/// </summary>
/// <param name="library">The library in words, for messages.</param>
/// <param name="find">Address of an exported function, or 0 if there is none of that name.</param>
internal sealed class Exports(string library, Func<string, nint> find)
{
    /// <summary>
    /// The first of these names that the library has. A later CUDA may export a function under a versioned name alone, so both are given.
    /// </summary>
    /// <exception cref="MissingExportException">The library has none of them.</exception>
    public nint Need(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            nint address = find(name);
            if (address != 0) return address;
        }

        throw new MissingExportException(library, names[0]);
    }
}

/// <summary>A native library lacks a function that is needed: it is too old, or another library.</summary>
internal sealed class MissingExportException(string library, string name) : Exception($"{library} has no function {name}")
{
    public string Function { get; } = name;
}
