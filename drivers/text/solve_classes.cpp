#include "drivers/text/solve_classes.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "drivers/text/row_order.hpp"
#include "io/error.hpp"
#include "io/signals/stop_request.hpp"
#include "kernels/text/one_against_rest.hpp"

namespace tidemill::drivers {
namespace {

using kernels::class_lanes;
constexpr std::uint32_t order_purpose = 0x746F;

template <class T>
kernels::Array<T const> to_device(std::vector<T> const& values) {
  kernels::Array<T> const device("text::values", values.size());
  Kokkos::View<T const*, Kokkos::HostSpace, Kokkos::MemoryUnmanaged> const host(values.data(), values.size());
  Kokkos::deep_copy(device, host);
  return device;
}

template <class View>
auto flat(View const& view) {
  return Kokkos::View<typename View::value_type*, kernels::DeviceMemory, Kokkos::MemoryUnmanaged>(view.data(),
                                                                                                  view.size());
}

template <class View>
std::vector<typename View::non_const_value_type> to_host(View const& view) {
  std::vector<typename View::non_const_value_type> values(view.size());
  Kokkos::View<typename View::non_const_value_type*, Kokkos::HostSpace, Kokkos::MemoryUnmanaged> const host(
      values.data(), values.size());
  Kokkos::deep_copy(host, flat(view));
  return values;
}

template <class View, class T>
void from_host(View const& view, std::vector<T> const& values) {
  Kokkos::View<T const*, Kokkos::HostSpace, Kokkos::MemoryUnmanaged> const host(values.data(), values.size());
  Kokkos::deep_copy(flat(view), host);
}

kernels::BiasedRows matrix_of(kernels::SparseRows const& rows, std::int64_t columns) {
  std::vector<float> square;
  for (std::int64_t row = 0; row < rows.rows(); ++row) {
    float sum = 1;
    for (float const weight : rows.weights_of(row)) sum += weight * weight;
    square.push_back(sum);
  }
  return {to_device(rows.start), to_device(rows.term), to_device(rows.weight), to_device(square), columns};
}

/// This rank's blocks of classes.
class Blocks {
 public:
  Blocks(io::Comm const& comm, ClassProblem const& problem, std::vector<std::uint32_t> const& chosen,
         ClassCosts const& costs, std::uint64_t seed)
      : comm_(comm),
        chosen_(chosen),
        costs_(costs),
        seed_(seed),
        rows_(problem.rows.rows()),
        columns_(problem.columns),
        range_(io::even_share((problem.classes + class_lanes - 1) / class_lanes, comm.rank(), comm.size())),
        matrix_(matrix_of(problem.rows, problem.columns)) {
    auto const blocks = static_cast<std::size_t>(range_.count);
    solver_.sign = signs(problem);
    solver_.alpha = kernels::ClassBlocks<float>("text::alpha", blocks, static_cast<std::size_t>(rows_), class_lanes);
    solver_.weight =
        kernels::ClassBlocks<float>("text::weight", blocks, static_cast<std::size_t>(columns_) + 1, class_lanes);
    solver_.cost = static_cast<float>(costs.cost);
    solver_.positive_cost = static_cast<float>(costs.cost * costs.positive_weight);
    done_.assign(blocks, 0);
  }

  void sweep(std::int64_t number) {
    auto const done = to_device(done_);
    kernels::Array<float> const change("text::change", done_.size());
    kernels::descend_rows({}, matrix_, to_device(drawn_order(chosen_, seed_, number, order_purpose)), solver_, done,
                          change);
    std::vector<float> const changes = to_host(change);
    for (std::size_t b = 0; b < done_.size(); ++b) {
      if (static_cast<double>(changes[b]) <= costs_.tolerance) done_[b] = 1;
    }
  }

  bool is_done() const {
    std::int64_t const open = std::count(done_.begin(), done_.end(), 0);
    return comm_.sum(open) == 0;
  }

  std::vector<float> all_weights() const {
    std::vector<float> const mine = to_host(solver_.weight);
    return comm_.gather_all(std::span<float const>(mine));
  }

  void save(io::Hdf5File& file) const {
    file.write_rows("alpha", std::span<float const>(to_host(solver_.alpha)), range_, rows_ * class_lanes);
    file.write_rows("weight", std::span<float const>(to_host(solver_.weight)), range_, (columns_ + 1) * class_lanes);
    file.write_rows("done", std::span<std::int8_t const>(done_), range_);
  }
  void load(io::Hdf5File& file) {
    from_host(solver_.alpha, file.read_rows<float>("alpha", range_.first, range_.count));
    from_host(solver_.weight, file.read_rows<float>("weight", range_.first, range_.count));
    done_ = file.read_rows<std::int8_t>("done", range_.first, range_.count);
  }

