using System.Security.Cryptography;
using Kaleido.Lab.Pictures;

namespace Kaleido.Lab.Tests.Support;

/// <summary>Pictures to write, and what is known about them.</summary>
internal static class Frames
{
    /// <summary>Frames of noise; with few colours long repetitions occur.</summary>
    public static Picture[] Noise(Random random, int count, int width, int height, int channels, int colours = 256)
    {
        var table = new byte[3 * colours];
        random.NextBytes(table);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var picture = new Picture(width, height, channels);
            for (int i = 0; i < picture.Pixels.Length; i += channels)
            {
                int colour = i > 0 && random.Next(2) == 0 ? -1 : random.Next(colours);
                for (int c = 0; c < channels; c++)
                {
                    picture.Pixels[i + c] = colour < 0 ? picture.Pixels[i + c - channels] : table[(3 * colour) + c];
                }
            }

            return picture;
        })];
    }

    /// <summary>A smooth picture with many more than 256 colours.</summary>
    public static Picture Gradient(int width, int height, int phase = 0)
    {
        var picture = new Picture(width, height, 3);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int at = 3 * ((y * width) + x);
                (picture.Pixels[at], picture.Pixels[at + 1], picture.Pixels[at + 2]) =
                    ((byte)(255 * x / width), (byte)(255 * y / height), (byte)(phase + ((x + y) / 2)));
            }
        }

        return picture;
    }

    public static byte[] Rgb(Picture picture) =>
        picture.Channels == 3 ? picture.Pixels : [.. picture.Pixels.SelectMany(level => new[] { level, level, level })];

    public static string Hash(byte[] rgb) => Convert.ToHexStringLower(SHA256.HashData(rgb));
}
