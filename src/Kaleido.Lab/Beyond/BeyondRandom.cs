namespace Kaleido.Lab.Beyond;

/// <summary>The Philox streams of the questions beyond the paper, so that no two purposes share numbers under one seed.</summary>
internal static class BeyondRandom
{
    /// <summary>Points of the unit cube to be mapped to themselves.</summary>
    public const uint CubeData = 0x5900_0001;

    /// <summary>Convex combinations of them.</summary>
    public const uint Mixtures = 0x5900_0002;

    /// <summary>Points on curves and blobs.</summary>
    public const uint ShapeData = 0x5900_0003;

    /// <summary>Where chains start.</summary>
    public const uint Starts = 0x5900_0004;

    /// <summary>Noise between iterations.</summary>
    public const uint Noise = 0x5900_0005;
}
