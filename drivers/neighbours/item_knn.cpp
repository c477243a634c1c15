#include "drivers/neighbours/item_knn.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "io/error.hpp"
#include "kernels/neighbours/nearest_items.hpp"

namespace tidemill::drivers {
namespace {

void check(ItemKnnParams const& params) {
  if (params.neighbours < 1) {
    throw ConfigError(fmt::format("--neighbours: expected at least 1, found {}", params.neighbours));
  }
  if (!(params.shrink >= 0)) throw ConfigError(fmt::format("--shrink: expected 0 or more, found {}", params.shrink));
  if (!(params.pairs.bm25_k1 > 0) || !(params.pairs.bm25_b >= 0 && params.pairs.bm25_b <= 1)) {
    throw ConfigError("--bm25-k1 must be above 0 and --bm25-b between 0 and 1");
  }
}

std::vector<double> powers(std::vector<double> const& squared, double exponent) {
  std::vector<double> result(squared.size());
  for (std::size_t i = 0; i < squared.size(); ++i) {
    result[i] = exponent == .5 ? std::sqrt(squared[i]) : std::pow(squared[i], exponent);
  }
  return result;
}

}  // namespace

std::unique_ptr<ItemKnn> ItemKnn::train(io::Comm const& comm, Interactions const& interactions,
                                        ItemKnnParams const& params) {
  check(params);
  PairTable histories = all_histories(comm, interactions);
  weigh_pairs(histories, interactions.items, params.pairs);
  std::vector<double> const squared = squared_norms(histories, interactions.items);
  std::vector<double> const candidate = powers(squared, params.item_exponent);
  std::vector<double> const history = powers(squared, params.history_exponent);

  io::RowRange const mine = share_of_comparisons(histories, interactions.items, comm.rank(), comm.size());
  PairTable const users = users_of_items(histories, mine.first, mine.count);
  auto const nearest = kernels::nearest_items(users.rows(), mine.first, histories.rows(),
                                              {candidate, history, params.shrink}, params.neighbours);

  auto model = std::make_unique<ItemKnn>();
  std::vector<std::int32_t> lengths, neighbour;
  std::vector<float> similarity;
  for (auto const& row : nearest) {
    lengths.push_back(static_cast<std::int32_t>(row.size()));
    for (kernels::Neighbour const& one : row) {
      neighbour.push_back(one.item);
      similarity.push_back(one.similarity);
    }
  }
  for (std::int32_t const length : comm.gather_all(std::span<std::int32_t const>(lengths))) {
    model->start_.push_back(model->start_.back() + length);
  }
  model->neighbour_ = comm.gather_all(std::span<std::int32_t const>(neighbour));
  model->similarity_ = comm.gather_all(std::span<float const>(similarity));
  model->turn_round();
  return model;
}

void ItemKnn::turn_round() {
  std::size_t const items = start_.size() - 1;
  spoken_start_.assign(items + 1, 0);
  for (std::int32_t const item : neighbour_) ++spoken_start_[static_cast<std::size_t>(item) + 1];
  for (std::size_t i = 0; i < items; ++i) spoken_start_[i + 1] += spoken_start_[i];
  spoken_item_.resize(neighbour_.size());
  spoken_similarity_.resize(neighbour_.size());
  std::vector<std::int64_t> next(spoken_start_.begin(), spoken_start_.end() - 1);
  for (std::size_t item = 0; item < items; ++item) {
    for (auto k = static_cast<std::size_t>(start_[item]); k < static_cast<std::size_t>(start_[item + 1]); ++k) {
      auto const at = static_cast<std::size_t>(next[static_cast<std::size_t>(neighbour_[k])]++);
      spoken_item_[at] = static_cast<std::int32_t>(item);
      spoken_similarity_[at] = similarity_[k];
    }
  }
}

void ItemKnn::score(Interactions const& histories, std::int64_t first, std::int64_t count,
                    std::span<float> scores) const {
  std::size_t const items = start_.size() - 1;
  for (std::int64_t u = 0; u < count; ++u) {
    std::span<float> const row = scores.subspan(static_cast<std::size_t>(u) * items, items);
    std::fill(row.begin(), row.end(), 0.0f);
    for (std::int32_t const item : histories.items_of(first + u)) {
      auto const begin = static_cast<std::size_t>(spoken_start_[static_cast<std::size_t>(item)]);
      auto const end = static_cast<std::size_t>(spoken_start_[static_cast<std::size_t>(item) + 1]);
      for (std::size_t k = begin; k < end; ++k) {
        row[static_cast<std::size_t>(spoken_item_[k])] += spoken_similarity_[k];
      }
    }
    // Similarities are above 0, so 0 says that nothing speaks for the item.
    for (float& one : row) one = one == 0 ? -std::numeric_limits<float>::infinity() : one;
  }
}

std::map<std::string, double> ItemKnn::facts() const {
  auto const items = static_cast<double>(start_.size() - 1);
  return {{"neighbours_per_item", items > 0 ? static_cast<double>(neighbour_.size()) / items : 0}};
}

void ItemKnn::save(io::Hdf5File& file, std::string const& group) const {
  file.write_all(group + "/start", start_);
  file.set_attribute(group + "/start", "description", "first neighbour of each item, and one more");
  file.write_all(group + "/neighbour", neighbour_);
  file.set_attribute(group + "/neighbour", "description", "item numbers, the most similar first");
  file.write_all(group + "/similarity", similarity_);
}

std::unique_ptr<ItemKnn> ItemKnn::load(io::Hdf5File& file, std::string const& group) {
  auto model = std::make_unique<ItemKnn>();
  model->start_ = file.read_all<std::int64_t>(group + "/start");
  model->neighbour_ = file.read_all<std::int32_t>(group + "/neighbour");
  model->similarity_ = file.read_all<float>(group + "/similarity");
  auto const items = static_cast<std::int64_t>(model->start_.size()) - 1;
  bool is_whole = items >= 0 && std::is_sorted(model->start_.begin(), model->start_.end()) &&
                  model->start_.front() == 0 &&
                  model->start_.back() == static_cast<std::int64_t>(model->neighbour_.size()) &&
                  model->similarity_.size() == model->neighbour_.size();
  for (std::int32_t const item : model->neighbour_) is_whole = is_whole && item >= 0 && item < items;
  if (!is_whole) {
    throw DataError(file.path().string() + ": the rows of itemknn do not fit together; train the model again");
  }
  model->turn_round();
  return model;
}

}  // namespace tidemill::drivers
