// The kernels of the CUDA device: README.md beside this file says how each is called. Every one has the bits of the CPU device, whatever
// its launch geometry: sums are made in the order of docs/numerics.md, rule 2, and everything else is elementwise.
//
// In this order: elementwise, reductions, products, matrices and rows, random numbers, optimisers, steps.

#include "prelude.h"
#include "functions.h"

// Item i, i + grid, i + 2·grid, … of this thread.
#define EACH(i, count) s64 i = (s64)block_x() * threads_x() + thread_x(), i##_end = (count), i##_step = (s64)blocks_x() * threads_x(); \
    i < i##_end; i += i##_step

struct Place { s64 row, column; };

// Where item i of a matrix lies; a division by 32 bits where they are enough, none for a single row.
DEVICE Place place_of(s64 i, s64 rows, s64 columns)
{
    if (rows == 1) return Place { 0, i };
    if ((u64)i <= 0xFFFFFFFFu && (u64)columns <= 0xFFFFFFFFu)
    {
        u32 row = (u32)i / (u32)columns;
        return Place { (s64)row, (s64)((u32)i - row * (u32)columns) };
    }

    s64 row = i / columns;
    return Place { row, i - row * columns };
}

// ---- elementwise ----

#define UNARY_FUNCTIONS(DO) \
    DO(negate, negate_of(v)) DO(abs, magnitude(v)) DO(sign, sign_of(v)) DO(sqrt, root(v)) DO(exp, exp_of(v)) \
    DO(expm1, expm1_of(v)) DO(log, log_of(v)) DO(log1p, log1p_of(v)) DO(tanh, tanh_of(v)) DO(sigmoid, sigmoid_of(v)) \
    DO(softplus, softplus_of(v)) DO(erf, erf_of(v)) DO(normal_cdf, normal_cdf_of(v)) DO(gelu, gelu_of(v)) \
    DO(relu, relu_of(v)) DO(leaky_relu, leaky_relu_of(v, (float)alpha)) DO(elu, elu_of(v, (float)alpha)) \
    DO(sin, sin_of(v)) DO(cos, cos_of(v)) DO(power, pow_of(v, alpha)) DO(identity, v)

#define UNARY(name, value) \
    KERNEL unary_##name(const float *x, double alpha, float *destination, s64 count) THREADS(256) \
    { \
        for (EACH(i, count)) \
        { \
            float v = x[i]; \
            destination[i] = value; \
        } \
    }
UNARY_FUNCTIONS(UNARY)

#define BINARY_FUNCTIONS(DO) \
    DO(add, v + w) DO(subtract, v - w) DO(multiply, v * w) DO(divide, v / w) DO(maximum, maximum_of(v, w)) \
    DO(minimum, minimum_of(v, w)) DO(less, v < w ? 1.0f : 0.0f) DO(less_or_equal, v <= w ? 1.0f : 0.0f) \
    DO(equal, v == w ? 1.0f : 0.0f)

#define BINARY(name, value) \
    KERNEL binary_##name(const float *x, s64 x_row, s64 x_column, const float *y, s64 y_row, s64 y_column, float *destination, \
        s64 rows, s64 columns) THREADS(256) \
    { \
        for (EACH(i, rows * columns)) \
        { \
            Place p = place_of(i, rows, columns); \
            float v = x[p.row * x_row + p.column * x_column], w = y[p.row * y_row + p.column * y_column]; \
            destination[i] = value; \
        } \
    }
BINARY_FUNCTIONS(BINARY)

#define TERNARY_FUNCTIONS(DO) DO(select, select_of(v, w, z)) DO(fused_multiply_add, fma(v, w, z))

#define TERNARY(name, value) \
    KERNEL ternary_##name(const float *x, s64 x_row, s64 x_column, const float *y, s64 y_row, s64 y_column, const float *third, \
        s64 z_row, s64 z_column, float *destination, s64 rows, s64 columns) THREADS(256) \
    { \
        for (EACH(i, rows * columns)) \
        { \
            Place p = place_of(i, rows, columns); \
            float v = x[p.row * x_row + p.column * x_column], w = y[p.row * y_row + p.column * y_column]; \
            float z = third[p.row * z_row + p.column * z_column]; \
            destination[i] = value; \
        } \
    }
TERNARY_FUNCTIONS(TERNARY)

#define BIASED(name, value) \
    KERNEL bias_##name(const float *x, const float *bias, double alpha, float *destination, s64 rows, s64 columns) THREADS(256) \
    { \
        for (EACH(i, rows * columns)) \
        { \
            float v = x[i] + bias[place_of(i, rows, columns).column]; \
            destination[i] = value; \
        } \
    }
