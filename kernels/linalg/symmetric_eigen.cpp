#include "kernels/linalg/symmetric_eigen.hpp"

#include <cblas.h>

#include <stdexcept>

extern "C" void dsyevd_(char const* with_vectors, char const* triangle, int const* size, double* matrix,
                        int const* leading_dimension, double* values, double* work, int const* work_size,
                        int* integer_work, int const* integer_work_size, int* failed);

namespace tidemill::kernels {

std::vector<double> symmetric_eigen(std::int64_t size, std::vector<double>& matrix) {
  auto const n = static_cast<int>(size);
  std::vector<double> values(static_cast<std::size_t>(size));
  if (n == 0) return values;
  // Ranks and Kokkos fill the cores, and sums must not depend on how many threads there are.
  openblas_set_num_threads(1);
  int failed = 0, integer_work_size = -1, work_size = -1;
  double wanted = 0;
  int wanted_integers = 0;
  dsyevd_("V", "U", &n, matrix.data(), &n, values.data(), &wanted, &work_size, &wanted_integers, &integer_work_size,
          &failed);
  work_size = static_cast<int>(wanted);
  integer_work_size = wanted_integers;
  std::vector<double> work(static_cast<std::size_t>(work_size));
  std::vector<int> integer_work(static_cast<std::size_t>(integer_work_size));
  // Columns in Fortran's order are rows in ours.
  dsyevd_("V", "U", &n, matrix.data(), &n, values.data(), work.data(), &work_size, integer_work.data(),
          &integer_work_size, &failed);
  if (failed != 0) throw std::runtime_error("the eigenvalues of a matrix could not be found: it has no finite numbers");
  return values;
}

}  // namespace tidemill::kernels
