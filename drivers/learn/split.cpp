#include "drivers/learn/split.hpp"

#include <fmt/format.h>

#include <unordered_map>

#include "drivers/partition/move_rows.hpp"
#include "io/error.hpp"
#include "kernels/random/philox.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::uint32_t purpose_validation = 0x76616C69;

LearningData take(io::Comm const& comm, LearningData const& data, std::vector<std::int64_t> const& rows) {
  LearningData part;
  part.task = data.task;
  part.target_name = data.target_name;
  part.classes = data.classes;
  part.features = take_rows(data.features, rows);
  part.features.range = io::range_of_part(comm, static_cast<std::int64_t>(rows.size()));
  for (std::int64_t const row : rows) {
    part.target.push_back(data.target[static_cast<std::size_t>(row)]);
    if (!data.weight.empty()) part.weight.push_back(data.weight[static_cast<std::size_t>(row)]);
  }
  return part;
}

/// Gives a text column the dictionary of training; texts that training did not see become missing.
void recode(io::Column& column, std::vector<std::string> const& dictionary) {
  std::unordered_map<std::string, std::int32_t> index;
  for (std::size_t i = 0; i < dictionary.size(); ++i) index[dictionary[i]] = static_cast<std::int32_t>(i);
  for (std::int32_t& code : column.codes) {
    if (code < 0) continue;
    auto const found = index.find(column.dictionary[static_cast<std::size_t>(code)]);
    code = found == index.end() ? io::missing_code : found->second;
  }
  column.dictionary = dictionary;
}

}  // namespace

TrainingParts split_rows(io::Comm const& comm, LearningData const& data, double share, std::uint64_t seed) {
  std::vector<std::int64_t> rows[2];
  for (std::int64_t row = 0; row < data.features.rows(); ++row) {
    auto const id = static_cast<std::uint64_t>(data.features.range.first + row);
    auto const draw = kernels::Philox::block(seed, id, 0, purpose_validation);
    rows[kernels::Philox::uniform(draw.word[0], draw.word[1]) < share].push_back(row);
  }
  TrainingParts parts{take(comm, data, rows[0]), take(comm, data, rows[1])};
  if (parts.train.features.range.total == 0 || parts.validation->features.range.total == 0) {
    throw ConfigError(fmt::format("--validation {} leaves no rows for training or none for validation (of {})", share,
                                  data.features.range.total));
  }
  return parts;
}

LearningData matching_data(io::Comm const& comm, io::Table table, LearningColumns const& columns,
                           LearningData const& train) {
  LearningData data;
  data.task = train.task;
  data.target_name = train.target_name;
  data.classes = train.classes;
  data.features = select_features(comm, table, feature_names(train.features));
  for (std::size_t f = 0; f < data.features.columns.size(); ++f) {
    io::Column& column = data.features.columns[f];
    if (column.is_text()) recode(column, train.features.columns[f].dictionary);
  }
  io::agree(comm, "read validation rows", [&] {
    io::Column const& target = table.columns[find_column(table, columns.target)];
    if (is_classification(data.task)) {
      for (std::int32_t const index : class_indices(target, data.classes)) {
        if (index < 0) throw DataError("the validation file has a class that training rows do not have, or none");
        data.target.push_back(index);
      }
    } else {
      for (std::int64_t row = 0; row < target.size(); ++row) data.target.push_back(target.number(row));
    }
    if (columns.weight.empty()) return;
    io::Column const& weight = table.columns[find_column(table, columns.weight)];
    for (std::int64_t row = 0; row < weight.size(); ++row) data.weight.push_back(weight.number(row));
  });
  return data;
}

}  // namespace tidemill::drivers