BIASED(identity, v)
BIASED(relu, relu_of(v))
BIASED(leaky_relu, leaky_relu_of(v, (float)alpha))
BIASED(elu, elu_of(v, (float)alpha))
BIASED(tanh, tanh_of(v))
BIASED(sigmoid, sigmoid_of(v))
BIASED(softplus, softplus_of(v))
BIASED(gelu, gelu_of(v))

DEVICE float relu_gradient_of(float y, float g) { return 0 < y ? g : 0.0f; }

KERNEL relu_gradient(const float *y, const float *g, float *destination, s64 count) THREADS(256)
{
    for (EACH(i, count)) destination[i] = relu_gradient_of(y[i], g[i]);
}

KERNEL copy(const float *x, s64 x_row, s64 x_column, float *destination, s64 destination_row, s64 rows, s64 columns) THREADS(256)
{
    for (EACH(i, rows * columns))
    {
        Place p = place_of(i, rows, columns);
        destination[p.row * destination_row + p.column] = x[p.row * x_row + p.column * x_column];
    }
}

// ---- reductions ----

enum { LANES = 16, BLOCK_ROWS = 64, COLUMN_THREADS = 512, ROW_BATCH = 8 };

// The rows of this thread block, one group of LANES at a time; all threads take part in every group.
#define ROW_GROUPS s64 group = (s64)block_x() * LANES; group < rows; group += (s64)blocks_x() * LANES

// What to do with each value of this thread's lane of a row, in order. They are read several at a time: one after the other, each would
// wait for memory anew.
#define EACH_OF_LANE(value, what) \
    for (s64 column = lane; column < columns; column += LANES * ROW_BATCH) \
    { \
        float read[ROW_BATCH]; \
        _Pragma("unroll") \
        for (s32 j = 0; j < ROW_BATCH; j++) read[j] = column + j * LANES < columns ? x[row * columns + column + j * LANES] : 0.0f; \
        _Pragma("unroll") \
        for (s32 j = 0; j < ROW_BATCH; j++) \
        { \
            float value = read[j]; \
            if (column + j * LANES < columns) what; \
        } \
    }

DEVICE float maximum_step(float a, float b) { return maximum_of(a, b); }
DEVICE float sum_step(float a, float b) { return a + b; }

// Lane j takes lane j + 8, then 4, 2, 1 of its row; afterwards every thread reads lane 0.
#define TREE(step) \
    for (s32 half = LANES / 2; half > 0; half /= 2) \
    { \
        barrier(); \
        if (lane < half) lanes[y][lane] = step(lanes[y][lane], lanes[y][lane + half]); \
    } \
    barrier();

#define ROW_KERNEL(name) KERNEL name(const float *x, float *destination, s64 rows, s64 columns) THREADS(LANES * LANES)

ROW_KERNEL(row_sum)
{
    SHARED float lanes[LANES][LANES];
    s32 lane = thread_x(), y = thread_y();
    for (ROW_GROUPS)
    {
        s64 row = group + y;
        float sum = 0;
        if (row < rows) EACH_OF_LANE(value, sum += value)
        lanes[y][lane] = sum;
        TREE(sum_step)
        if (lane == 0 && row < rows) destination[row] = lanes[y][0];
        barrier();
    }
}

DEVICE float largest_of(const float *x, s64 row, s64 rows, s64 columns, s32 lane)
{
    float largest = -INFINITY;
    if (row < rows) EACH_OF_LANE(value, largest = maximum_of(largest, value))
    return largest;
}

ROW_KERNEL(row_maximum)
{
    SHARED float lanes[LANES][LANES];
    s32 lane = thread_x(), y = thread_y();
    for (ROW_GROUPS)
    {
        s64 row = group + y;
        lanes[y][lane] = largest_of(x, row, rows, columns, lane);
        TREE(maximum_step)
        if (lane == 0 && row < rows) destination[row] = lanes[y][0];
        barrier();
    }
}

