namespace Kaleido.Lab.Figures;

/// <summary>
/// Progress told at once, on the thread that reports it: <see cref="Progress{T}"/> posts it, so that it may come too late.
/// </summary>
/// <param name="tell">What to do with a report.</param>
internal sealed class Told<T>(Action<T> tell) : IProgress<T>
{
    public void Report(T value) => tell(value);
}
