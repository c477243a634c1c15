#include "drivers/bpr/bpr_training.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "io/error.hpp"
#include "io/signals/stop_request.hpp"
#include "kernels/random/philox.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::uint32_t for_users = 0x42505202 + 0x20, for_items = 0x42505203 + 0x20;
constexpr float start_size = .1f;

/// Uniform in +-start_size / sqrt(factors), by global number.
void draw_row(std::uint64_t seed, std::int64_t id, std::uint32_t purpose, int factors, float* row) {
  float const size = start_size / std::sqrt(static_cast<float>(factors));
  for (int c = 0; c < factors; ++c) {
    auto const block =
        kernels::Philox::block(seed, static_cast<std::uint64_t>(id), static_cast<std::uint32_t>(c / 4), purpose);
    row[c] = size * (2 * kernels::Philox::uniform(block.word[c % 4]) - 1);
  }
}

kernels::Array<std::int32_t> to_device(std::vector<std::int32_t> const& values) {
  kernels::Array<std::int32_t> result(Kokkos::view_alloc("bpr::batch", Kokkos::WithoutInitializing), values.size());
  Kokkos::deep_copy(result, Kokkos::View<std::int32_t const*, Kokkos::HostSpace>(values.data(), values.size()));
  return result;
}

template <class Rows>
auto to_host(Rows const& rows) {
  using Value = typename Rows::non_const_value_type;
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), rows);
  return std::vector<Value>(host.data(), host.data() + host.size());
}

kernels::FactorRows rows_from(std::vector<float> const& values, std::int32_t width) {
  std::size_t const rows = values.size() / static_cast<std::size_t>(width);
  kernels::FactorRows result(Kokkos::view_alloc("bpr::rows", Kokkos::WithoutInitializing), rows,
                             static_cast<std::size_t>(width));
  Kokkos::deep_copy(result, Kokkos::View<float const**, Kokkos::LayoutRight, Kokkos::HostSpace>(
                                values.data(), rows, static_cast<std::size_t>(width)));
  return result;
}

/// The samples of one batch as the kernels want them, and the items they name.
struct PreparedBatch {
  std::vector<std::int32_t> wanted;  ///< items, ascending
  std::vector<std::int32_t> uses;    ///< per item
  kernels::PairwiseBatch device;
};

PreparedBatch prepare(PairwiseSamples const& samples, std::size_t first, std::size_t count,
                      std::vector<std::int32_t>& row_of_item) {
  PreparedBatch batch;
  for (std::size_t t = first; t < first + count; ++t) {
    for (std::int32_t const item : {samples.preferred[t], samples.other[t]}) {
      if (row_of_item[static_cast<std::size_t>(item)] >= 0) continue;
      row_of_item[static_cast<std::size_t>(item)] = 0;
      batch.wanted.push_back(item);
    }
  }
  std::sort(batch.wanted.begin(), batch.wanted.end());
  for (std::size_t row = 0; row < batch.wanted.size(); ++row) {
    row_of_item[static_cast<std::size_t>(batch.wanted[row])] = static_cast<std::int32_t>(row);
  }
  std::vector<std::int32_t> user(count), preferred(count), other(count), active, active_start;
  std::vector<std::int32_t> item_start(batch.wanted.size() + 1, 0), uses(2 * count);
  for (std::size_t t = 0; t < count; ++t) {
    user[t] = samples.user[first + t];
    preferred[t] = row_of_item[static_cast<std::size_t>(samples.preferred[first + t])];
    other[t] = row_of_item[static_cast<std::size_t>(samples.other[first + t])];
    ++item_start[static_cast<std::size_t>(preferred[t]) + 1];
    ++item_start[static_cast<std::size_t>(other[t]) + 1];
    if (active.empty() || active.back() != user[t]) {
      active.push_back(user[t]);
      active_start.push_back(static_cast<std::int32_t>(t));
    }
  }
  active_start.push_back(static_cast<std::int32_t>(count));
  batch.uses.assign(item_start.begin() + 1, item_start.end());
  for (std::size_t row = 0; row < batch.wanted.size(); ++row) item_start[row + 1] += item_start[row];
  std::vector<std::int32_t> next(item_start.begin(), item_start.end() - 1);
  for (std::size_t t = 0; t < count; ++t) {
    uses[static_cast<std::size_t>(next[static_cast<std::size_t>(preferred[t])]++)] = static_cast<std::int32_t>(2 * t);
    uses[static_cast<std::size_t>(next[static_cast<std::size_t>(other[t])]++)] = static_cast<std::int32_t>(2 * t + 1);
  }
  for (std::int32_t const item : batch.wanted) row_of_item[static_cast<std::size_t>(item)] = -1;
  batch.device = {to_device(user),         to_device(preferred),  to_device(other), to_device(active),
                  to_device(active_start), to_device(item_start), to_device(uses)};
  return batch;
}

}  // namespace

