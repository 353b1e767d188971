using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Probe.Oracle;

/// <summary>The lines of tests/oracle/matrices.c, computed by the library.</summary>
internal sealed class OracleMatrices(OracleReport report, Device device)
{
    private static readonly (int Rows, int Columns, int Depth)[] s_products =
    [
        (1, 1, 1), (3, 5, 7), (17, 33, 65), (12, 32, 256), (13, 31, 300), (64, 48, 17), (37, 70, 523), (1, 257, 100),
        (300, 2, 40), (5, 3, 1100),
    ];

    private static readonly (int Rows, int Columns)[] s_reduced =
        [(1, 1), (1, 17), (65, 1), (130, 33), (64, 16), (200, 70), (3, 1000), (63, 5), (129, 160)];

    private static readonly (string Name, ReduceOperation Function)[] s_reductions =
    [
        ("row_sum", ReduceOperation.RowSum), ("row_maximum", ReduceOperation.RowMaximum),
        ("row_arg_maximum", ReduceOperation.RowArgMaximum), ("row_log_sum_exp", ReduceOperation.RowLogSumExp),
        ("column_sum", ReduceOperation.ColumnSum), ("full_sum", ReduceOperation.FullSum),
    ];

    public void Run()
    {
        foreach (var (rows, columns, depth) in s_products) Product("product", rows, columns, depth, OracleInputs.Unit);
        Product("product_special", 9, 20, 40, OracleInputs.UnitOrSpecial);
        Product("product_special", 30, 50, 3, OracleInputs.UnitOrSpecial);
        Reductions("", OracleInputs.Unit);
        Reductions("_special", OracleInputs.UnitOrSpecial);
    }

    private void Product(string kind, int rows, int columns, int depth, Func<uint, uint, float> value) =>
        report.Line(FormattableString.Invariant($"{kind}_{rows}x{columns}x{depth}"), () =>
        {
            for (int variant = 0; variant < 8; variant++)
            {
                bool transposeLeft = (variant & 1) != 0, transposeRight = (variant & 2) != 0;
                using Tensor a = transposeLeft ? Filled(depth, rows, value, 10) : Filled(rows, depth, value, 10);
                using Tensor b = transposeRight ? Filled(columns, depth, value, 11) : Filled(depth, columns, value, 11);
                using Tensor c = Filled(rows, columns, value, 12);
                device.Backend.Product(a.View, transposeLeft, b.View, transposeRight, (variant & 4) != 0, c.View);
                report.Put(c.Span);
            }
        });

    private void Reductions(string kind, Func<uint, uint, float> value)
    {
        foreach (var (name, function) in s_reductions)
        {
            report.Line(name + kind, () =>
            {
                for (int shape = 0; shape < s_reduced.Length; shape++)
                {
                    var (rows, columns) = s_reduced[shape];
                    using Tensor x = Filled(rows, columns, value, 20 + (uint)shape);
                    using Tensor result = function switch
                    {
                        ReduceOperation.ColumnSum => device.CreateTensor(1, columns),
                        ReduceOperation.FullSum => device.CreateTensor(1, 1),
                        _ => device.CreateTensor(rows, 1),
                    };
                    device.Backend.Reduce(x.View, function, result.View);
                    report.Put(result.Span);
                }
            });
        }
    }

    private Tensor Filled(int rows, int columns, Func<uint, uint, float> value, uint seed)
    {
        var values = new float[rows * columns];
        for (int i = 0; i < values.Length; i++) values[i] = value(seed, (uint)i);
        return device.CreateTensor(rows, columns, values);
    }
}
