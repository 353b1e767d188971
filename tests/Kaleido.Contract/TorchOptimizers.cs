using Kaleido.Backends;

namespace Kaleido.Contract;

/// <summary>
/// One parameter under PyTorch's optimisers, written from the pseudo-code of the documentation of torch.optim (SGD, Adagrad, RMSprop,
/// Adam, AdamW) in double. Beside the parameter it carries a bound for what another evaluation in unit roundoff u may differ by.
/// </summary>
public sealed class TorchOptimizers(OptimizerRule rule, double parameter, double unit)
{
    private double _first, _second, _firstMagnitude;
    private long _step;

    public double Parameter { get; private set; } = parameter;

    /// <summary>Bound of |another evaluation - this|.</summary>
    public double Bound { get; private set; }

    public void Step(double gradient, double rate)
    {
        _step++;
        double decay = rule.WeightDecay;
        if (rule.Decoupled) Parameter -= rate * decay * Parameter;
        else gradient += decay * Parameter;
        double direction = Direction(gradient, ref rate, out double magnitude);
        Parameter -= rate * direction;

        // A moment is a chain: the number of step s is multiplied t - s times by a rounded factor with one rounding each, so a term of
        // the moment carries at most 2t + 3 roundings, its root half as many, and the quotient and the scalars ten more. The parameter
        // itself takes two roundings per step. An error of the parameter enters the gradient times λ; the gradients of the test stay
        // above 1/2, so no direction moves by more than 4 times (with momentum 1/(1 - μ) times) what its gradient does.
        double sensitivity = 4 / (1 - Math.Max(rule.Momentum, rule.Kind == OptimizerKind.Adam ? rule.Beta1 : 0));
        Bound = Bound * (1 + (rate * decay * sensitivity)) + unit * (2 * Math.Abs(Parameter) + (3 * _step + 16) * rate * magnitude);
    }

    private double Direction(double gradient, ref double rate, out double magnitude)
    {
        double momentum = rule.Momentum, root;
        switch (rule.Kind)
        {
            case OptimizerKind.Sgd:
                magnitude = Math.Abs(gradient);
                if (momentum == 0) return gradient;
                _first = _step == 1 ? gradient : momentum * _first + (1 - rule.Dampening) * gradient;
                _firstMagnitude = _step == 1 ? magnitude : momentum * _firstMagnitude + Math.Abs(1 - rule.Dampening) * magnitude;
                magnitude = rule.Nesterov ? magnitude + momentum * _firstMagnitude : _firstMagnitude;
                return rule.Nesterov ? gradient + momentum * _first : _first;

            case OptimizerKind.AdaGrad:
                rate /= 1 + (_step - 1) * rule.RateDecay;
                _second += gradient * gradient;
                root = Math.Sqrt(_second) + rule.Epsilon;
                magnitude = Math.Abs(gradient) / root;
                return gradient / root;

            case OptimizerKind.RmsProp:
                _second = rule.Beta2 * _second + (1 - rule.Beta2) * gradient * gradient;
                root = Math.Sqrt(_second) + rule.Epsilon;
                _first = momentum * _first + gradient / root;
                _firstMagnitude = momentum * _firstMagnitude + Math.Abs(gradient) / root;
                magnitude = _firstMagnitude;
                return _first;

            default:
                _first = rule.Beta1 * _first + (1 - rule.Beta1) * gradient;
                _firstMagnitude = rule.Beta1 * _firstMagnitude + (1 - rule.Beta1) * Math.Abs(gradient);
                _second = rule.Beta2 * _second + (1 - rule.Beta2) * gradient * gradient;
                double correction1 = 1 - Math.Pow(rule.Beta1, _step), correction2 = 1 - Math.Pow(rule.Beta2, _step);
                root = Math.Sqrt(_second / correction2) + rule.Epsilon;
                magnitude = _firstMagnitude / correction1 / root;
                return _first / correction1 / root;
        }
    }
}
