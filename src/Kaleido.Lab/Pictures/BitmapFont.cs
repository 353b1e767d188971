namespace Kaleido.Lab.Pictures;

/// <summary>A small bitmap font of our own for captions: letters of 5 × 7 pixels in cells of 6 × 8, printable ASCII.</summary>
public static class BitmapFont
{
    /// <summary>From one letter to the next, in unscaled pixels.</summary>
    public const int Advance = 6;

    /// <summary>From one line to the next, in unscaled pixels.</summary>
    public const int LineHeight = 8;

    private const int Rows = 7;

    // One letter per number, from space to tilde: seven bytes, the top row first, bit 4 is the left pixel.
    private static ReadOnlySpan<ulong> Letters =>
    [
        0x00000000000000, 0x04040404040004, 0x0A0A0000000000, 0x0A0A1F0A1F0A0A, 0x040F140E051E04, // space ! " # $
        0x18190204081303, 0x0C12140815120D, 0x04040000000000, 0x02040808080402, 0x08040202020408, // % & ' ( )
        0x0004150E150400, 0x0004041F040400, 0x000000000C0408, 0x0000001F000000, 0x00000000000C0C, // * + , - .
        0x01010204081010, 0x0E11131519110E, 0x040C040404040E, 0x0E11010608101F, 0x1E01010E01011E, // / 0 1 2 3
        0x02060A121F0202, 0x1F101E0101110E, 0x0608101E11110E, 0x1F010204080808, 0x0E11110E11110E, // 4 5 6 7 8
        0x0E11110F01020C, 0x000C0C000C0C00, 0x000C0C000C0408, 0x02040810080402, 0x00001F001F0000, // 9 : ; < =
        0x08040201020408, 0x0E110102040004, 0x0E11171517100E, 0x0E11111F111111, 0x1E11111E11111E, // > ? @ A B
        0x0E11101010110E, 0x1C12111111121C, 0x1F10101E10101F, 0x1F10101E101010, 0x0E11101711110F, // C D E F G
        0x1111111F111111, 0x0E04040404040E, 0x0702020202120C, 0x11121418141211, 0x1010101010101F, // H I J K L
        0x111B1515111111, 0x11191915131311, 0x0E11111111110E, 0x1E11111E101010, 0x0E11111115120D, // M N O P Q
        0x1E11111E141211, 0x0F10100E01011E, 0x1F040404040404, 0x1111111111110E, 0x11111111110A04, // R S T U V
        0x11111115151B11, 0x11110A040A1111, 0x11110A04040404, 0x1F01020408101F, 0x0E08080808080E, // W X Y Z [
        0x10100804020101, 0x0E02020202020E, 0x040A1100000000, 0x0000000000001F, 0x08040000000000, // backslash ] ^ _ `
        0x00000E010F110F, 0x10101E1111111E, 0x00000F1010100F, 0x01010F1111110F, 0x00000E111F100F, // a b c d e
        0x03040E04040404, 0x00000F110F010E, 0x10101619111111, 0x04000C0404040E, 0x0200060202120C, // f g h i j
        0x10101214181412, 0x0C04040404040E, 0x00001A15151515, 0x00001619111111, 0x00000E1111110E, // k l m n o
        0x00001E11111E10, 0x00000F11110F01, 0x00001619101010, 0x00000F100E011E, 0x04040E04040403, // p q r s t
        0x0000111111130D, 0x00001111110A04, 0x0000111115150A, 0x0000110A040A11, 0x000011110F010E, // u v w x y
        0x00001F0204081F, 0x06040408040406, 0x04040404040404, 0x0C04040204040C, 0x00000815020000, // z { | } ~
    ];

    /// <summary>The width of a text in pixels: 6 per letter without the last gap, times the scale; 0 for no text.</summary>
    public static int Width(string text, int scale = 1)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length == 0 ? 0 : checked(((text.Length * Advance) - 1) * scale);
    }

    /// <summary>Draws a text; what falls outside the picture is left out. A character outside printable ASCII is drawn as '?'.</summary>
    /// <param name="picture">Where to draw.</param>
    /// <param name="text">One line.</param>
    /// <param name="left">The left edge of the first letter.</param>
    /// <param name="top">The upper edge of the letters.</param>
    /// <param name="scale">Every pixel of a letter becomes scale × scale pixels, at least 1.</param>
    /// <param name="shade">The value of every channel.</param>
    public static void Draw(Picture picture, string text, int left, int top, int scale, byte shade)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(scale, 1);
        for (int i = 0; i < text.Length; i++)
        {
            ulong letter = Letters[(text[i] is >= ' ' and <= '~' ? text[i] : '?') - ' '];
            for (int y = 0; y < Rows; y++)
            {
                int row = (int)(letter >> (8 * (Rows - 1 - y)));
                for (int x = 0; x < Advance - 1; x++)
                {
                    if ((row >> (4 - x) & 1) != 0)
                    {
                        Square(picture, left + (((i * Advance) + x) * scale), top + (y * scale), scale, shade);
                    }
                }
            }
        }
    }

    private static void Square(Picture picture, int left, int top, int size, byte shade)
    {
        for (int y = Math.Max(top, 0); y < Math.Min(top + size, picture.Height); y++)
        {
            for (int x = Math.Max(left, 0); x < Math.Min(left + size, picture.Width); x++)
            {
                picture.Pixels.AsSpan(((y * picture.Width) + x) * picture.Channels, picture.Channels).Fill(shade);
            }
        }
    }
}
