using Kaleido.Training;

namespace Kaleido.Lab.Creation;

/// <summary>What a running creation is at.</summary>
public enum CreatePhase
{
    /// <summary>The data are read; the next thing is training.</summary>
    Loaded,
    /// <summary>Training; <see cref="CreateProgress.Training"/> says how far.</summary>
    Training,
    /// <summary>The training has ended.</summary>
    Trained,
    /// <summary>The chains are iterated.</summary>
    Sampling,
    /// <summary>The last frame is compared with the training samples.</summary>
    Measuring,
}

/// <summary>A sample of a running creation.</summary>
/// <param name="Phase">What it is at.</param>
/// <param name="Text">A line about the data, the network or the result of a phase; empty for most reports.</param>
/// <param name="Training">In the training: how far.</param>
/// <param name="Iteration">In the sampling: iterations made.</param>
/// <param name="Iterations">In the sampling: iterations in all.</param>
public readonly record struct CreateProgress(CreatePhase Phase, string Text = "", TrainingProgress Training = default, int Iteration = 0,
    int Iterations = 0);
