using FsCheck;
using FsCheck.Fluent;
using Kaleido.Backends;
using Kaleido.Networks;
using Kaleido.Tests;

namespace Kaleido.Theorems;

/// <summary>A bounded network keeps every point in its cube.</summary>
public sealed class BoundedTests
{
    [Fact]
    public void Every_finite_point_goes_into_the_closed_cube()
    {
        using var device = Device.Cpu(1);
        Law.Holds(Law.Sizes(3, 12), it =>
        {
            int features = 1 + it.Sizes[0], width = 1 + it.Sizes[1], layers = 1 + it.Sizes[2] % 5;
            var random = it.Random();
            bool sigmoid = random.Next(2) == 0;
            using var network = Mlp.Create(device, new(features, width, layers)
            {
                Output = sigmoid ? Activation.Sigmoid : Activation.Tanh, Seed = (uint)it.Seed,
            });
            float[] points = [.. Enumerable.Range(0, 20 * features).Select(_ => (float)(Math.Pow(10, 12 * random.NextDouble() - 4) * (random.Next(2) * 2 - 1)))];
            Assert.All(network.Evaluate(points), value => Assert.InRange(value, sigmoid ? 0f : -1f, 1f));
        }, 50);
    }
}