 private:
  kernels::ClassBlocks<std::int8_t const> signs(ClassProblem const& problem) const {
    kernels::ClassBlocks<std::int8_t> const device("text::sign", static_cast<std::size_t>(range_.count),
                                                   static_cast<std::size_t>(rows_), class_lanes);
    std::vector<std::int8_t> sign(device.size(), 0);
    auto const place = [&](std::int64_t label, std::int64_t row) {
      return static_cast<std::size_t>(((label / class_lanes - range_.first) * rows_ + row) * class_lanes +
                                      label % class_lanes);
    };
    std::int64_t const first = range_.first * class_lanes;
    std::int64_t const last = std::min(range_.end() * class_lanes, problem.classes);
    for (std::int64_t row = 0; row < rows_; ++row) {
      for (std::int64_t label = first; label < last; ++label) sign[place(label, row)] = -1;
      auto const begin = static_cast<std::size_t>(problem.label_start[static_cast<std::size_t>(row)]);
      auto const end = static_cast<std::size_t>(problem.label_start[static_cast<std::size_t>(row) + 1]);
      for (std::size_t i = begin; i < end; ++i) {
        if (problem.label[i] >= first && problem.label[i] < last) sign[place(problem.label[i], row)] = 1;
      }
    }
    from_host(device, sign);
    return device;
  }

  io::Comm const& comm_;
  std::vector<std::uint32_t> const& chosen_;
  ClassCosts const& costs_;
  std::uint64_t seed_;
  std::int64_t rows_;
  std::int64_t columns_;
  io::RowRange range_;
  kernels::BiasedRows matrix_;
  kernels::OneAgainstRest solver_;
  std::vector<std::int8_t> done_;
};

}  // namespace

ClassWeights solve_classes(io::Comm const& comm, ClassProblem const& problem, std::vector<std::uint32_t> const& chosen,
                           ClassCosts const& costs, std::uint64_t seed, CheckpointPlace const& place,
                           std::string const& part, io::Progress& progress) {
  Blocks blocks(comm, problem, chosen, costs, seed);
  io::CheckpointStore store = place.store(comm, part);
  std::int64_t step = store.load_newest([&](io::Hdf5File& file) { blocks.load(file); }).value_or(0);
  progress.begin("classes, " + part, costs.sweeps);
  if (step > 0) progress.advance(std::min<std::int64_t>(step, costs.sweeps));
  std::int64_t saved = step;
  while (step < costs.sweeps && !blocks.is_done()) {
    blocks.sweep(step++);
    progress.advance();
    bool const stops = store.is_enabled() && io::stop_requested(comm);
    if (stops || (store.is_enabled() && store.is_due())) {
      store.save(step, [&](io::Hdf5File& file) { blocks.save(file); });
      saved = step;
    }
    if (stops) {
      throw StoppedAtCheckpoint("stopped after sweep " + std::to_string(step) + " of " + part +
                                "; run the same command again to continue");
    }
  }
  // A later part may be the one that is stopped: this one need not be solved again then.
  if (store.is_enabled() && saved != step) store.save(step, [&](io::Hdf5File& file) { blocks.save(file); });
  progress.end();
  return {problem.classes, problem.columns, blocks.all_weights()};
}

std::vector<float> margins_of(kernels::SparseRows const& rows, ClassWeights const& weights) {
  auto const blocks = static_cast<std::size_t>(weights.blocks());
  kernels::ClassBlocks<float> const device("text::weight", blocks, static_cast<std::size_t>(weights.columns) + 1,
                                           class_lanes);
  from_host(device, weights.value);
  Kokkos::View<float**, Kokkos::LayoutRight, kernels::DeviceMemory> const margin(
      "text::margin", static_cast<std::size_t>(rows.rows()), blocks * class_lanes);
  kernels::class_margins({}, matrix_of(rows, weights.columns), device, margin);
  std::vector<float> const padded = to_host(margin);
  std::vector<float> margins(static_cast<std::size_t>(rows.rows() * weights.classes));
  for (std::int64_t row = 0; row < rows.rows(); ++row) {
    std::copy_n(padded.begin() + row * static_cast<std::int64_t>(blocks) * class_lanes, weights.classes,
                margins.begin() + row * weights.classes);
  }
  return margins;
}

}  // namespace tidemill::drivers