ROW_KERNEL(row_arg_maximum)
{
    SHARED float lanes[LANES][LANES];
    SHARED s32 firsts[LANES][LANES];
    s32 lane = thread_x(), y = thread_y();
    for (ROW_GROUPS)
    {
        s64 row = group + y;
        lanes[y][lane] = largest_of(x, row, rows, columns, lane);
        TREE(maximum_step)
        float largest = lanes[y][0];
        s32 first = 0x7FFFFFFF;
        if (row < rows)
        {
            for (s64 column = lane; column < columns && first == 0x7FFFFFFF; column += LANES)
            {
                float value = x[row * columns + column];
                if (value == largest || value != value) first = (s32)column;
            }
        }

        firsts[y][lane] = first;
        for (s32 half = LANES / 2; half > 0; half /= 2)
        {
            barrier();
            if (lane < half && firsts[y][lane + half] < firsts[y][lane]) firsts[y][lane] = firsts[y][lane + half];
        }

        if (lane == 0 && row < rows) destination[row] = firsts[y][0] == 0x7FFFFFFF ? -1.0f : (float)firsts[y][0];
        barrier();
    }
}

ROW_KERNEL(row_log_sum_exp)
{
    SHARED float lanes[LANES][LANES];
    s32 lane = thread_x(), y = thread_y();
    for (ROW_GROUPS)
    {
        s64 row = group + y;
        lanes[y][lane] = largest_of(x, row, rows, columns, lane);
        TREE(maximum_step)
        float largest = lanes[y][0], shift = magnitude(largest) < INFINITY ? largest : 0.0f, sum = 0;
        barrier();
        if (row < rows) EACH_OF_LANE(value, sum += exp_of(value - shift))
        lanes[y][lane] = sum;
        TREE(sum_step)
        if (lane == 0 && row < rows) destination[row] = log_of(lanes[y][0]) + shift;
        barrier();
    }
}

// Thread y of a column sums a block of 64 rows; thread 0 adds the blocks in ascending order, a pass of as many blocks as there are
// threads y at a time. With a mask what is summed is the gradient that it lets through, which is kept. Rows are read several at a time, all
// before any is written: as far as a compiler knows, what is written could be what is read next.
template <bool MASKS>
DEVICE void column_sums(const float *x, const float *mask, float *kept, float *sums, s64 rows, s64 columns)
{
    enum { BATCH = MASKS ? 8 : 16 }; // as many as registers can hold
    SHARED float blocks[COLUMN_THREADS];
    s32 width = threads_x(), height = threads_y(), lane = thread_x(), y = thread_y();
    for (s64 group = (s64)block_x() * width; group < columns; group += (s64)blocks_x() * width)
    {
        s64 column = group + lane;
        float total = 0;
        for (s64 pass = 0; pass < rows; pass += (s64)height * BLOCK_ROWS)
        {
            s64 first = pass + (s64)y * BLOCK_ROWS, end = first + BLOCK_ROWS < rows ? first + BLOCK_ROWS : rows;
            float sum = 0;
            for (s64 row = first; row < end && column < columns; row += BATCH)
            {
                float values[BATCH], masks[BATCH];
                s64 i = row * columns + column;
#pragma unroll
                for (s32 j = 0; j < BATCH; j++)
                {
                    values[j] = row + j < end ? x[i + j * columns] : 0.0f;
                    if (MASKS) masks[j] = row + j < end ? mask[i + j * columns] : 0.0f;
                }

#pragma unroll
                for (s32 j = 0; j < BATCH; j++)
                {
                    if (row + j >= end) continue;
                    float value = MASKS ? relu_gradient_of(masks[j], values[j]) : values[j];
                    if (MASKS) kept[i + j * columns] = value;
                    sum += value;
                }
            }

            blocks[y * width + lane] = sum;
            barrier();
            if (y == 0)
            {
                for (s32 b = 0; b < height && pass + (s64)b * BLOCK_ROWS < rows; b++)
                    total = pass == 0 && b == 0 ? blocks[lane] : total + blocks[b * width + lane];
            }
            barrier();
        }

        if (y == 0 && column < columns) sums[column] = total;
    }
}

KERNEL column_sum(const float *x, float *sums, s64 rows, s64 columns) THREADS(COLUMN_THREADS)
{
    column_sums<false>(x, nullptr, nullptr, sums, rows, columns);
}

KERNEL relu_gradient_column_sum(const float *values, const float *g, float *destination, float *sums, s64 rows, s64 columns)
    THREADS(COLUMN_THREADS)
{
    column_sums<true>(g, values, destination, sums, rows, columns);
}

// ---- products ----

enum { PRODUCT_THREADS = 256, PRODUCT_TILE = 64, PRODUCT_DEPTH = 16, PRODUCT_SIDE = 16, PER_THREAD = 4, PRODUCT_PITCH = PRODUCT_TILE + 4 };
enum Ending { PLAIN, BIAS, BIAS_RELU, RELU_GRADIENT };

