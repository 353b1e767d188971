using Kaleido.Backends;

namespace Kaleido.Tests.Optimizers;

public class ScheduleTests
{
    private static readonly Dictionary<string, LearningRateSchedule> Schedules = new()
    {
        ["constant"] = LearningRateSchedule.Constant(0.003),
        ["step"] = LearningRateSchedule.Step(0.1, 30, 0.5),
        ["cosine"] = LearningRateSchedule.Cosine(0.1, 200),
        ["cosine to a minimum"] = LearningRateSchedule.Cosine(0.1, 77, 0.01),
        ["warm-up"] = LearningRateSchedule.Constant(0.2).WithWarmUp(9),
        ["warm-up, then step"] = LearningRateSchedule.Step(0.1, 30, 0.9).WithWarmUp(50),
        ["warm-up, then cosine"] = LearningRateSchedule.Cosine(0.1, 150).WithWarmUp(50),
    };

    public static TheoryData<string> Names => [.. Schedules.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_rate_is_its_closed_form(string name)
    {
        var schedule = Schedules[name];
        schedule.Validate();
        for (int step = 0; step < 400; step++)
        {
            double expected = TextbookOptimizer.Rate(schedule, step);
            Assert.InRange(Math.Abs(schedule.At((ulong)step) - expected), 0, 1e-13 * schedule.Rate);
        }
    }

    [Fact]
    public void Landmarks_are_exact()
    {
        var cosine = LearningRateSchedule.Cosine(0.5, 100, 0.125).WithWarmUp(4);
        Assert.Equal([0.125, 0.25, 0.375, 0.5], Enumerable.Range(0, 4).Select(step => cosine.At((ulong)step)));
        Assert.Equal(0.5, cosine.At(4));
        Assert.Equal(0.3125, cosine.At(54));
        Assert.Equal(0.125, cosine.At(104));
        Assert.Equal(0.125, cosine.At(1_000_000_000_000));
        var step = LearningRateSchedule.Step(0.5, 10, 0.5);
        Assert.Equal([0.5, 0.5, 0.25, 0.125], new ulong[] { 0, 9, 10, 20 }.Select(step.At));
    }
}
