#include "drivers/content/content_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "drivers/content/history.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

/// Adds up the entries of equal columns, in the order in which they came, and orders the row by column.
class RowSum {
 public:
  void add(std::int32_t column, double value) { entries_.push_back({column, value}); }
  /// Appends the row scaled to length 1 to `rows`; nothing is left of it here.
  void move_to(SparseRows& rows) {
    std::stable_sort(entries_.begin(), entries_.end(),
                     [](Entry const& a, Entry const& b) { return a.column < b.column; });
    std::size_t kept = 0;
    for (std::size_t e = 0; e < entries_.size(); ++e) {
      if (kept > 0 && entries_[kept - 1].column == entries_[e].column) {
        entries_[kept - 1].value += entries_[e].value;
      } else {
        entries_[kept++] = entries_[e];
      }
    }
    entries_.resize(kept);
    double squares = 0;
    for (Entry const& entry : entries_) squares += entry.value * entry.value;
    double const scale = squares > 0 ? 1 / std::sqrt(squares) : 0;
    for (Entry const& entry : entries_) {
      if (entry.value != 0) rows.add(entry.column, static_cast<float>(entry.value * scale));
    }
    rows.end_row();
    entries_.clear();
  }

 private:
  struct Entry {
    std::int32_t column;
    double value;
  };
  std::vector<Entry> entries_;
};

}  // namespace

ContentModel::ContentModel(SparseRows vectors, double history_decay)
    : vectors_(std::move(vectors)), by_item_(transposed(vectors_)), history_decay_(history_decay) {}

std::unique_ptr<ContentModel> ContentModel::train(io::Comm const& comm, EntityIds const& item_ids,
                                                  Catalogue const& catalogue, ContentParams const& params) {
  if (!(params.history_decay > 0 && params.history_decay <= 1)) {
    throw ConfigError("--history-decay must be above 0 and at most 1");
  }
  return std::make_unique<ContentModel>(item_vectors(comm, item_ids, catalogue, params), params.history_decay);
}

void ContentModel::save(io::Hdf5File& file, std::string const& group) const {
  save_rows(file, group + "/vectors", vectors_);
  file.set_attribute(group, "history_decay", history_decay_);
}

std::unique_ptr<ContentModel> ContentModel::load(io::Hdf5File& file, std::string const& group) {
  return std::make_unique<ContentModel>(load_rows(file, group + "/vectors"),
                                        file.real_attribute(group, "history_decay"));
}

SparseRows ContentModel::profiles(Interactions const& histories, std::int64_t first, std::int64_t count) const {
  SparseRows rows;
  rows.columns = vectors_.columns;
  RowSum sum;
  for (std::int64_t user = first; user < first + count; ++user) {
    std::vector<float> const weights = recency_weights(histories, user, history_decay_);
    auto const items = histories.items_of(user);
    for (std::size_t h = 0; h < items.size(); ++h) {
      auto const item = static_cast<std::size_t>(items[h]);
      for (auto e = static_cast<std::size_t>(vectors_.start[item]);
           e < static_cast<std::size_t>(vectors_.start[item + 1]); ++e) {
        sum.add(vectors_.column[e], static_cast<double>(weights[h]) * static_cast<double>(vectors_.value[e]));
      }
    }
    sum.move_to(rows);
  }
  return rows;
}

void ContentModel::score(Interactions const& histories, std::int64_t first, std::int64_t count,
                         std::span<float> scores) const {
  std::fill(scores.begin(), scores.end(), 0.0f);
  SparseRows const users = profiles(histories, first, count);
  by_item_.add(users, scores);
  constexpr float never = -std::numeric_limits<float>::infinity();
  auto const items = static_cast<std::size_t>(vectors_.rows());
  for (std::size_t user = 0; user < static_cast<std::size_t>(count); ++user) {
    bool const is_known = users.start[user + 1] > users.start[user];
    for (std::size_t item = 0; item < items; ++item) {
      if (!is_known || vectors_.start[item + 1] == vectors_.start[item]) scores[user * items + item] = never;
    }
  }
}

std::vector<float> ContentModel::history_weights(Interactions const& histories, std::int64_t local_user) const {
  return recency_weights(histories, local_user, history_decay_);
}

std::map<std::string, double> ContentModel::facts() const {
  std::int64_t described = 0;
  for (std::int64_t item = 0; item < vectors_.rows(); ++item) {
    described += vectors_.start[static_cast<std::size_t>(item) + 1] > vectors_.start[static_cast<std::size_t>(item)];
  }
  return {{"features", static_cast<double>(vectors_.columns)}, {"items_described", static_cast<double>(described)}};
}

}  // namespace tidemill::drivers
