using Kaleido.Lab.Pictures;

namespace Kaleido.Lab.Tests.Creation;

/// <summary>
/// A folder of small colour pictures of several sizes, drawn from a seed: suns, houses, trees and boats, a sub-folder for each.
/// </summary>
internal static class DrawnFolder
{
    private static readonly string[] s_kinds = ["boat", "house", "sun", "tree"];

    public static void Draw(string folder, int count, int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < count; i++)
        {
            string kind = s_kinds[i % s_kinds.Length], place = Path.Combine(folder, kind);
            Directory.CreateDirectory(place);
            PngEncoder.Write(Path.Combine(place, FormattableString.Invariant($"{i:d3}.png")), One(kind, random));
        }
    }

    private static Picture One(string kind, Random random)
    {
        int side = random.Next(40, 65);
        var picture = new Picture(side, side, 3);
        double x = 0.4 + 0.2 * random.NextDouble(), y = 0.45 + 0.1 * random.NextDouble(), size = 0.22 + 0.1 * random.NextDouble();
        (int R, int G, int B) sky = (random.Next(90, 200), random.Next(150, 220), random.Next(200, 256));
        (int R, int G, int B) ground = kind == "boat" ? (30, random.Next(60, 110), 160) : (random.Next(60, 130), random.Next(120, 170), 60);
        (int R, int G, int B) body = (random.Next(150, 256), random.Next(40, 160), random.Next(20, 90));
        for (int row = 0; row < side; row++)
        {
            for (int column = 0; column < side; column++)
            {
                double u = (column + 0.5) / side - x, v = (row + 0.5) / side - y;
                (int R, int G, int B) colour = v > 0.25 ? ground : sky;
                bool inside = kind switch
                {
                    "sun" => u * u + v * v < size * size,
                    "house" => (Math.Abs(u) < size && v > 0 && v < 0.3) || (v <= 0 && v > -size && Math.Abs(u) < size + v),
                    "tree" => u * u + (v + 0.1) * (v + 0.1) < size * size || (Math.Abs(u) < 0.05 && v > 0 && v < 0.32),
                    _ => (v > 0.15 && v < 0.3 && Math.Abs(u) < size + 0.3 - v) || (v <= 0.15 && v > -size && u > 0 && u < (v + size) * 0.8),
                };
                if (inside)
                {
                    colour = kind switch
                    {
                        "sun" => (255, 220, body.B),
                        "tree" when v < 0.05 => (40, body.G, 40),
                        "boat" when v <= 0.15 => (245, 245, 235),
                        _ => body,
                    };
                }

                int at = 3 * (row * side + column);
                (picture.Pixels[at], picture.Pixels[at + 1], picture.Pixels[at + 2]) = ((byte)colour.R, (byte)colour.G, (byte)colour.B);
            }
        }

        return picture;
    }
}
