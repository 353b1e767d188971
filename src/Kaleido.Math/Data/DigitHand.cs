namespace Kaleido.Data;

/// <summary>
/// How one sample departs from the pattern of its digit: an affine map (the writer's slant, turn and width, and the sample's own),
/// a bend, a taper, a shift of weight between upper and lower half, and a slow wobble.
/// </summary>
internal readonly struct DigitHand
{
    private readonly double _slant, _cos, _sin, _aspect, _bend, _taper, _weight;
    private readonly double _waveX, _waveY, _amplitudeX, _amplitudeY, _phaseX, _phaseY, _tiltX, _tiltY;

    /// <summary>Draws the habits of a writer first, then what this sample adds to them.</summary>
    public DigitHand(ref StrokeRandom writer, ref StrokeRandom sample)
    {
        _slant = 0.13 + (0.22 * writer.Normal()) + (0.08 * sample.Normal());
        double turn = (0.09 * writer.Normal()) + (0.08 * sample.Normal());
        _cos = StrokeMath.Cos(turn);
        _sin = StrokeMath.Sin(turn);
        _aspect = Math.Clamp(1.04 + (0.18 * writer.Normal()) + (0.13 * sample.Normal()), 0.55, 1.6);
        Radius = Math.Clamp(1.40 + (0.34 * writer.Normal()) + (0.08 * sample.Normal()), 0.75, 2.4);
        Shake = Math.Clamp(0.024 + (0.010 * writer.Normal()), 0.004, 0.05);
        _bend = 0.16 * sample.Normal();
        _taper = 0.24 * sample.Normal();
        _weight = 0.24 * sample.Normal();
        _waveX = sample.Between(2, 7);
        _waveY = sample.Between(2, 7);
        _amplitudeX = 0.042 * sample.Normal();
        _amplitudeY = 0.042 * sample.Normal();
        _phaseX = sample.Between(0, 6.28);
        _phaseY = sample.Between(0, 6.28);
        _tiltX = sample.Between(-3, 3);
        _tiltY = sample.Between(-3, 3);
    }

    /// <summary>Half the width of the pen's line, in pixels of the finished picture.</summary>
    public double Radius { get; }

    /// <summary>The deviation of every single point, in heights of the digit.</summary>
    public double Shake { get; }

    /// <summary>Where a point of the pattern comes to lie.</summary>
    public DigitStrokes.Point Map(DigitStrokes.Point point)
    {
        double x = point.X - 0.34, y = point.Y - 0.5;
        double wobbleX = _amplitudeX * StrokeMath.Sin((_waveX * y) + (_tiltX * x) + _phaseX);
        double wobbleY = _amplitudeY * StrokeMath.Sin((_waveY * x) + (_tiltY * y) + _phaseY);
        y += _weight * (0.25 - (y * y));
        x = (x * _aspect * (1 + (_taper * y))) + (_bend * y * y) + wobbleX;
        y += wobbleY;
        x -= _slant * y;
        return new((_cos * x) - (_sin * y), (_sin * x) + (_cos * y));
    }
}