// Element (r, c) of a matrix is number r·row + c·column: one kernel serves a matrix and its transpose.
struct Strided { const float *address; s64 row, column; };

// 16 rows of 64 numbers: number (k, r) is element (r, k) of the part of an operand. Rows begin at multiples of 16 bytes.
struct Tile { __attribute__((aligned(16))) float of[PRODUCT_DEPTH][PRODUCT_PITCH]; };

typedef float Four __attribute__((ext_vector_type(4)));

// Which element of a part this thread moves: neighbouring threads go along whichever direction lies side by side in memory.
DEVICE void share(bool along_k, s32 j, s32 *line, s32 *k)
{
    s32 t = thread_x();
    *line = along_k ? t / PRODUCT_DEPTH + j * (PRODUCT_THREADS / PRODUCT_DEPTH) : t % PRODUCT_TILE;
    *k = along_k ? t % PRODUCT_DEPTH : t / PRODUCT_TILE + j * (PRODUCT_THREADS / PRODUCT_TILE);
}

// Reads this thread's elements of the part that begins at (first, k0); nothing beyond the edges is read.
DEVICE void fetch(Strided x, s64 first, s64 count, s64 k0, s64 depth, float *fetched)
{
#pragma unroll
    for (s32 j = 0; j < PER_THREAD; j++)
    {
        s32 line, k;
        share(x.column == 1, j, &line, &k);
        s64 row = first + line, column = k0 + k;
        fetched[j] = row < count && column < depth ? x.address[row * x.row + column * x.column] : 0.0f;
    }
}

DEVICE void keep(bool along_k, const float *fetched, Tile *tile)
{
#pragma unroll
    for (s32 j = 0; j < PER_THREAD; j++)
    {
        s32 line, k;
        share(along_k, j, &line, &k);
        tile->of[k][line] = fetched[j];
    }
}

// One link of the chains of this thread's 4 × 4 elements.
DEVICE void multiply(const Tile *left, const Tile *right, s32 k, s32 x, s32 y, float sums[PER_THREAD][PER_THREAD])
{
    Four a = *(const Four *)__builtin_assume_aligned(&left->of[k][PER_THREAD * y], sizeof(Four));
    Four b = *(const Four *)__builtin_assume_aligned(&right->of[k][PER_THREAD * x], sizeof(Four));
#pragma unroll
    for (s32 i = 0; i < PER_THREAD; i++)
#pragma unroll
        for (s32 j = 0; j < PER_THREAD; j++) sums[i][j] = fma(a[i], b[j], sums[i][j]);
}

// A block of threads computes 64 × 64 elements, a thread 4 × 4 of them. Each is the chain of docs/numerics.md, rule 1: one fused
// multiply-add after the other over ascending k, from +0 or from what the destination holds; depth is never padded. 'right' is given as
// its transpose. Of each operand two parts are kept, so that one barrier a part is enough: who writes a part has passed the barrier
// that all readers of its predecessor in that place have come to.
template <Ending ENDING>
DEVICE void product_of(Strided left, Strided right, const float *other, float *destination, s64 rows, s64 columns, s64 depth,
    bool accumulate)
{
    SHARED Tile left_tiles[2], right_tiles[2];
    s32 x = thread_x() % PRODUCT_SIDE, y = thread_x() / PRODUCT_SIDE;
    for (s64 row0 = (s64)block_y() * PRODUCT_TILE; row0 < rows; row0 += (s64)blocks_y() * PRODUCT_TILE)
    {
        for (s64 column0 = (s64)block_x() * PRODUCT_TILE; column0 < columns; column0 += (s64)blocks_x() * PRODUCT_TILE)
        {
            s64 row = row0 + PER_THREAD * y, column = column0 + PER_THREAD * x;
            bool inside = row < rows && column < columns;
            float sums[PER_THREAD][PER_THREAD], next_left[PER_THREAD], next_right[PER_THREAD];
#pragma unroll
            for (s32 i = 0; i < PER_THREAD; i++)
#pragma unroll
                for (s32 j = 0; j < PER_THREAD; j++)
                {
                    bool held = accumulate && row + i < rows && column + j < columns;
                    sums[i][j] = held ? destination[(row + i) * columns + column + j] : 0.0f;
                }

            fetch(left, row0, rows, 0, depth, next_left);
            fetch(right, column0, columns, 0, depth, next_right);
            s32 place = 0;
            for (s64 k0 = 0; k0 < depth; k0 += PRODUCT_DEPTH, place ^= 1)
            {
                Tile *left_tile = left_tiles + place, *right_tile = right_tiles + place;
                keep(left.column == 1, next_left, left_tile);
                keep(right.column == 1, next_right, right_tile);
                barrier();
                if (depth - k0 > PRODUCT_DEPTH) // the next part is on its way while this one is used
                {
                    fetch(left, row0, rows, k0 + PRODUCT_DEPTH, depth, next_left);
                    fetch(right, column0, columns, k0 + PRODUCT_DEPTH, depth, next_right);
                }

                if (!inside) continue; // but fetches for the others
                if (depth - k0 >= PRODUCT_DEPTH)
                {
#pragma unroll
                    for (s32 k = 0; k < PRODUCT_DEPTH; k++) multiply(left_tile, right_tile, k, x, y, sums);
                }
                else
                {
#pragma nounroll
                    for (s32 k = 0; k < (s32)(depth - k0); k++) multiply(left_tile, right_tile, k, x, y, sums);
                }
            }

            barrier(); // before the next tile's first part is written
#pragma unroll
            for (s32 i = 0; i < PER_THREAD; i++)
#pragma unroll
                for (s32 j = 0; j < PER_THREAD; j++)
                {
                    if (row + i >= rows || column + j >= columns) continue;
                    s64 at = (row + i) * columns + column + j;
                    float value = sums[i][j];
                    if (ENDING == BIAS) value = value + other[column + j];
                    if (ENDING == BIAS_RELU) value = relu_of(value + other[column + j]);
                    if (ENDING == RELU_GRADIENT) value = relu_gradient_of(other[at], value);
                    destination[at] = value;
                }
        }
    }
}

