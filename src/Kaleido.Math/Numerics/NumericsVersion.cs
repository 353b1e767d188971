namespace Kaleido.Numerics;

/// <summary>The version of the library's bits: it changes whenever any result can change in any bit.</summary>
public static class NumericsVersion
{
    /// <summary>The version of this build; written into every file and report.</summary>
    public const int Current = 2;
}
