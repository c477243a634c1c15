#include "drivers/assets/catalogue.hpp"

#include <fmt/format.h>

#include <cmath>

#include "drivers/assets/measure.hpp"
#include "drivers/assets/share_files.hpp"
#include "io/images/picture_file.hpp"

namespace tidemill::drivers {
namespace {

struct Asset {
  std::string path;
  io::PictureFile file;  ///< without pixels
  PictureMeasures measures;
  bool is_decoded() const { return file.status == io::PictureStatus::decoded; }
};

Asset examine(std::filesystem::path const& folder, io::ListedFile const& listed, io::PictureLimits const& limits) {
  Asset asset;
  asset.path = listed.path;
  if (listed.status != io::PictureStatus::decoded) {
    asset.file.status = listed.status;
    asset.file.declared = io::declared_format(listed.path);
    asset.file.bytes = listed.bytes;
    return asset;
  }
  asset.file = io::read_picture(folder / listed.path, limits);
  if (asset.is_decoded()) asset.measures = measure_picture(asset.file.picture);
  asset.file.picture = {};
  return asset;
}

std::vector<Asset> examine_all(io::Comm const& comm, io::Progress& progress, std::filesystem::path const& folder,
                               SharedFiles const& shared, io::PictureLimits const& limits) {
  std::vector<Asset> assets;
  progress.begin("measure pictures", static_cast<std::int64_t>(shared.mine.size()));
  io::agree(comm, "measure pictures", [&] {
    for (io::ListedFile const& file : shared.mine) {
      assets.push_back(examine(folder, file, limits));
      progress.advance();
    }
  });
  progress.end(fmt::format("{} files", shared.range.total));
  return assets;
}

io::Sha256Sum bytes_of_hex(std::string const& text) {
  io::Sha256Sum sum{};
  auto const digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (std::size_t i = 0; i < sum.size() && 2 * i + 1 < text.size(); ++i) {
    sum[i] = static_cast<unsigned char>(16 * digit(text[2 * i]) + digit(text[2 * i + 1]));
  }
  return sum;
}

std::vector<DuplicateInput> duplicate_inputs(std::vector<Asset> const& assets) {
  std::vector<DuplicateInput> inputs;
  for (Asset const& asset : assets) {
    DuplicateInput input;
    auto const status = asset.file.status;
    bool const is_picture = status != io::PictureStatus::empty && status != io::PictureStatus::not_a_picture;
    if (is_picture && !asset.file.sha256.empty()) input.content = bytes_of_hex(asset.file.sha256);
    if (asset.is_decoded()) input.measures = &asset.measures;
    input.pixels = std::int64_t{asset.file.width} * asset.file.height;
    input.bytes = asset.file.bytes;
    inputs.push_back(input);
  }
  return inputs;
}

/// Makes columns out of what is known of each asset.
struct Columns {
  io::Comm const& comm;
  std::vector<Asset> const& assets;
  io::Table& table;