BprTraining::BprTraining(io::Comm const& comm, Interactions const& interactions, BprParams const& params)
    : comm_(comm),
      interactions_(interactions),
      params_(params),
      width_((params.factors + 1 + 7) / 8 * 8),
      items_(comm, interactions.items, width_),
      row_of_item_(static_cast<std::size_t>(interactions.items), -1) {
  first_pair_ = comm.sum_before(interactions.size());
  batches_ = std::max<std::int64_t>((comm.sum(interactions.size()) + params.batch - 1) / params.batch, 1);
  auto const width = static_cast<std::size_t>(width_);
  std::vector<float> users(static_cast<std::size_t>(interactions.users.count) * width, 0.0f);
  for (std::int64_t u = 0; u < interactions.users.count; ++u) {
    float* const row = users.data() + static_cast<std::size_t>(u) * width;
    draw_row(params.seed, interactions.users.first + u, for_users, params.factors, row);
    row[params.factors] = 1;
  }
  for (std::int64_t i = 0; i < items_.share().count; ++i) {
    draw_row(params.seed, items_.share().first + i, for_items, params.factors,
             items_.values().data() + static_cast<std::size_t>(i) * width);
  }
  users_ = rows_from(users, width_);
  squares_ = kernels::FactorRows("bpr::squares", users_.extent(0), users_.extent(1));
}

std::vector<float> BprTraining::users() const { return to_host(users_); }

void BprTraining::run_batch(PairwiseSamples const& samples, std::int64_t number) {
  auto const first = static_cast<std::size_t>(samples.batch_start[static_cast<std::size_t>(number)]);
  auto const count = static_cast<std::size_t>(samples.batch_start[static_cast<std::size_t>(number) + 1]) - first;
  PreparedBatch const batch = prepare(samples, first, count, row_of_item_);
  kernels::FactorRows const items = rows_from(items_.fetch(batch.wanted), width_);
  kernels::Array<float> const strength("bpr::strength", count);
  Kokkos::View<std::int64_t**, Kokkos::LayoutRight, kernels::DeviceMemory> const gradient(
      Kokkos::view_alloc("bpr::gradient", Kokkos::WithoutInitializing), batch.wanted.size(),
      static_cast<std::size_t>(width_));
  kernels::PairwiseStep const step{static_cast<float>(params_.learning_rate),
                                   static_cast<float>(params_.regularisation), params_.factors};
  loss_ += kernels::pairwise_strengths(exec_, batch.device, users_, items, strength);
  triples_ += static_cast<std::int64_t>(count);
  kernels::pairwise_item_gradients(exec_, batch.device, users_, strength, gradient);
  kernels::pairwise_user_steps(exec_, batch.device, users_, squares_, items, strength, step);
  exec_.fence();
  items_.climb(to_host(gradient), batch.uses, step);
}

void BprTraining::run_epoch(std::uint32_t epoch) {
  PairwiseSamples const samples = draw_samples(interactions_, first_pair_, batches_, params_.seed, epoch);
  loss_ = triples_ = 0;
  for (std::int64_t batch = 0; batch < batches_; ++batch) run_batch(samples, batch);
  loss_ = comm_.sum(loss_);
  triples_ = comm_.sum(triples_);
}

std::map<std::string, double> BprTraining::facts() const {
  auto const triples = static_cast<double>(std::max<std::int64_t>(triples_, 1));
  return {{"loss", static_cast<double>(loss_) * kernels::gradient_unit / triples}};
}

void BprTraining::save(io::CheckpointStore& checkpoints, std::int64_t epochs) const {
  checkpoints.save(epochs, [&](io::Hdf5File& file) {
    file.write_rows("users", std::span<float const>(to_host(users_)), interactions_.users, width_);
    file.write_rows("user_squares", std::span<float const>(to_host(squares_)), interactions_.users, width_);
    file.write_rows("items", std::span<float const>(items_.values()), items_.share(), width_);
    file.write_rows("item_squares", std::span<float const>(items_.squares()), items_.share(), width_);
  });
}

std::int64_t BprTraining::load(io::CheckpointStore const& checkpoints) {
  auto const step = checkpoints.load_newest([&](io::Hdf5File& file) {
    if (file.row_width("users") != width_ || file.row_count("users") != interactions_.users.total ||
        file.row_count("items") != items_.share().total) {
      throw DataError("the checkpoint is of another model");
    }
    auto const rows = [&](std::string const& name, io::RowRange const& range) {
      return file.read_rows<float>(name, range.first, range.count);
    };
    users_ = rows_from(rows("users", interactions_.users), width_);
    squares_ = rows_from(rows("user_squares", interactions_.users), width_);
    items_.values() = rows("items", items_.share());
    items_.squares() = rows("item_squares", items_.share());
  });
  return step.value_or(0);
}

void BprTraining::run(io::CheckpointStore& checkpoints, io::Progress& progress) {
  std::int64_t epoch = load(checkpoints);
  progress.begin("rank pairs", params_.epochs);
  progress.advance(epoch);
  while (epoch < params_.epochs) {
    run_epoch(static_cast<std::uint32_t>(epoch));
    ++epoch;
    progress.advance();
    progress.detail(fmt::format("epoch {}: loss {:.5f}", epoch, facts().at("loss")));
    if (epoch == params_.epochs) break;
    if (io::stop_requested(comm_)) {
      save(checkpoints, epoch);
      throw StoppedAtCheckpoint(
          fmt::format("stopped after {} of {} epochs; run again to continue", epoch, params_.epochs));
    }
    if (checkpoints.is_due()) save(checkpoints, epoch);
  }
  progress.end(fmt::format("{} epochs, loss {:.4f}", params_.epochs, facts().at("loss")));
}

}  // namespace tidemill::drivers
