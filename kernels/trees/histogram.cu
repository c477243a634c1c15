#include "kernels/trees/histogram_cuda.hpp"

namespace tidemill::kernels::cuda {
namespace {

constexpr int features = 8;
constexpr int threads = 512;
// |gradient| < 2^15 and hessian < 2^16 per row: sums of 2^15 rows fit 32 bits.
constexpr long long rows_per_block = 1 << 15;

struct Cells {
  int* gradients;
  unsigned* hessians;
  unsigned* rows;
};

__device__ void add_row(HistogramWork const& work, Cells const& cells, long long i) {
  long long const row = work.index != nullptr ? static_cast<long long>(work.index[i]) : i;
  // One load brings the bins of all eight features, one the gradient pair.
  auto const bins =
      *reinterpret_cast<unsigned long long const*>(work.row_major + row * work.stride + work.first_feature);
  int const pair = work.quantised[row];
  int const gradient = pair >> 16;
  auto const hessian = static_cast<unsigned>(pair & 0xffff);
#pragma unroll
  for (int f = 0; f < features; ++f) {
    int const cell = static_cast<int>(bins >> (8 * f) & 255) * features + f;
    atomicAdd(&cells.gradients[cell], gradient);
    if (work.hessians != nullptr) atomicAdd(&cells.hessians[cell], hessian);
    if (work.rows != nullptr) atomicAdd(&cells.rows[cell], 1u);
  }
}

__global__ void __launch_bounds__(threads) add_rows(HistogramWork work) {
  extern __shared__ int shared[];
  int const size = work.bins * features;
  Cells const cells{shared, reinterpret_cast<unsigned*>(shared + size), reinterpret_cast<unsigned*>(shared + 2 * size)};
  for (int i = threadIdx.x; i < 3 * size; i += threads) shared[i] = 0;
  __syncthreads();
  long long const first = blockIdx.x * rows_per_block;
  long long const end = first + rows_per_block < work.count ? first + rows_per_block : work.count;
  for (long long i = first + threadIdx.x; i < end; i += threads) add_row(work, cells, i);
  __syncthreads();
  for (int i = threadIdx.x; i < size; i += threads) {
    if (cells.gradients[i] != 0) {
      atomicAdd(&work.gradients[i], static_cast<unsigned long long>(static_cast<long long>(cells.gradients[i])));
    }
    if (work.hessians != nullptr && cells.hessians[i] != 0) atomicAdd(&work.hessians[i], 0ull + cells.hessians[i]);
    if (work.rows != nullptr && cells.rows[i] != 0) atomicAdd(&work.rows[i], 0ull + cells.rows[i]);
  }
}

}  // namespace

int add_histogram(HistogramWork const& work, void* stream) {
  if (work.count == 0) return 0;
  auto const blocks = static_cast<unsigned>((work.count + rows_per_block - 1) / rows_per_block);
  auto const bytes = static_cast<unsigned>(3 * work.bins * features) * sizeof(int);
  add_rows<<<blocks, threads, bytes, static_cast<cudaStream_t>(stream)>>>(work);
  return static_cast<int>(cudaGetLastError());
}

}  // namespace tidemill::kernels::cuda