  template <class Get>
  void text(std::string const& name, std::string const& description, Get const& get) const {
    std::vector<std::string> values;
    for (Asset const& asset : assets) values.push_back(get(asset));
    table.add(io::text_column(comm, name, values, description));
  }
  template <class Get>
  void integer(std::string const& name, std::string const& unit, std::string const& description, Get const& get) const {
    std::vector<std::int64_t> values;
    for (Asset const& asset : assets) values.push_back(get(asset));
    table.add(io::integer_column(name, values, io::ColumnType::integer, unit, description));
  }
  /// Missing where nothing was decoded.
  template <class Get>
  void real(std::string const& name, std::string const& description, Get const& get) const {
    std::vector<double> values;
    for (Asset const& asset : assets) values.push_back(asset.is_decoded() ? get(asset.measures) : std::nan(""));
    table.add(io::real_column(name, values, "", description));
  }
};

void add_format(Columns const& columns) {
  auto const size = [](int length) { return length > 0 ? std::int64_t{length} : io::missing_integer; };
  columns.text("path", "below the folder", [](Asset const& a) { return a.path; });
  columns.text("declared", "format by name", [](Asset const& a) { return name_of(a.file.declared); });
  columns.text("detected", "format by content", [](Asset const& a) { return name_of(a.file.detected); });
  columns.integer("consistent", "", "1: both are the same", [](Asset const& a) { return a.file.is_consistent(); });
  columns.integer("truncated", "", "1: ends too early", [](Asset const& a) { return a.file.is_truncated; });
  columns.text("status", "how far reading it came", [](Asset const& a) { return name_of(a.file.status); });
  columns.text("problem", "what is wrong with it", [](Asset const& a) { return a.file.problem; });
  columns.integer("bytes", "B", "of the file", [](Asset const& a) { return a.file.bytes; });
  columns.integer("width", "pixels", "upright", [&](Asset const& a) { return size(a.file.width); });
  columns.integer("height", "pixels", "upright", [&](Asset const& a) { return size(a.file.height); });
  columns.integer("orientation", "", "of Exif, 1 to 8", [](Asset const& a) { return a.file.orientation; });
  columns.text("sha256", "of the bytes", [](Asset const& a) { return a.file.sha256; });
}

void add_measures(Columns const& columns) {
  using Measures = PictureMeasures;
  auto const hash = [](Asset const& a, auto const& codes) {
    return a.is_decoded() ? fmt::format("{:016x}", codes[0]) : std::string();
  };
  columns.real("sharpness", "variance of the Laplacian at 512 pixels", [](Measures const& m) { return m.sharpness; });
  columns.real("dark_share", "pixels with luma 4 and below", [](Measures const& m) { return m.dark_share; });
  columns.real("bright_share", "pixels with luma 251 and above", [](Measures const& m) { return m.bright_share; });
  columns.real("luma_mean", "0 to 255", [](Measures const& m) { return m.luma_mean; });
  columns.real("luma_range", "95th less 5th percentile", [](Measures const& m) { return m.luma_range; });
  columns.real("noise", "standard deviation (Immerkaer 1996)", [](Measures const& m) { return m.noise; });
  columns.real("colourfulness", "Hasler & Susstrunk 2003", [](Measures const& m) { return m.colourfulness; });
  columns.text("dhash", "difference hash", [&](Asset const& a) { return hash(a, a.measures.difference_hash); });
  columns.text("phash", "frequency hash", [&](Asset const& a) { return hash(a, a.measures.frequency_hash); });
  std::vector<std::string> const names = picture_feature_names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    columns.real(names[i], "picture feature", [&](Measures const& m) { return m.features[i]; });
  }
}

void add_clusters(Columns const& columns, Duplicates const& found, std::int64_t first_row) {
  std::vector<std::int64_t> cluster, representative;
  std::vector<std::string> copy;
  for (std::size_t i = 0; i < found.cluster.size(); ++i) {
    bool const has = found.cluster[i] >= 0;
    cluster.push_back(has ? found.cluster[i] : io::missing_integer);
    representative.push_back(has ? found.representative[i] : io::missing_integer);
    bool const is_best = found.representative[i] == first_row + static_cast<std::int64_t>(i);
    copy.push_back(!has ? "" : is_best ? "representative" : found.is_exact[i] != 0 ? "exact" : "near");
  }
  auto const add = [&](std::string const& name, std::vector<std::int64_t> const& values, std::string const& about) {
    columns.table.add(io::integer_column(name, values, io::ColumnType::integer, "", about));
  };
  add("cluster", cluster, "number of the group of copies");
  add("cluster_size", found.cluster_size, "files in it");
  add("representative", representative, "row of its best file");
  columns.table.add(io::text_column(columns.comm, "copy", copy, "representative, or what kind of copy of it"));
  columns.table.add(io::real_column("similarity", found.similarity, "", "with the representative"));
}

io::Table pair_table(io::Comm const& comm, Duplicates const& found) {
  io::Table table;
  std::vector<std::int64_t> first, second;
  std::vector<double> similarity;
  for (NearDuplicate const& near : found.pairs) {
    first.push_back(near.pair.first);
    second.push_back(near.pair.second);
    similarity.push_back(near.similarity);
  }
  table.range = io::range_of_part(comm, static_cast<std::int64_t>(first.size()));
  table.add(io::integer_column("first", first, io::ColumnType::integer, "", "row of the table"));
  table.add(io::integer_column("second", second, io::ColumnType::integer, "", "row of the table"));
  table.add(io::real_column("similarity", similarity, "", "of the signatures"));
  return table;
}

std::vector<float> feature_matrix(std::vector<Asset> const& assets) {
  std::vector<float> matrix;
  for (Asset const& asset : assets) {
    for (double const value : asset.measures.features) {
      matrix.push_back(asset.is_decoded() ? static_cast<float>(value) : NAN);
    }
  }
  return matrix;
}

/// Over one digest per file in the order of the files, so that it does not depend on the ranks.
std::string digest_of(io::Comm const& comm, std::vector<Asset> const& assets) {
  std::vector<io::Sha256Sum> mine;
  for (Asset const& asset : assets) {
    io::Sha256 sum;
    sum.add_field(asset.path);
    sum.add_field(asset.file.sha256);
    mine.push_back(sum.finish());
  }
  std::vector<io::Sha256Sum> const all = comm.gather_all(std::span<io::Sha256Sum const>(mine));
  io::Sha256 total;
  total.add(std::as_bytes(std::span<io::Sha256Sum const>(all)));
  return io::hex(total.finish());
}

}  // namespace

AssetCatalogue catalogue_assets(io::Comm const& comm, io::Progress& progress, std::filesystem::path const& folder,
                                AssetParams const& params) {
  SharedFiles const shared = share_files(comm, folder);
  std::vector<Asset> const assets = examine_all(comm, progress, folder, shared, params.limits);
  std::vector<DuplicateInput> const inputs = duplicate_inputs(assets);
  Duplicates const found = find_duplicates(comm, shared.range, inputs, params.duplicates);

  AssetCatalogue catalogue;
  catalogue.files.range = shared.range;
  Columns const columns{comm, assets, catalogue.files};
  add_format(columns);
  add_measures(columns);
  add_clusters(columns, found, shared.range.first);
  catalogue.pairs = pair_table(comm, found);
  catalogue.features = feature_matrix(assets);
  for (std::size_t i = 0; i < assets.size(); ++i) {
    Asset const& asset = assets[i];
    ++catalogue.count[static_cast<std::size_t>(asset.file.status)];
    catalogue.inconsistent += asset.file.detected != io::PictureFormat::unknown && !asset.file.is_consistent();
    catalogue.copies += found.cluster[i] >= 0;
  }
  comm.sum(std::span<std::int64_t>(catalogue.count));
  catalogue.inconsistent = comm.sum(catalogue.inconsistent);
  catalogue.copies = comm.sum(catalogue.copies) - found.clusters;
  catalogue.clusters = found.clusters;
  catalogue.candidates = found.candidates;
  catalogue.content_digest = digest_of(comm, assets);
  return catalogue;
}

}  // namespace tidemill::drivers