KERNEL product(const float *left, s64 left_row, s64 left_column, const float *right, s64 right_row, s64 right_column, float *destination,
    s64 rows, s64 columns, s64 depth, s32 accumulate) THREADS(PRODUCT_THREADS)
{
    product_of<PLAIN>(Strided { left, left_row, left_column }, Strided { right, right_column, right_row }, nullptr, destination,
        rows, columns, depth, accumulate != 0);
}

#define ENDED_PRODUCT(name, ending) \
    KERNEL name(const float *left, s64 left_row, s64 left_column, const float *right, s64 right_row, s64 right_column, const float *other, \
        float *destination, s64 rows, s64 columns, s64 depth) THREADS(PRODUCT_THREADS) \
    { \
        product_of<ending>(Strided { left, left_row, left_column }, Strided { right, right_column, right_row }, other, destination, \
            rows, columns, depth, false); \
    }
ENDED_PRODUCT(product_bias, BIAS)
ENDED_PRODUCT(product_bias_relu, BIAS_RELU)
ENDED_PRODUCT(product_relu_gradient, RELU_GRADIENT)

// ---- matrices and rows ----

enum { TILE = 32, TILE_ROWS = 8 };

KERNEL transpose(const float *x, float *destination, s64 x_rows, s64 x_columns) THREADS(TILE * TILE_ROWS)
{
    SHARED float tile[TILE][TILE + 1]; // a column more, so that a column of the tile lies in 32 different banks
    for (s64 row0 = (s64)block_y() * TILE; row0 < x_rows; row0 += (s64)blocks_y() * TILE)
    {
        for (s64 column0 = (s64)block_x() * TILE; column0 < x_columns; column0 += (s64)blocks_x() * TILE)
        {
            s64 row, column = column0 + thread_x();
            for (s32 y = thread_y(); y < TILE; y += TILE_ROWS)
                if ((row = row0 + y) < x_rows && column < x_columns) tile[y][thread_x()] = x[row * x_columns + column];
            barrier();
            column = row0 + thread_x();
            for (s32 y = thread_y(); y < TILE; y += TILE_ROWS)
                if ((row = column0 + y) < x_columns && column < x_rows) destination[row * x_rows + column] = tile[thread_x()][y];
            barrier();
        }
    }
}

struct Status { u32 code; float index; s32 rows, reserved; };

// True if the number is one of 0 … rows - 1. Conversion saturates and makes 0 of NaN.
DEVICE bool index_of(float number, s64 rows, s64 *index)
{
    s32 integer = __nvvm_f2i_rz(number);
    *index = integer;
    return (float)integer == number && integer >= 0 && integer < rows;
}

