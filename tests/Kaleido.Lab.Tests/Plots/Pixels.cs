using System.Security.Cryptography;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;

namespace Kaleido.Lab.Tests.Plots;

/// <summary>What a picture's pixels are.</summary>
internal static class Pixels
{
    public static string Hash(Picture picture) => Convert.ToHexString(SHA256.HashData(picture.Pixels));

    public static Rgb At(Picture picture, int x, int y)
    {
        ReadOnlySpan<byte> pixel = picture.Pixels.AsSpan(3 * ((y * picture.Width) + x), 3);
        return new Rgb(pixel[0], pixel[1], pixel[2]);
    }

    public static int Count(Picture picture, Rgb colour)
    {
        int count = 0;
        for (int i = 0; i < picture.Width * picture.Height; i++)
        {
            count += At(picture, i % picture.Width, i / picture.Width) == colour ? 1 : 0;
        }

        return count;
    }
}
