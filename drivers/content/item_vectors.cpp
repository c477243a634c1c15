#include <algorithm>
#include <cmath>

#include "drivers/content/content_model.hpp"
#include "drivers/partition/exact_sum.hpp"
#include "drivers/text/tfidf.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

/// tf (ln((1 + N) / (1 + df)) + 1), rows scaled to length `weight`. `counts` are this rank's rows. Collective.
void weigh_terms(io::Comm const& comm, std::int64_t total_rows, double weight, SparseRows& counts) {
  std::vector<std::int64_t> documents(static_cast<std::size_t>(counts.columns), 0);
  for (std::int32_t const term : counts.column) ++documents[static_cast<std::size_t>(term)];
  comm.sum(std::span<std::int64_t>(documents));
  std::vector<double> rarity(documents.size());
  for (std::size_t t = 0; t < rarity.size(); ++t) {
    rarity[t] = std::log((1 + static_cast<double>(total_rows)) / (1 + static_cast<double>(documents[t]))) + 1;
  }
  for (std::size_t row = 0; row + 1 < counts.start.size(); ++row) {
    auto const begin = static_cast<std::size_t>(counts.start[row]),
               end = static_cast<std::size_t>(counts.start[row + 1]);
    double squares = 0;
    for (std::size_t e = begin; e < end; ++e) {
      double const w = static_cast<double>(counts.value[e]) * rarity[static_cast<std::size_t>(counts.column[e])];
      squares += w * w;
    }
    double const scale = squares > 0 ? weight / std::sqrt(squares) : 0;
    for (std::size_t e = begin; e < end; ++e) {
      double const w = static_cast<double>(counts.value[e]) * rarity[static_cast<std::size_t>(counts.column[e])];
      counts.value[e] = static_cast<float>(w * scale);
    }
  }
}

/// Once per attribute and item; columns are the attributes of all ranks in byte order.
SparseRows attribute_counts(io::Comm const& comm, Catalogue const& catalogue) {
  std::vector<std::string> names;
  for (auto const& list : catalogue.attributes) names.insert(names.end(), list.begin(), list.end());
  io::Column const codes = io::text_column(comm, "attribute", names);
  SparseRows rows;
  rows.columns = static_cast<std::int64_t>(codes.dictionary.size());
  std::size_t at = 0;
  for (auto const& list : catalogue.attributes) {
    for (std::size_t i = 0; i < list.size(); ++i) rows.add(codes.codes[at++], 1.0f);
    rows.end_row();
  }
  return rows;
}

/// Words and pairs of words; columns are the terms that some item has. Collective.
SparseRows text_block(io::Comm const& comm, Catalogue const& catalogue, double weight) {
  std::vector<std::string_view> const texts(catalogue.texts.begin(), catalogue.texts.end());
  Tfidf const tfidf(comm, texts, {});
  kernels::SparseRows const found = tfidf.rows(texts);
  SparseRows rows;
  rows.columns = static_cast<std::int64_t>(tfidf.terms().size());
  for (std::int64_t row = 0; row < found.rows(); ++row) {
    auto const terms = found.terms_of(row);
    auto const weights = found.weights_of(row);
    for (std::size_t e = 0; e < terms.size(); ++e) {
      auto const at = std::lower_bound(tfidf.terms().begin(), tfidf.terms().end(), terms[e]);
      rows.add(static_cast<std::int32_t>(at - tfidf.terms().begin()),
               static_cast<float>(static_cast<double>(weights[e]) * weight));
    }
    rows.end_row();
  }
  return rows;
}

/// (x - mean) / sd over all items that have the number; columns without spread are 0.
SparseRows standard_numbers(io::Comm const& comm, Catalogue const& catalogue, double weight) {
  std::size_t const width = catalogue.number_names.size();
  SparseRows rows;
  rows.columns = static_cast<std::int64_t>(width);
  std::vector<double> mean(width), scale(width);
  for (std::size_t c = 0; c < width; ++c) {
    ExactSum sum, squares;
    std::int64_t known = 0;
    for (std::size_t at = c; at < catalogue.numbers.size(); at += width) {
      if (std::isnan(catalogue.numbers[at])) continue;
      sum.add(catalogue.numbers[at]);
      ++known;
    }
    auto const count = static_cast<double>(comm.sum(known));
    mean[c] = count > 0 ? sum.total(comm) / count : 0;
    for (std::size_t at = c; at < catalogue.numbers.size(); at += width) {
      double const from_mean = catalogue.numbers[at] - mean[c];
      if (!std::isnan(from_mean)) squares.add(from_mean * from_mean);
    }
    double const deviation = count > 0 ? std::sqrt(squares.total(comm) / count) : 0;
    scale[c] = deviation > 0 ? weight / std::sqrt(static_cast<double>(width)) / deviation : 0;
  }
  for (std::size_t item = 0; item < catalogue.ids.size(); ++item) {
    for (std::size_t c = 0; c < width; ++c) {
      double const value = (catalogue.numbers[item * width + c] - mean[c]) * scale[c];
      if (value != 0 && std::isfinite(value)) rows.add(static_cast<std::int32_t>(c), static_cast<float>(value));
    }
    rows.end_row();
  }
  return rows;
}