DEVICE void report(Status *status, s32 code, float number, s64 rows)
{
    if (__nvvm_atom_cas_gen_i((s32 *)&status->code, 0, code) != 0) return;
    status->index = number;
    status->rows = (s32)rows;
}

KERNEL gather_rows(const float *source, s64 source_rows, const float *indices, float *destination, s64 rows, s64 columns, Status *status)
    THREADS(256)
{
    for (EACH(i, rows * columns))
    {
        Place p = place_of(i, rows, columns);
        float number = indices[p.row], value = NOT_A_NUMBER;
        s64 index;
        if (index_of(number, source_rows, &index)) value = source[index * columns + p.column];
        else if (p.column == 0) report(status, 1, number, source_rows);
        destination[i] = value;
    }
}

enum { SCATTER_THREADS = 128 };

// A thread block takes one row and 128 columns. The first row of those with the same index adds all of them, in ascending order; the
// others leave.
KERNEL scatter_add_rows(const float *values, const float *indices, float *destination, s64 destination_rows, s64 rows, s64 columns,
    Status *status) THREADS(SCATTER_THREADS)
{
    SHARED float chunk[SCATTER_THREADS];
    SHARED s32 earlier;
    s32 lane = thread_x();
    s64 groups = (columns + SCATTER_THREADS - 1) / SCATTER_THREADS;
    for (s64 item = block_x(); item < rows * groups; item += blocks_x())
    {
        s64 i = item / groups, group = item - i * groups, column = group * SCATTER_THREADS + lane, index;
        float number = indices[i];
        if (!index_of(number, destination_rows, &index))
        {
            if (group == 0 && lane == 0) report(status, 2, number, destination_rows);
            continue; // all threads of the block
        }

        barrier();
        if (lane == 0) earlier = 0;
        barrier();
        for (s64 k = lane; k < i; k += SCATTER_THREADS) if (indices[k] == number) earlier = 1;
        barrier();
        if (earlier) continue;
        float sum = 0;
        for (s64 first = i; first < rows; first += SCATTER_THREADS)
        {
            barrier();
            if (first + lane < rows) chunk[lane] = indices[first + lane];
            barrier();
            s32 count = rows - first < SCATTER_THREADS ? (s32)(rows - first) : SCATTER_THREADS;
            for (s32 k = 0; k < count; k++)
                if (chunk[k] == number && column < columns) sum += values[(first + k) * columns + column];
        }

        if (column < columns) destination[index * columns + column] = sum;
    }
}

KERNEL one_hot(const float *indices, float *destination, s64 rows, s64 columns) THREADS(256)
{
    for (EACH(i, rows * columns))
    {
        Place p = place_of(i, rows, columns);
        s64 index;
        destination[i] = index_of(indices[p.row], columns, &index) && index == p.column ? 1.0f : 0.0f;
    }
}

// ---- random numbers ----

DEVICE void store_four(float *destination, s64 block, s64 count, float a, float b, float c, float d)
{
    s64 i = 4 * block;
    destination[i] = a;
    if (i + 1 < count) destination[i + 1] = b;
    if (i + 2 < count) destination[i + 2] = c;
    if (i + 3 < count) destination[i + 3] = d;
}

KERNEL noise_uniform(const u64 *counter, u32 seed, u32 stream, float low, float high, float *destination, s64 count) THREADS(256)
{
    float width = rounded((double)high - low);
    u64 step = *counter;
    for (EACH(i, (count + 3) / 4))
    {
        Words words = philox(seed, stream, step, (u64)i);
        store_four(destination, i, count, uniform_of(words.word[0], low, width, high), uniform_of(words.word[1], low, width, high),
            uniform_of(words.word[2], low, width, high), uniform_of(words.word[3], low, width, high));
    }
}

KERNEL noise_normal(const u64 *counter, u32 seed, u32 stream, double mean, double deviation, float *destination, s64 count) THREADS(256)
{
    u64 step = *counter;
    for (EACH(i, (count + 3) / 4))
    {
        Words words = philox(seed, stream, step, (u64)i);
        float a, b, c, d;
        normal_pair(words.word[0], words.word[1], mean, deviation, &a, &b);
        normal_pair(words.word[2], words.word[3], mean, deviation, &c, &d);
        store_four(destination, i, count, a, b, c, d);
    }
}

