using Kaleido.Lab.Plots;

namespace Kaleido.Lab.Tests.Plots;

/// <summary>Colour differences as eyes see them, written apart from the library.</summary>
internal static class Colours
{
    /// <summary>CIELAB under D65 (IEC 61966-2-1 and CIE 15).</summary>
    public static (double L, double A, double B) Lab(Rgb colour) => Lab(Linear(colour.Red), Linear(colour.Green), Linear(colour.Blue));

    /// <summary>
    /// CIELAB of what an eye without green receptors sees: the matrix for linear sRGB of G. Machado, M. Oliveira and L. Fernandes, "A
    /// Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE TVCG 15(6), 2009, deuteranomaly of severity 1.
    /// </summary>
    public static (double L, double A, double B) LabOfDeuteranope(Rgb colour)
    {
        (double r, double g, double b) = (Linear(colour.Red), Linear(colour.Green), Linear(colour.Blue));
        return Lab(
            Math.Clamp((0.367322 * r) + (0.860646 * g) - (0.227968 * b), 0, 1),
            Math.Clamp((0.280085 * r) + (0.672501 * g) + (0.047413 * b), 0, 1),
            Math.Clamp((-0.011820 * r) + (0.042940 * g) + (0.968881 * b), 0, 1));
    }

    /// <summary>The difference of CIE 1976; 2.3 is just noticeable.</summary>
    public static double Difference((double L, double A, double B) p, (double L, double A, double B) q) =>
        Math.Sqrt(((p.L - q.L) * (p.L - q.L)) + ((p.A - q.A) * (p.A - q.A)) + ((p.B - q.B) * (p.B - q.B)));

    private static (double L, double A, double B) Lab(double r, double g, double b)
    {
        double x = F(((0.4124564 * r) + (0.3575761 * g) + (0.1804375 * b)) / 0.95047);
        double y = F((0.2126729 * r) + (0.7151522 * g) + (0.0721750 * b));
        double z = F(((0.0193339 * r) + (0.1191920 * g) + (0.9503041 * b)) / 1.08883);
        return ((116 * y) - 16, 500 * (x - y), 200 * (y - z));
    }

    private static double F(double t) => t > 216.0 / 24389 ? Math.Cbrt(t) : ((24389.0 / 27 * t) + 16) / 116;

    private static double Linear(byte value)
    {
        double c = value / 255.0;
        return c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4);
    }
}