/// The blocks beside each other, rows scaled to length 1.
SparseRows side_by_side(std::vector<SparseRows> const& blocks, std::int64_t count) {
  SparseRows rows;
  for (SparseRows const& block : blocks) rows.columns += block.columns;
  for (std::size_t row = 0; row < static_cast<std::size_t>(count); ++row) {
    double squares = 0;
    for (SparseRows const& block : blocks) {
      for (std::int64_t e = block.start[row]; e < block.start[row + 1]; ++e) {
        auto const value = static_cast<double>(block.value[static_cast<std::size_t>(e)]);
        squares += value * value;
      }
    }
    double const scale = squares > 0 ? 1 / std::sqrt(squares) : 0;
    std::int64_t offset = 0;
    for (SparseRows const& block : blocks) {
      for (auto e = static_cast<std::size_t>(block.start[row]); e < static_cast<std::size_t>(block.start[row + 1]);
           ++e) {
        auto const value = static_cast<float>(static_cast<double>(block.value[e]) * scale);
        if (value != 0) rows.add(static_cast<std::int32_t>(block.column[e] + offset), value);
      }
      offset += block.columns;
    }
    rows.end_row();
  }
  return rows;
}

/// All ranks' rows, as rows of the items they belong to. Collective.
SparseRows rows_of_items(io::Comm const& comm, EntityIds const& item_ids, std::vector<std::string> const& ids,
                         SparseRows const& mine) {
  std::vector<std::int64_t> item, length;
  for (std::size_t row = 0; row < ids.size(); ++row) {
    item.push_back(item_ids.find(ids[row]).value_or(-1));
    length.push_back(mine.start[row + 1] - mine.start[row]);
  }
  item = comm.gather_all(std::span<std::int64_t const>(item));
  length = comm.gather_all(std::span<std::int64_t const>(length));
  std::vector<std::int32_t> const column = comm.gather_all(std::span<std::int32_t const>(mine.column));
  std::vector<float> const value = comm.gather_all(std::span<float const>(mine.value));
  std::vector<std::int64_t> first(item.size() + 1, 0), row_of(static_cast<std::size_t>(item_ids.size()), -1);
  for (std::size_t row = 0; row < item.size(); ++row) {
    first[row + 1] = first[row] + length[row];
    if (item[row] < 0) continue;
    std::int64_t& place = row_of[static_cast<std::size_t>(item[row])];
    // Ids that differ as texts may be one number, as 7 and 07.
    if (place >= 0) throw DataError("item " + item_ids.text(item[row]) + " is in the catalogue more than once");
    place = static_cast<std::int64_t>(row);
  }
  SparseRows rows;
  rows.columns = mine.columns;
  for (std::int64_t const row : row_of) {
    if (row >= 0) {
      auto const begin = first[static_cast<std::size_t>(row)], end = first[static_cast<std::size_t>(row) + 1];
      rows.column.insert(rows.column.end(), column.begin() + begin, column.begin() + end);
      rows.value.insert(rows.value.end(), value.begin() + begin, value.begin() + end);
    }
    rows.end_row();
  }
  return rows;
}

}  // namespace

SparseRows item_vectors(io::Comm const& comm, EntityIds const& item_ids, Catalogue const& catalogue,
                        ContentParams const& params) {
  if (!(params.text_weight >= 0 && params.attribute_weight >= 0 && params.number_weight >= 0)) {
    throw ConfigError("--text-weight, --attribute-weight and --number-weight must be 0 or more");
  }
  std::vector<SparseRows> blocks;
  blocks.push_back(text_block(comm, catalogue, params.text_weight));
  blocks.push_back(attribute_counts(comm, catalogue));
  weigh_terms(comm, catalogue.range.total, params.attribute_weight, blocks.back());
  blocks.push_back(standard_numbers(comm, catalogue, params.number_weight));
  return rows_of_items(comm, item_ids, catalogue.ids, side_by_side(blocks, catalogue.range.count));
}

}  // namespace tidemill::drivers