// Element i of the keyed permutation of 0 … samples - 1: six Feistel rounds, walked until it lands below samples.
KERNEL minibatch_indices(const u64 *counter, u32 seed, u32 stream, s32 samples, float *destination, s64 rows) THREADS(256)
{
    u64 step = *counter;
    s32 half = 1;
    while (half < 16 && ((u64)1 << 2 * half) < (u64)samples) half++;
    u32 mask = ((u32)1 << half) - 1;
    for (EACH(i, rows))
    {
        u32 value = (u32)i;
        if (rows < samples)
        {
            do
            {
                u32 left = value >> half, right = value & mask;
                for (u32 round = 0; round < 6; round++)
                {
                    u32 next = left ^ (philox(seed, stream, step, (u64)round << 32 | right).word[0] & mask);
                    left = right;
                    right = next;
                }

                value = left << half | right;
            } while (value >= (u32)samples);
        }

        destination[i] = (float)(s32)value;
    }
}

// ---- optimisers: src/Kaleido.Math/Backends/OptimizerRule.cs and LearningRateSchedule.cs ----

struct Rule
{
    s64 kinds;
    double rate;
    s64 warm_up, period;
    double factor, minimum, beta1, beta2, epsilon, momentum, dampening;
    s64 switches;
    double rate_decay, weight_decay;
    s64 reserved[2];
};

struct Scalars
{
    float l2, shrink, first, first_input, second, second_input, minus_rate, root_scale, epsilon;
    u32 flags;
    u32 reserved[6];
};

enum { SGD, ADAGRAD, RMSPROP, ADAM };
enum { CONSTANT_RATE, STEP_RATE, COSINE_RATE };
enum { PENALISED = 1, SHRUNK = 2, MOMENTUM = 4, NESTEROV = 8, FIRST_STEP = 16 };

DEVICE double power_integer(double x, s64 n)
{
    double result = 1;
    for (u64 bits = n < 0 ? 0 - (u64)n : (u64)n; bits; bits >>= 1)
    {
        if (bits & 1) result *= x;
        x *= x;
    }

    return n < 0 ? 1 / result : result;
}

// cos 2π·turns for turns in [0, ½], with the bits of Elementary.SinCosTurns.
DEVICE double cosine_of_turns(double turns)
{
    const double half_pi1 = 1.5707963267948966, half_pi2 = 6.123233995736766e-17;
    double n = nearest(4 * turns), t = fma(n, -0.25, turns), whole = 4 * half_pi1;
    double r = t * whole, rest = fma(t, whole, -r) + t * (4 * half_pi2), u = r * r, w = 1 - 0.5 * u;
    double s = fma(-7.586685070091267e-13, u, 1.605853141458901e-10);
    s = fma(s, u, -2.5052106231157904e-08);
    s = fma(s, u, 2.7557319219335453e-06);
    s = fma(s, u, -0.0001984126984126506);
    s = fma(s, u, 0.008333333333333331);
    s = fma(s, u, -0.16666666666666666);
    double sine = r + fma(u * r, s, rest * (1 - 0.5 * u));
    double c = fma(-1.1367978191553177e-11, u, 2.0875886390883725e-09);
    c = fma(c, u, -2.755731556415141e-07);
    c = fma(c, u, 2.480158729368715e-05);
    c = fma(c, u, -0.0013888888888880767);
    c = fma(c, u, 0.04166666666666664);
    double cosine = w + (1 - w - 0.5 * u + fma(u * u, c, -r * rest));
    switch ((s64)n & 3)
    {
        case 0: return cosine;
        case 1: return -sine;
        case 2: return -cosine;
        default: return sine;
    }
}

DEVICE double rate_at(const Rule *rule, s64 kind, u64 step)
{
    if (step < (u64)rule->warm_up) return rule->rate * (double)(step + 1) / (double)rule->warm_up;
    s64 t = (s64)(step - (u64)rule->warm_up);
    if (kind == STEP_RATE) return rule->rate * power_integer(rule->factor, t / rule->period);
    if (kind != COSINE_RATE) return rule->rate;
    double turns = (double)(t < rule->period ? t : rule->period) / (double)rule->period / 2;
    return rule->minimum + (rule->rate - rule->minimum) * (1 + cosine_of_turns(turns)) / 2;
}

// 1 - βᵗ; beyond t(1 - β) = 40 it rounds to 1.
DEVICE double one_minus_power(double beta, s64 t) { return (1 - beta) * (double)t > 40 ? 1 : 1 - power_integer(beta, t); }

