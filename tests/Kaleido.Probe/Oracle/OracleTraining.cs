using Kaleido.Backends;
using Kaleido.Data;
using Kaleido.Networks;
using Kaleido.Tensors;
using Kaleido.Training;

namespace Kaleido.Probe.Oracle;

/// <summary>The lines of tests/oracle/optimizers.c and trainings.c, computed by the library.</summary>
internal sealed class OracleTraining(OracleReport report, Device device, int threads)
{
    private const int Length = 1003, Samples = 40, Features = 784;

    private static readonly LearningRateSchedule s_constant = LearningRateSchedule.Constant(1e-2).WithWarmUp(7);
    private static readonly LearningRateSchedule s_step = LearningRateSchedule.Step(3e-3, 100, 0.7);
    private static readonly LearningRateSchedule s_cosine = LearningRateSchedule.Cosine(1e-1, 1900, 1e-4).WithWarmUp(30);

    public void Run()
    {
        report.Line("schedules", () =>
        {
            foreach (var schedule in (LearningRateSchedule[])[s_constant, s_step, s_cosine, LearningRateSchedule.Cosine(1e-3, 3)])
            {
                for (ulong step = 0; step < 2000; step++) report.Put(schedule.At(step));
            }
        });
        Optimizer("adam", new(OptimizerKind.Adam, s_constant));
        Optimizer("adam_l2", new(OptimizerKind.Adam, s_step) { WeightDecay = 0.01 });
        Optimizer("adamw", new(OptimizerKind.Adam, s_cosine) { WeightDecay = 0.01, Decoupled = true });
        Optimizer("sgd", new(OptimizerKind.Sgd, s_constant));
        Optimizer("sgd_momentum", new(OptimizerKind.Sgd, s_constant) { Momentum = 0.9, Dampening = 0.3 });
        Optimizer("sgd_nesterov", new(OptimizerKind.Sgd, s_constant) { Momentum = 0.9, Nesterov = true });
        Optimizer("adagrad", new(OptimizerKind.AdaGrad, s_constant) { RateDecay = 0.01, Epsilon = 1e-10 });
        Optimizer("rmsprop", new(OptimizerKind.RmsProp, s_constant) { Beta2 = 0.99, Momentum = 0.9 });
        report.Line("training_plan", HashProbe.WeightsSha256(threads));
        var data = new float[Samples * Features];
        for (int i = 0; i < data.Length; i++) data[i] = OracleInputs.Unit(40, (uint)i);
        report.Line("training_fit", Fit((network, options) => Trainer.Fit(network, data, data, LossFunction.SquaredError, options), 0.016));
        var digits = EmbeddedDigits.Create(Samples, 3);
        report.Line("digits", () => report.Put(digits.Values.Span));
        report.Line("training_verify", Fit((network, options) => ManifoldLearning.Fit(network, digits, options), 1));
    }

    private void Optimizer(string name, OptimizerRule rule) => report.Line(name, () =>
    {
        using Tensor g = device.CreateTensor(1, Length), w = device.CreateTensor(1, Length);
        using Tensor a = device.CreateTensor(1, Length), b = device.CreateTensor(1, Length);
        for (uint i = 0; i < Length; i++) w.Span[(int)i] = OracleInputs.Unit(30, i);
        using var counter = device.Backend.AllocateCounter();
        ulong[] later = [100, 1000, 50000, 123456789];
        for (uint turn = 0; turn < 24; turn++)
        {
            for (uint i = 0; i < Length; i++)
            {
                g.Span[(int)i] = i % 3 != 0 ? OracleInputs.Unit(31 + turn, i)
                    : i % 2 != 0 ? MathF.ScaleB(OracleInputs.Unit(31 + turn, i), -127)
                    : OracleInputs.UnitOrSpecial(31 + turn, i);
            }

            counter.Value = turn < 20 ? turn : later[turn - 20];
            device.Backend.Update(counter, rule, g.View, w.View, a.View, b.View);
        }

        report.Put(w.Span);
        report.Put(a.Span);
        report.Put(b.Span);
    });

    // The small case of "kaleido verify".
    private string Fit(Func<Mlp, TrainingOptions, FitResult> train, double norm)
    {
        using var network = Mlp.Create(device, new(Features, 23, 3) { Output = Activation.Tanh, Seed = 3 });
        var options = new TrainingOptions { BatchSize = 17, Steps = 20, InputNoise = 0.1, Seed = 3, EvaluationInterval = 5 };
        var fit = train(network, options with { Clipping = new(Norm: norm) });
        return fit.StopReason == StopReason.Completed
            ? fit.LastWeightsSha256
            : throw new InvalidOperationException($"{fit.StopReason} after {fit.Steps} steps");
    }
}
