#include <algorithm>
#include <bit>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>

#include "drivers/assets/catalogue.hpp"
#include "drivers/assets/measure.hpp"
#include "drivers/partition/move_rows.hpp"
#include "drivers/partition/series.hpp"
#include "io/store/commit.hpp"
#include "io/tables/table_file.hpp"

namespace tidemill::drivers {
namespace {

/// What a copy is compared with: hashes of the representatives by cluster.
struct BestHashes {
  std::int64_t cluster;
  std::uint64_t difference, frequency;
};

std::uint64_t hash_of(io::Column const& column, std::int64_t row) {
  std::string const& text = column.text(row);
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return value;
}

/// Columns of bits by which the hashes of clustered rows differ from their representative's; missing without hashes.
void add_distances(io::Comm const& comm, io::Table& table) {
  io::Column const &cluster = table.at("cluster"), &copy = table.at("copy");
  io::Column const &dhash = table.at("dhash"), &phash = table.at("phash");
  std::vector<BestHashes> mine;
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    if (copy.text(row) != "representative" || dhash.is_missing(row)) continue;
    mine.push_back({cluster.integers[static_cast<std::size_t>(row)], hash_of(dhash, row), hash_of(phash, row)});
  }
  std::map<std::int64_t, BestHashes> best;
  for (BestHashes const& hashes : comm.gather_all(std::span<BestHashes const>(mine))) best[hashes.cluster] = hashes;
  std::vector<std::int64_t> difference, frequency;
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    auto const found = best.find(cluster.integers[static_cast<std::size_t>(row)]);
    bool const is_known = found != best.end() && !dhash.is_missing(row);
    difference.push_back(is_known ? std::popcount(hash_of(dhash, row) ^ found->second.difference)
                                  : io::missing_integer);
    frequency.push_back(is_known ? std::popcount(hash_of(phash, row) ^ found->second.frequency) : io::missing_integer);
  }
  table.add(io::integer_column("dhash_distance", difference, io::ColumnType::integer, "bits"));
  table.add(io::integer_column("phash_distance", frequency, io::ColumnType::integer, "bits"));
}

nlohmann::ordered_json json_value(io::Column const& column, std::int64_t row) {
  if (column.is_text()) return column.text(row);
  if (column.is_real()) return column.reals[static_cast<std::size_t>(row)];
  return column.integers[static_cast<std::size_t>(row)];
}

}  // namespace

io::Table duplicate_table(io::Comm const& comm, AssetCatalogue const& catalogue) {
  io::Column const &cluster = catalogue.files.at("cluster"), &best = catalogue.files.at("representative");
  std::vector<std::int64_t> rows, order;
  for (std::int64_t row = 0; row < catalogue.files.rows(); ++row) {
    if (cluster.is_missing(row)) continue;
    rows.push_back(row);
    order.push_back(best.integers[static_cast<std::size_t>(row)] == catalogue.files.range.first + row ? 0 : 1);
  }
  io::Table members;
  for (char const* name : {"cluster", "path", "copy", "similarity", "bytes", "width", "height", "dhash", "phash"}) {
    members.columns.push_back(catalogue.files.at(name));
  }
  members.range = catalogue.files.range;
  members = take_rows(members, rows);
  members.range = io::range_of_part(comm, static_cast<std::int64_t>(rows.size()));
  members.add(io::integer_column("order", order));
  io::Table sorted = partition_by_series(comm, members, {"cluster"}, "order").table;
  add_distances(comm, sorted);
  io::Table result;
  result.range = sorted.range;
  for (char const* name :
       {"cluster", "path", "copy", "similarity", "dhash_distance", "phash_distance", "bytes", "width", "height"}) {
    result.columns.push_back(sorted.at(name));
  }
  return result;
}

void write_metadata(io::Comm const& comm, std::filesystem::path const& path, AssetCatalogue const& catalogue) {
  std::vector<std::string> const features = picture_feature_names();
  std::vector<io::Column const*> columns;
  for (io::Column const& column : catalogue.files.columns) {
    if (std::find(features.begin(), features.end(), column.name) == features.end()) columns.push_back(&column);
  }
  std::string lines;
  for (std::int64_t row = 0; row < catalogue.files.rows(); ++row) {
    nlohmann::ordered_json object;
    for (io::Column const* column : columns) {
      if (!column->is_missing(row)) object[column->name] = json_value(*column, row);
    }
    // Names of files may be any bytes.
    lines += object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  }
  io::commit_text(comm, path, lines);
}

std::string write_catalogue(io::Comm const& comm, std::filesystem::path const& path, AssetCatalogue const& catalogue,
                            std::string const& config, std::uint64_t seed) {
  io::Provenance const provenance{"result", config, seed, {{"folder", catalogue.content_digest}}};
  return io::commit_hdf5(comm, path, provenance, [&](io::Hdf5File& file) {
    io::write_table(file, "table", catalogue.files);
    io::write_table(file, "pairs", catalogue.pairs);
    file.write_rows<float>("features", catalogue.features, catalogue.files.range, picture_feature_count);
    file.write_texts("feature_names", picture_feature_names());
  });
}

}  // namespace tidemill::drivers
