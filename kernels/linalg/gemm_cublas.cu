#include <cublas_v2.h>
#include <cuda_runtime.h>

#include <stdexcept>
#include <string>

#include "kernels/linalg/gemm.hpp"

namespace tidemill::kernels {
namespace {

void require(cudaError_t status, char const* what) {
  if (status == cudaSuccess) return;
  throw std::runtime_error(std::string("the GPU cannot ") + what + ": " + cudaGetErrorString(status));
}

void require(cublasStatus_t status, char const* what) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  throw std::runtime_error(std::string("cuBLAS cannot ") + what + ": " + cublasGetStatusString(status));
}

/// Device memory that grows and is kept for the next call.
class DeviceBuffer {
 public:
  DeviceBuffer() = default;
  DeviceBuffer(DeviceBuffer const&) = delete;
  DeviceBuffer& operator=(DeviceBuffer const&) = delete;
  ~DeviceBuffer() { cudaFree(values_); }

  double* room_for(std::int64_t count) {
    if (count <= size_) return values_;
    cudaFree(values_);
    values_ = nullptr;
    size_ = 0;
    require(cudaMalloc(reinterpret_cast<void**>(&values_), static_cast<std::size_t>(count) * sizeof(double)),
            "give memory for a product of matrices");
    size_ = count;
    return values_;
  }
  double* copy_of(double const* values, std::int64_t count) {
    double* const to = room_for(count);
    require(cudaMemcpy(to, values, static_cast<std::size_t>(count) * sizeof(double), cudaMemcpyHostToDevice),
            "take a matrix");
    return to;
  }

 private:
  double* values_ = nullptr;
  std::int64_t size_ = 0;
};

/// One per process, made at its first product.
struct Workplace {
  cublasHandle_t handle = nullptr;
  DeviceBuffer a, b, out;
  Workplace() { require(cublasCreate(&handle), "start"); }
  Workplace(Workplace const&) = delete;
  Workplace& operator=(Workplace const&) = delete;
  ~Workplace() { cublasDestroy(handle); }
};

}  // namespace

void gemm(GemmShape const& shape, double alpha, double const* a, double const* b, double beta, double* out) {
  if (shape.rows == 0 || shape.columns == 0) return;
  static Workplace place;
  std::int64_t const size = shape.rows * shape.columns;
  double const* const left = place.a.copy_of(a, shape.rows * shape.depth);
  double const* const right = place.b.copy_of(b, shape.columns * shape.depth);
  double* const result = beta == 0 ? place.out.room_for(size) : place.out.copy_of(out, size);
  auto const rows = static_cast<int>(shape.rows), columns = static_cast<int>(shape.columns),
             depth = static_cast<int>(shape.depth);
  // cuBLAS counts by columns: what it sees are the transposed matrices, so out' = b' a'.
  require(
      cublasDgemm(place.handle, shape.b_is_transposed ? CUBLAS_OP_T : CUBLAS_OP_N, CUBLAS_OP_N, columns, rows, depth,
                  &alpha, right, shape.b_is_transposed ? depth : columns, left, depth, &beta, result, columns),
      "multiply");
  require(cudaMemcpy(out, result, static_cast<std::size_t>(size) * sizeof(double), cudaMemcpyDeviceToHost),
          "give a product back");
}

}  // namespace tidemill::kernels
