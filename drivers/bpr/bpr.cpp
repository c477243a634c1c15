#include "drivers/bpr/bpr.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "drivers/bpr/bpr_training.hpp"
#include "io/error.hpp"
#include "kernels/random/philox.hpp"
#include "kernels/topk/score.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::uint32_t for_fold_in = 0x42505280;
constexpr std::uint32_t fold_in_epochs = 30;

void check(BprParams const& params) {
  if (params.factors < 1 || params.factors > 4096) {
    throw ConfigError(fmt::format("--factors: expected 1 to 4096, found {}", params.factors));
  }
  if (params.epochs < 1 || params.batch < 1) throw ConfigError("--epochs and --batch: expected at least 1");
  if (!(params.learning_rate > 0) || !(params.regularisation >= 0)) {
    throw ConfigError("--learning-rate: expected above 0; --regularisation: expected 0 or more");
  }
}

/// Texts of all ranks, in rank order.
std::vector<std::string> gather_texts(io::Comm const& comm, EntityIds const& ids) {
  std::vector<std::int32_t> lengths;
  std::string joined;
  for (std::int64_t i = 0; i < ids.size(); ++i) {
    std::string const text = ids.text(i);
    lengths.push_back(static_cast<std::int32_t>(text.size()));
    joined += text;
  }
  lengths = comm.gather_all(std::span<std::int32_t const>(lengths));
  std::vector<char> const all = comm.gather_all(std::span<char const>(joined));
  std::vector<std::string> texts;
  auto from = all.begin();
  for (std::int32_t const length : lengths) {
    texts.emplace_back(from, from + length);
    from += length;
  }
  return texts;
}

}  // namespace

std::unique_ptr<Bpr> Bpr::train(io::Comm const& comm, Interactions const& interactions, BprParams const& params,
                                CheckpointPlace const& checkpoints, io::Progress& progress) {
  check(params);
  io::CheckpointStore store = checkpoints.store(comm, "bpr");
  BprTraining training(comm, interactions, params);
  training.run(store, progress);
  auto model = std::make_unique<Bpr>();
  model->params_ = params;
  model->width_ = training.width();
  model->facts_ = training.facts();
  model->my_users_ = interactions.users;
  model->my_user_rows_ = training.users();
  model->my_items_ = training.items().share();
  model->my_item_rows_ = training.items().values();
  model->users_ = comm.gather_all(std::span<float const>(model->my_user_rows_));
  model->items_ = comm.gather_all(std::span<float const>(model->my_item_rows_));
  model->know_users(comm, interactions);
  return model;
}

void Bpr::know_users(io::Comm const& comm, Interactions const& trained) {
  for (std::string const& id : gather_texts(comm, trained.user_ids)) {
    user_row_.emplace(id, static_cast<std::int64_t>(user_row_.size()));
  }
}

std::vector<float> Bpr::fold_in(std::span<std::int32_t const> history) const {
  auto const width = static_cast<std::size_t>(width_);
  std::vector<float> x(width, 0.0f), square(width, 0.0f);
  x[static_cast<std::size_t>(params_.factors)] = 1;
  kernels::PairwiseStep const step{static_cast<float>(params_.learning_rate),
                                   static_cast<float>(params_.regularisation), params_.factors};
  auto const items = static_cast<std::uint64_t>(items_.size() / width);
  for (std::uint32_t epoch = 0; epoch < fold_in_epochs; ++epoch) {
    for (std::int32_t const preferred : history) {
      auto const draw = kernels::Philox::block(params_.seed, static_cast<std::uint64_t>(preferred), epoch, for_fold_in);
      auto const other = static_cast<std::int32_t>(draw.word[0] * items >> 32);
      if (std::binary_search(history.begin(), history.end(), other)) continue;
      float const* const p = items_.data() + static_cast<std::size_t>(preferred) * width;
      float const* const q = items_.data() + static_cast<std::size_t>(other) * width;
      double const difference = static_cast<double>(kernels::inner_product(x.data(), p, width_)) -
                                static_cast<double>(kernels::inner_product(x.data(), q, width_));
      auto const strength = static_cast<float>(1 / (1 + std::exp(difference)));
      for (std::size_t c = 0; c < static_cast<std::size_t>(params_.factors); ++c) {
        kernels::climb(strength * (p[c] - q[c]) - step.regularisation * x[c], step, x[c], square[c]);
      }
    }
  }
  return x;
}

void Bpr::score(Interactions const& histories, std::int64_t first, std::int64_t count, std::span<float> scores) const {
  auto const width = static_cast<std::size_t>(width_);
  std::size_t const items = items_.size() / width;
  for (std::int64_t u = 0; u < count; ++u) {
    auto const known = user_row_.find(histories.user_ids.text(first + u));
    std::vector<float> folded;
    if (known == user_row_.end()) folded = fold_in(histories.items_of(first + u));
    float const* const x =
        known == user_row_.end() ? folded.data() : users_.data() + static_cast<std::size_t>(known->second) * width;
    float* const row = scores.data() + static_cast<std::size_t>(u) * items;
    for (std::size_t i = 0; i < items; ++i) {
      row[i] = kernels::inner_product(x, items_.data() + i * width, width_);
    }
  }
}

void Bpr::save(io::Hdf5File& file, std::string const& group) const {
  file.write_rows(group + "/users", std::span<float const>(my_user_rows_), my_users_, width_);
  file.set_attribute(group + "/users", "description", "factors, then 1 and zeros");
  file.write_rows(group + "/items", std::span<float const>(my_item_rows_), my_items_, width_);
  file.set_attribute(group + "/items", "description", "factors, then the bias and zeros");
  file.set_attribute(group, "factors", static_cast<std::int64_t>(params_.factors));
  file.set_attribute(group, "learning_rate", params_.learning_rate);
  file.set_attribute(group, "regularisation", params_.regularisation);
  file.set_attribute(group, "seed", static_cast<std::int64_t>(params_.seed));
}

std::unique_ptr<Bpr> Bpr::load(io::Comm const& comm, io::Hdf5File& file, std::string const& group,
                               Interactions const& trained) {
  auto model = std::make_unique<Bpr>();
  model->params_.factors = static_cast<int>(file.integer_attribute(group, "factors"));
  model->params_.learning_rate = file.real_attribute(group, "learning_rate");
  model->params_.regularisation = file.real_attribute(group, "regularisation");
  model->params_.seed = static_cast<std::uint64_t>(file.integer_attribute(group, "seed"));
  model->width_ = static_cast<std::int32_t>(file.row_width(group + "/items"));
  model->users_ = file.read_all<float>(group + "/users");
  model->items_ = file.read_all<float>(group + "/items");
  if (model->params_.factors < 1 || model->params_.factors >= model->width_ ||
      file.row_width(group + "/users") != model->width_ || file.row_count(group + "/users") != trained.users.total ||
      file.row_count(group + "/items") != trained.items) {
    throw DataError(file.path().string() + ": the factors do not fit the users and items; train the model again");
  }
  // What a load on other ranks would save again.
  model->my_users_ = trained.users;
  model->my_items_ = io::even_share(trained.items, comm.rank(), comm.size());
  auto const rows = [&](std::vector<float> const& all, io::RowRange const& range) {
    return std::vector<float>(all.begin() + range.first * model->width_, all.begin() + range.end() * model->width_);
  };
  model->my_user_rows_ = rows(model->users_, model->my_users_);
  model->my_item_rows_ = rows(model->items_, model->my_items_);
  model->know_users(comm, trained);
  return model;
}

}  // namespace tidemill::drivers
