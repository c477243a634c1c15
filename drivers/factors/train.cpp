#include "drivers/factors/train.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "drivers/factors/factor_side.hpp"
#include "drivers/factors/gram.hpp"
#include "drivers/factors/pair_weights.hpp"
#include "io/error.hpp"
#include "io/signals/stop_request.hpp"

namespace tidemill::drivers {
namespace {

/// Rows of `from` (columns of `columns` used) into the rows of a factor matrix.
void copy_rows(std::vector<float> const& from, std::int64_t first, std::int64_t columns,
               kernels::FactorMatrix const& to) {
  auto const host = Kokkos::create_mirror_view(to);
  auto const width = static_cast<std::int64_t>(to.extent(1));
  for (std::int64_t row = 0; row < static_cast<std::int64_t>(to.extent(0)); ++row) {
    std::copy_n(from.data() + (first + row) * columns, columns, host.data() + row * width);
  }
  Kokkos::deep_copy(to, host);
}

/// The first `columns` columns.
std::vector<float> values_of(kernels::FactorMatrix const& factors, std::int64_t columns) {
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), factors);
  auto const width = static_cast<std::int64_t>(factors.extent(1));
  std::vector<float> values;
  values.reserve(factors.extent(0) * static_cast<std::size_t>(columns));
  for (std::int64_t row = 0; row < static_cast<std::int64_t>(factors.extent(0)); ++row) {
    values.insert(values.end(), host.data() + row * width, host.data() + row * width + columns);
  }
  return values;
}

/// Sum over all users and items of s^2: the trace of the product of both Gram matrices.
double squared_scores(std::vector<double> const& users, std::vector<double> const& items) {
  double sum = 0;
  for (std::size_t i = 0; i < users.size(); ++i) sum += users[i] * items[i];
  return sum;
}

class Trainer {
 public:
  Trainer(io::Comm const& comm, kernels::Exec const& exec, Interactions const& interactions, FactorParams const& params)
      : comm_(comm),
        exec_(exec),
        params_(params),
        by_item_(by_item(comm, interactions)),
        values_(weigh(interactions)),
        users_(comm, exec,
               {interactions.users, by_item_.items, interactions.start, interactions.item,
                values_.empty() ? used_values(interactions.value) : values_},
               params),
        items_(comm, exec, {by_item_.items, interactions.users, by_item_.start, by_item_.user, by_item_.value},
               params) {}

  FactorSide const& items() const { return items_; }

  void begin_at_random() {
    users_.draw(kernels::FactorSeries::users);
    items_.draw(kernels::FactorSeries::items);
  }
  /// Items as they were; users, and items that were not there, are solved from their pairs.
  void begin_at(WarmStart const& warm) {
    copy_rows(warm.item_factors, items_.rows().first, params_.factors, items_.factors());
    users_.solve(items_.factors(), gram_of(items_), {kernels::RowSolverKind::exact});
    items_.fold_in(users_.factors(), gram_of(users_));
  }
  void sweep() {
    users_.solve(items_.factors(), gram_of(items_), params_.solver);
    items_.solve(users_.factors(), gram_of(users_), params_.solver);
  }
  double objective() const {
    double const all_pairs = params_.unobserved_weight * squared_scores(gram_of(users_), gram_of(items_));
    return items_.loss(users_.factors()) + users_.ridge_loss() + all_pairs;
  }

  void save(io::Hdf5File& file) const {
    write(file, "users", users_);
    write(file, "items", items_);
  }
  void load(io::Hdf5File& file) {
    read(file, "users", users_);
    read(file, "items", items_);
  }

