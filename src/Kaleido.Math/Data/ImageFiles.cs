using Kaleido.Files;

namespace Kaleido.Data;

/// <summary>Picture files of the library's own readers.</summary>
internal sealed class ImageFiles : IImageDecoder
{
    /// <inheritdoc/>
    public bool Recognises(Stream stream) => ImageFormat.Of(stream) is not (ImageKind.Unknown or ImageKind.Bmp);

    /// <inheritdoc/>
    public DecodedImage Read(string path)
    {
        Image image = ImageReader.Read(path);
        var values = new float[image.Count];
        image.CopyPlanesTo(values);
        return new DecodedImage(new ImageShape(image.Width, image.Height, image.Channels), values);
    }

    /// <inheritdoc/>
    public DecodedImage Resize(DecodedImage image, int width, int height) => throw new NotImplementedException();
}
