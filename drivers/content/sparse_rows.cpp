#include "drivers/content/sparse_rows.hpp"

#include <Kokkos_Core.hpp>

#include "io/error.hpp"
#include "kernels/content/sparse_product.hpp"

namespace tidemill::drivers {
namespace {

template <class T>
kernels::Array<T const> to_device(std::vector<T> const& values) {
  using Host = Kokkos::View<T const*, Kokkos::HostSpace, Kokkos::MemoryUnmanaged>;
  kernels::Array<T> device(Kokkos::view_alloc("content::array", Kokkos::WithoutInitializing), values.size());
  Kokkos::deep_copy(device, Host(values.data(), values.size()));
  return device;
}

kernels::SparseMatrix to_device(SparseRows const& rows) {
  return {to_device(rows.start), to_device(rows.column), to_device(rows.value)};
}

}  // namespace

SparseRows transposed(SparseRows const& rows) {
  SparseRows result;
  result.columns = rows.rows();
  result.start.assign(static_cast<std::size_t>(rows.columns) + 1, 0);
  for (std::int32_t const c : rows.column) ++result.start[static_cast<std::size_t>(c) + 1];
  for (std::size_t c = 1; c < result.start.size(); ++c) result.start[c] += result.start[c - 1];
  result.column.resize(rows.column.size());
  result.value.resize(rows.value.size());
  std::vector<std::int64_t> next = result.start;
  for (std::int64_t r = 0; r < rows.rows(); ++r) {
    auto const end = static_cast<std::size_t>(rows.start[static_cast<std::size_t>(r) + 1]);
    for (auto e = static_cast<std::size_t>(rows.start[static_cast<std::size_t>(r)]); e < end; ++e) {
      auto const to = static_cast<std::size_t>(next[static_cast<std::size_t>(rows.column[e])]++);
      result.column[to] = static_cast<std::int32_t>(r);
      result.value[to] = rows.value[e];
    }
  }
  return result;
}

void save_rows(io::Hdf5File& file, std::string const& group, SparseRows const& rows) {
  file.create_group(group);
  file.set_attribute(group, "columns", rows.columns);
  file.write_all(group + "/start", rows.start);
  file.write_all(group + "/column", rows.column);
  file.write_all(group + "/value", rows.value);
}

SparseRows load_rows(io::Hdf5File& file, std::string const& group) {
  SparseRows rows;
  rows.columns = file.integer_attribute(group, "columns");
  rows.start = file.read_all<std::int64_t>(group + "/start");
  rows.column = file.read_all<std::int32_t>(group + "/column");
  rows.value = file.read_all<float>(group + "/value");
  auto const entries = static_cast<std::int64_t>(rows.column.size());
  bool good = !rows.start.empty() && rows.start.front() == 0 && rows.start.back() == entries &&
              rows.value.size() == rows.column.size();
  for (std::size_t r = 1; good && r < rows.start.size(); ++r) good = rows.start[r - 1] <= rows.start[r];
  for (std::int32_t const c : rows.column) good = good && c >= 0 && c < rows.columns;
  if (!good) throw DataError(file.path().string() + ": the rows in '" + group + "' are damaged; train the model again");
  return rows;
}

struct SparseScorer::OnDevice {
  kernels::SparseMatrix matrix;
};

SparseScorer::SparseScorer(SparseRows const& matrix)
    : matrix_(std::make_shared<OnDevice>(OnDevice{to_device(matrix)})), columns_(matrix.columns) {}

void SparseScorer::add(SparseRows const& queries, std::span<float> scores) const {
  if (queries.rows() == 0 || columns_ == 0) return;
  kernels::Exec const exec;
  using Host = Kokkos::View<float**, Kokkos::LayoutRight, Kokkos::HostSpace, Kokkos::MemoryUnmanaged>;
  Host const host(scores.data(), static_cast<std::size_t>(queries.rows()), static_cast<std::size_t>(columns_));
  auto const device = Kokkos::create_mirror_view_and_copy(kernels::DeviceMemory(), host);
  kernels::add_sparse_product(exec, to_device(queries), matrix_->matrix, device);
  exec.fence();  // scores ready before they are read
  Kokkos::deep_copy(host, device);
}

}  // namespace tidemill::drivers
