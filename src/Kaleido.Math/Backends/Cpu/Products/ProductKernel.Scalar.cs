using Kaleido.Numerics;

namespace Kaleido.Backends.Cpu;

/// <content>Products one float at a time, where no vectors are accelerated. Nothing is packed.</content>
internal unsafe partial struct ProductKernel
{
    private readonly void ComputeScalar(int row0, int row1, int column0, int column1, float* a, float* b, float* c)
    {
        long aRow = _transposeA ? 1 : _lda, aDepth = _transposeA ? _lda : 1;
        long bColumn = _transposeB ? _ldb : 1, bDepth = _transposeB ? 1 : _ldb;
        for (int row = row0; row < row1; row++)
        {
            int column = column0;
            for (; column <= column1 - 4 && _software; column += 4)
                SoftwareKernel.FourChains(
                    a + row * aRow, aDepth, b + column * bColumn, bColumn, bDepth, _depth, c + (long)row * _ldc + column, _accumulate);
            for (; column < column1; column++)
            {
                float* x = a + row * aRow, y = b + column * bColumn;
                float sum = _accumulate ? c[(long)row * _ldc + column] : 0f;
                for (int k = 0; k < _depth; k++, x += aDepth, y += bDepth)
                    sum = _software ? SoftwareFusedMultiplyAdd.Single(*x, *y, sum) : MathF.FusedMultiplyAdd(*x, *y, sum);
                c[(long)row * _ldc + column] = sum;
            }
        }
    }
}
