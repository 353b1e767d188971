namespace Kaleido.Cuda.Tests.Ptx;

/// <summary>PTX text that is not understood, a launch that does not fit, or a fault while a kernel ran.</summary>
public sealed class PtxException(string message) : Exception(message);