KERNEL optimizer_scalars(const u64 *counter, const Rule *rule, Scalars *scalars) THREADS(32)
{
    if (thread_x() != 0 || block_x() != 0) return;
    u64 step = *counter;
    s64 kind = rule->kinds & 15, completed = (s64)step + 1;
    double rate = rate_at(rule, rule->kinds >> 4, step);
    bool adam = kind == ADAM, decoupled = rule->switches & 2;
    double l2 = decoupled ? 0 : rule->weight_decay, shrink = decoupled ? 1 - rate * rule->weight_decay : 1;
    double root_scale = 1, first_input = adam ? 1 - rule->beta1 : step == 0 ? 1 : 1 - rule->dampening;
    if (adam)
    {
        rate = rate / one_minus_power(rule->beta1, completed);
        root_scale = 1 / root(one_minus_power(rule->beta2, completed));
    }
    else if (kind == ADAGRAD)
    {
        rate = rate / (1 + (double)step * rule->rate_decay);
    }

    scalars->l2 = (float)l2;
    scalars->shrink = (float)shrink;
    scalars->first = (float)(adam ? rule->beta1 : rule->momentum);
    scalars->first_input = (float)first_input;
    scalars->second = (float)rule->beta2;
    scalars->second_input = (float)(1 - rule->beta2);
    scalars->minus_rate = (float)-rate;
    scalars->root_scale = (float)root_scale;
    scalars->epsilon = (float)rule->epsilon;
    scalars->flags = (l2 != 0 ? PENALISED : 0) | (shrink != 1 ? SHRUNK : 0) | (rule->momentum != 0 ? MOMENTUM : 0)
        | (rule->switches & 1 ? NESTEROV : 0) | (step == 0 ? FIRST_STEP : 0);
}

#define UPDATE(name) KERNEL update_##name( \
    const Scalars *scalars, const float *gradients, float *parameters, float *moment1, float *moment2, s64 count) THREADS(256)

// The gradient with its penalty, and the weight after decoupled decay.
DEVICE float begin_update(const Scalars &s, float g, float *w)
{
    if (s.flags & PENALISED) g = fma(s.l2, *w, g);
    if (s.flags & SHRUNK) *w *= s.shrink;
    return g;
}

// +0 below the smallest normal number: subnormal moments would slow a processor down for ever.
DEVICE float flushed(float x) { return magnitude(x) < 0x1p-126f ? 0.0f : x; }

UPDATE(sgd)
{
    Scalars s = *scalars;
    for (EACH(i, count))
    {
        float w = parameters[i], g = begin_update(s, gradients[i], &w), d = g;
        if (s.flags & MOMENTUM)
        {
            float buffer = s.flags & FIRST_STEP ? g : fma(s.first, moment1[i], s.first_input * g);
            moment1[i] = buffer;
            d = s.flags & NESTEROV ? fma(s.first, buffer, g) : buffer;
        }

        parameters[i] = fma(s.minus_rate, d, w);
    }
}

UPDATE(adagrad)
{
    Scalars s = *scalars;
    for (EACH(i, count))
    {
        float w = parameters[i], g = begin_update(s, gradients[i], &w), sum = fma(g, g, moment1[i]);
        moment1[i] = sum;
        parameters[i] = fma(s.minus_rate, g / (root(sum) + s.epsilon), w);
    }
}

UPDATE(rmsprop)
{
    Scalars s = *scalars;
    for (EACH(i, count))
    {
        float w = parameters[i], g = begin_update(s, gradients[i], &w);
        float mean = fma(s.second, moment1[i], s.second_input * g * g), d = g / (root(mean) + s.epsilon);
        moment1[i] = mean;
        if (s.flags & MOMENTUM) moment2[i] = d = fma(s.first, moment2[i], d);
        parameters[i] = fma(s.minus_rate, d, w);
    }
}

UPDATE(adam)
{
    Scalars s = *scalars;
    for (EACH(i, count))
    {
        float w = parameters[i], g = begin_update(s, gradients[i], &w);
        float m = flushed(fma(s.first, moment1[i], s.first_input * g));
        float v = flushed(fma(s.second, moment2[i], s.second_input * g * g));
        moment1[i] = m;
        moment2[i] = v;
        parameters[i] = fma(s.minus_rate, m / fma(root(v), s.root_scale, s.epsilon), w);
    }
}

// ---- steps ----

KERNEL record(const u64 *counter, const float *x, float *ring, s64 ring_count) THREADS(32)
{
    if (thread_x() == 0 && block_x() == 0) ring[*counter % (u64)ring_count] = *x;
}

KERNEL advance(u64 *counter) THREADS(32)
{
    if (thread_x() == 0 && block_x() == 0) *counter += 1;
}