 private:
  /// Values of this rank's users' pairs with their items' weights; empty without weights. Those of its items become
  /// what the loss takes, in place.
  std::vector<float> weigh(Interactions const& interactions) {
    std::vector<float> const weights = popularity_powers(comm_, interactions, -params_.popularity_discount);
    if (weights.empty()) {
      if (params_.loss == FactorLoss::revisited) by_item_.value.clear();
      return {};
    }
    weigh_values(by_item_, weights, params_.loss);
    return weighted_values(interactions.item, interactions.value, weights, params_.loss);
  }
  std::span<float const> used_values(std::vector<float> const& values) const {
    return params_.loss == FactorLoss::confidence ? std::span<float const>(values) : std::span<float const>();
  }
  std::vector<double> gram_of(FactorSide const& side) const {
    return drivers::gram_of(comm_, exec_, side.rows(), side.factors());
  }
  void write(io::Hdf5File& file, std::string const& name, FactorSide const& side) const {
    std::vector<float> const values = values_of(side.factors(), params_.factors);
    file.write_rows(name, std::span<float const>(values), side.rows(), params_.factors);
  }
  void read(io::Hdf5File& file, std::string const& name, FactorSide const& side) const {
    if (file.row_count(name) != side.rows().total || file.row_width(name) != params_.factors) {
      throw DataError("the checkpoint is of another model");
    }
    copy_rows(file.read_rows<float>(name, side.rows().first, side.rows().count), 0, params_.factors, side.factors());
  }

  io::Comm comm_;
  kernels::Exec exec_;
  FactorParams params_;
  ItemInteractions by_item_;
  std::vector<float> values_;
  FactorSide users_;
  FactorSide items_;
};

/// Sweeps done, and the objectives noted on the way.
struct Done {
  std::int64_t sweeps = 0;
  std::vector<double> objectives;
  double start_objective = 0;
};

void save(io::CheckpointStore& checkpoints, Trainer const& trainer, Done const& done) {
  checkpoints.save(done.sweeps, [&](io::Hdf5File& file) {
    trainer.save(file);
    file.write_all("objectives", done.objectives);
    file.set_attribute("/", "start_objective", done.start_objective);
  });
}

bool load(io::CheckpointStore const& checkpoints, Trainer& trainer, Done& done) {
  auto const step = checkpoints.load_newest([&](io::Hdf5File& file) {
    trainer.load(file);
    done.objectives = file.read_all<double>("objectives");
    done.start_objective = file.real_attribute("/", "start_objective");
  });
  if (!step) return false;
  done.sweeps = *step;
  return true;
}

}  // namespace

FactorTraining train_factors(io::Comm const& comm, kernels::Exec const& exec, Interactions const& interactions,
                             FactorParams const& given, WarmStart const* warm, io::CheckpointStore& checkpoints,
                             io::Progress& progress) {
  check(given);
  FactorParams params = given;
  // Hu, Koren & Volinsky count every pair that was not observed with confidence 1.
  if (params.loss == FactorLoss::confidence) params.unobserved_weight = 1;
  Trainer trainer(comm, exec, interactions, params);
  Done done;
  if (!load(checkpoints, trainer, done)) {
    if (warm != nullptr) {
      trainer.begin_at(*warm);
      done.start_objective = trainer.objective();
    } else {
      trainer.begin_at_random();
    }
  }
  FactorTraining result;
  progress.begin("solve factors", params.sweeps);
  progress.advance(done.sweeps);
  while (done.sweeps < params.sweeps) {
    double const start = io::seconds_now();
    trainer.sweep();
    result.seconds += io::seconds_now() - start;
    ++result.sweeps_here;
    ++done.sweeps;
    bool const is_last = done.sweeps == params.sweeps;
    if (is_last || params.objective_each_sweep) {
      done.objectives.push_back(trainer.objective());
      progress.detail(fmt::format("sweep {}: objective {:.8g}", done.sweeps, done.objectives.back()));
    }
    progress.advance();
    if (is_last) break;
    if (io::stop_requested(comm)) {
      save(checkpoints, trainer, done);
      throw StoppedAtCheckpoint(
          fmt::format("stopped after {} of {} sweeps; run again to continue", done.sweeps, params.sweeps));
    }
    if (checkpoints.is_due()) save(checkpoints, trainer, done);
  }
  progress.end(fmt::format("{} factors, objective {:.8g}", params.factors, done.objectives.back()));
  result.items = trainer.items().rows();
  result.item_factors = values_of(trainer.items().factors(), params.factors);
  result.objectives = std::move(done.objectives);
  result.start_objective = done.start_objective;
  return result;
}

}  // namespace tidemill::drivers
