using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Contract;

public sealed class OptimizerLaws
{
    private const int Parameters = 37, Steps = 50;

    private static readonly (string Name, OptimizerRule Rule)[] Rules =
    [
        ("SGD", new(OptimizerKind.Sgd, LearningRateSchedule.Constant(0.1))),
        ("SGD, L2", new(OptimizerKind.Sgd, LearningRateSchedule.Constant(0.1)) { WeightDecay = 0.01 }),
        ("SGD, decoupled", new(OptimizerKind.Sgd, LearningRateSchedule.Constant(0.1)) { WeightDecay = 0.01, Decoupled = true }),
        ("SGD, momentum", new(OptimizerKind.Sgd, LearningRateSchedule.Constant(0.05)) { Momentum = 0.9 }),
        ("SGD, dampening", new(OptimizerKind.Sgd, LearningRateSchedule.Constant(0.05)) { Momentum = 0.8, Dampening = 0.3 }),
        ("SGD, Nesterov", new(OptimizerKind.Sgd, LearningRateSchedule.Constant(0.05))
            { Momentum = 0.9, Nesterov = true, WeightDecay = 0.02 }),
        ("SGD, steps", new(OptimizerKind.Sgd, LearningRateSchedule.Step(0.1, 7, 0.5))),
        ("AdaGrad", new(OptimizerKind.AdaGrad, LearningRateSchedule.Constant(0.1)) { Epsilon = 1e-10 }),
        ("AdaGrad, decay", new(OptimizerKind.AdaGrad, LearningRateSchedule.Constant(0.1))
            { Epsilon = 1e-10, RateDecay = 0.05, WeightDecay = 0.01 }),
        ("RMSprop", new(OptimizerKind.RmsProp, LearningRateSchedule.Constant(0.01)) { Beta2 = 0.99 }),
        ("RMSprop, momentum", new(OptimizerKind.RmsProp, LearningRateSchedule.Constant(0.01))
            { Beta2 = 0.9, Momentum = 0.7, WeightDecay = 0.01 }),
        ("Adam", new(OptimizerKind.Adam, LearningRateSchedule.Constant(0.01))),
        ("Adam, L2", new(OptimizerKind.Adam, LearningRateSchedule.Constant(0.01))
            { WeightDecay = 0.01, Beta1 = 0.8, Beta2 = 0.95, Epsilon = 1e-3 }),
        ("Adam, first moment off", new(OptimizerKind.Adam, LearningRateSchedule.Constant(0.01)) { Beta1 = 0 }),
        ("AdamW", new(OptimizerKind.Adam, LearningRateSchedule.Constant(0.01)) { WeightDecay = 0.1, Decoupled = true }),
        ("Adam, cosine", new(OptimizerKind.Adam, LearningRateSchedule.Cosine(0.01, 40, 0.001).WithWarmUp(5))),
    ];

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (string device in Devices.Names)
            foreach (var (name, _) in Rules) cases.Add(device, name);
        return cases;
    }

    private sealed record Arenas(MatrixView Gradients, MatrixView Parameters, MatrixView Moment1, MatrixView Moment2)
    {
        public void Update(Bench bench, StepCounter counter, OptimizerRule rule)
        {
            bench.Backend.Update(counter, rule, Gradients, Parameters, Moment1, Moment2);
            bench.Backend.Advance(counter);
        }
    }

    private static Arenas Put(Bench bench, Grid parameters) => new(
        bench.Put(new(1, parameters.Columns)), bench.Put(parameters),
        bench.Put(new(1, parameters.Columns)), bench.Put(new(1, parameters.Columns)));

    /// <summary>Numbers of either sign with magnitudes from 1/2 to 3/2.</summary>
    private static Grid Gradients(Bench bench, Random random) =>
        Grid.Of(1, Parameters, (_, _) => bench.Round((0.5 + random.NextDouble()) * (random.Next(2) == 0 ? 1 : -1)));

    [Theory, MemberData(nameof(Cases))]
    public void Fifty_steps_are_PyTorchs(string device, string name)
    {
        using var bench = Devices.Open(device);
        using var counter = bench.Backend.AllocateCounter();
        var rule = Rules.Single(it => it.Name == name).Rule;
        rule.Validate();
        var random = new Random(5);
        var start = bench.Random(random, 1, Parameters);
        var arenas = Put(bench, start);
        TorchOptimizers[] expected = [.. start.Values.Select(w => new TorchOptimizers(rule, w, bench.Unit + Math.ScaleB(1, -53)))];
        for (ulong step = 0; step < Steps; step++)
        {
            var gradients = Gradients(bench, random);
            arenas.Gradients.Memory.Upload(arenas.Gradients.Offset, gradients.Values);
            arenas.Update(bench, counter, rule);
            for (int i = 0; i < Parameters; i++) expected[i].Step(gradients.Values[i], Rate(rule.Schedule, step));
            bench.Within(new(1, Parameters, [.. expected.Select(it => it.Parameter)]),
                new(1, Parameters, [.. expected.Select(it => it.Bound)]), arenas.Parameters);
        }

        // The bound must mean something: far less than what the parameters moved.
        Assert.True(expected.Max(it => it.Bound) < 1e-3 * start.Values.Zip(expected, (w, it) => Math.Abs(w - it.Parameter)).Max());
    }

    /// <summary>The schedules from their definitions.</summary>
    private static double Rate(LearningRateSchedule schedule, ulong step)
    {
        if (step < (ulong)schedule.WarmUpSteps) return schedule.Rate * (step + 1.0) / schedule.WarmUpSteps;
        double t = step - (ulong)schedule.WarmUpSteps;
        return schedule.Kind switch
        {
            ScheduleKind.Step => schedule.Rate * Math.Pow(schedule.Factor, Math.Floor(t / schedule.Period)),
            ScheduleKind.Cosine => schedule.MinimumRate
                + (schedule.Rate - schedule.MinimumRate) * (1 + Math.Cos(Math.PI * Math.Min(t, schedule.Period) / schedule.Period)) / 2,
            _ => schedule.Rate,
        };
    }

    [Theory, MemberData(nameof(Cases))]
    public void An_update_has_the_bits_of_the_written_order(string device, string name)
    {
        using var bench = Devices.Open(device);
        var rule = Rules.Single(it => it.Name == name).Rule;
        var random = new Random(8);
        foreach (ulong step in new ulong[] { 0, 1, 2, 10, 999 })
        {
            using var counter = bench.Backend.AllocateCounter();
            counter.Value = step;
            Grid[] before =
                [Gradients(bench, random), bench.Random(random, 1, Parameters), Positive(bench, random), Positive(bench, random)];
            Grid[] after = [before[0], new(1, Parameters), new(1, Parameters), new(1, Parameters)];
            for (int i = 0; i < Parameters; i++)
            {
                (after[1].Values[i], after[2].Values[i], after[3].Values[i]) = WrittenUpdate.Apply(
                    bench, rule, step, before[0].Values[i], before[1].Values[i], before[2].Values[i], before[3].Values[i]);
            }

            MatrixView[] views = [.. before.Select(grid => bench.Put(grid))];
            bench.Backend.Update(counter, rule, views[0], views[1], views[2], views[3]);
            for (int i = 0; i < views.Length; i++) bench.SameBits(after[i], views[i]);
        }

        static Grid Positive(Bench bench, Random random) => Grid.Of(1, Parameters, (_, _) => bench.Round(random.NextDouble()));
    }

    [Theory, MemberData(nameof(Cases))]
    public void An_update_does_not_depend_on_the_place_of_a_parameter(string device, string name)
    {
        using var bench = Devices.Open(device);
        var rule = Rules.Single(it => it.Name == name).Rule;
        var random = new Random(6);
        var (start, gradients) = (bench.Random(random, 1, Parameters), Gradients(bench, random));
        Grid Run(int from, int count)
        {
            using var counter = bench.Backend.AllocateCounter();
            var arenas = Put(bench, new(1, count, start.Values[from..(from + count)]));
            arenas.Gradients.Memory.Upload(arenas.Gradients.Offset, gradients.Values.AsSpan(from, count));
            for (int step = 0; step < 3; step++) arenas.Update(bench, counter, rule);
            return bench.Read(arenas.Parameters);
        }

        var whole = Run(0, Parameters);
        for (int i = 0; i < Parameters; i++) Assert.Equal(whole.Values[i], Run(i, 1).Values[0]);
        Assert.Empty(Run(0, 0).Values);
    }

    [Theory, OnEveryDevice]
    public void Moments_of_Adam_below_the_smallest_normal_number_become_plus_zero(string device)
    {
        using var bench = Devices.Open(device);
        using var counter = bench.Backend.AllocateCounter();
        counter.Value = 10;
        double smallest = bench.SmallestNormal;
        // β₁ = β₂ = 1/2 halve a moment exactly when the gradient is zero.
        var rule = new OptimizerRule(OptimizerKind.Adam, LearningRateSchedule.Constant(0.01)) { Beta1 = 0.5, Beta2 = 0.5 };
        double[] moments = [smallest, -smallest, 2 * smallest, -2 * smallest, smallest * 1.5, smallest / 4, 4 * smallest, 0, -0.0];
        double[] halves = [0, 0, smallest, -smallest, 0, 0, 2 * smallest, 0, 0];
        var arenas = new Arenas(bench.Put(new(1, 9)), bench.Put(Grid.Of(1, 9, (_, _) => 1)), bench.Put(new(1, 9, moments)),
            bench.Put(new(1, 9, [.. moments.Select(Math.Abs)])));
        arenas.Update(bench, counter, rule);
        bench.SameBits(new(1, 9, halves), arenas.Moment1);
        bench.SameBits(new(1, 9, [.. halves.Select(Math.Abs)]), arenas.Moment2);
    }

    [Theory, OnEveryDevice]
    public void The_first_step_of_momentum_starts_from_the_gradient_and_not_from_what_was_there(string device)
    {
        using var bench = Devices.Open(device);
        using var counter = bench.Backend.AllocateCounter();
        var rule = new OptimizerRule(OptimizerKind.Sgd, LearningRateSchedule.Constant(0.5)) { Momentum = 0.5, Dampening = 0.5 };
        var arenas = new Arenas(bench.Put(new(1, 2, [2, -4])), bench.Put(new(1, 2, [1, 1])), bench.Put(new(1, 2)), bench.Put(new(1, 2)));
        arenas.Update(bench, counter, rule);
        bench.SameBits(new(1, 2, [2, -4]), arenas.Moment1);
        bench.SameBits(new(1, 2, [0, 3]), arenas.Parameters);
        arenas.Update(bench, counter, rule);
        bench.SameBits(new(1, 2, [2, -4]), arenas.Moment1);
        bench.SameBits(new(1, 2, [-1, 5]), arenas.Parameters);
    }

    [Theory, OnEveryDevice]
    public void A_NaN_gradient_reaches_its_own_parameter_alone(string device)
    {
        using var bench = Devices.Open(device);
        foreach (var (name, rule) in Rules)
        {
            using var counter = bench.Backend.AllocateCounter();
            var start = bench.Random(new(7), 1, Parameters);
            var arenas = Put(bench, start);
            arenas.Gradients.Memory.Upload(arenas.Gradients.Offset + 20, [double.NaN]);
            arenas.Update(bench, counter, rule);
            double[] after = bench.Read(arenas.Parameters).Values;
            for (int i = 0; i < Parameters; i++) Assert.True(double.IsNaN(after[i]) == (i == 20), $"{name}, parameter {i}: {after[i]}");
        }
    }
}
