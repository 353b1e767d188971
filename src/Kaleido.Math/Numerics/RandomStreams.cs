namespace Kaleido.Numerics;

/// <summary>The Philox streams in use, so that no two purposes share numbers under one seed.</summary>
public static class RandomStreams
{
    /// <summary>First stream of initial parameters; parameter i uses this + i.</summary>
    public const uint Parameters = 0;

    /// <summary>The order of minibatches.</summary>
    public const uint Minibatches = 0x1000_0000;

    /// <summary>Noise added to training inputs.</summary>
    public const uint InputNoise = 0x1000_0001;

    /// <summary>Where the chains of a kaleidoscope start.</summary>
    public const uint ChainStart = 0x2000_0000;

    /// <summary>Noise between the iterations of a kaleidoscope.</summary>
    public const uint ChainNoise = 0x2000_0001;

    /// <summary>Drawn data sets.</summary>
    public const uint DrawnData = 0x3000_0000;

    /// <summary>Samples chosen from a data set.</summary>
    public const uint Selection = 0x3000_0001;
}
