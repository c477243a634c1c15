#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "drivers/assets/catalogue.hpp"
#include "drivers/assets/share_files.hpp"
#include "drivers/assets/thumbnails.hpp"
#include "drivers/night/asset_steps.hpp"
#include "drivers/night/night_steps.hpp"
#include "drivers/panel/row_columns.hpp"
#include "io/digest/sha256.hpp"
#include "io/error.hpp"
#include "io/tables/table_file.hpp"

namespace tidemill::drivers {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t sheets = 10, members = 6;
constexpr std::size_t weakest = 8;

/// Collective. One digest of all files below a folder: their paths and contents.
std::map<std::string, std::string> folder_input(io::Comm const& comm, fs::path const& folder) {
  SharedFiles const files = share_files(comm, folder);
  std::string mine;
  io::agree(comm, "read " + folder.string(), [&] {
    for (io::ListedFile const& file : files.mine) {
      bool const is_open = file.status == io::PictureStatus::decoded;
      mine += file.path + '\n' + (is_open ? io::sha256_of_file(folder / file.path) : name_of(file.status)) + '\n';
    }
  });
  io::Sha256 sum;
  std::string all;
  for (std::string const& part : comm.gather_all_texts(mine)) all += part;
  sum.add_field(all);
  return {{"pictures", io::hex(sum.finish())}};
}

/// A picture that the report draws.
struct Shown {
  std::string path, weakness, picture;
};

/// The members of the first clusters.
void add_copies(io::Table const& duplicates, std::vector<Shown>& shown) {
  std::int64_t cluster = -1, number = 0, inside = 0;
  for (std::int64_t row = 0; row < duplicates.rows(); ++row) {
    std::int64_t const here = duplicates.at("cluster").integers[static_cast<std::size_t>(row)];
    if (here != cluster) ++number, inside = 0;
    cluster = here;
    if (number > sheets) return;
    if (++inside <= members) shown.push_back({duplicates.at("path").text(row), "", ""});
  }
}

/// Of the least sharp, the darkest, the brightest and the most noisy pictures two each.
void add_weakest(io::Table const& files, std::vector<Shown>& shown) {
  struct Weakness {
    char const* column;
    double sign;
    char const* word;
  };
  for (Weakness const& weakness : {Weakness{"sharpness", 1, "least sharp"}, Weakness{"luma_mean", 1, "darkest"},
                                   Weakness{"luma_mean", -1, "brightest"}, Weakness{"noise", -1, "most noise"}}) {
    std::vector<std::pair<double, std::int64_t>> order;
    for (std::int64_t row = 0; row < files.rows(); ++row) {
      double const value = files.at(weakness.column).number(row);
      if (std::isfinite(value)) order.emplace_back(weakness.sign * value, row);
    }
    std::sort(order.begin(), order.end());
    for (std::size_t i = 0; i < std::min<std::size_t>(order.size(), weakest / 4); ++i) {
      double const value = files.at(weakness.column).number(order[i].second);
      shown.push_back({files.at("path").text(order[i].second), fmt::format("{}: {:.1f}", weakness.word, value), ""});
    }
  }
}

/// Collective. Thumbnails of what the report shows, each made by one rank.
io::Table thumbnail_table(StepWork const& work, AssetNight const& params, AssetParams const& assets) {
  std::vector<Shown> shown;
  io::agree(work.comm, "choose pictures to show", [&] {
    auto const table = [&](char const* name) {
      return io::read_table_file(io::Comm::self(), work.folder / (std::string(name) + ".h5"));
    };
    add_copies(table("duplicates"), shown);
    add_weakest(table("quality"), shown);
  });
  io::RowRange const mine = io::even_share(static_cast<std::int64_t>(shown.size()), work.comm.rank(), work.comm.size());
  shown = {shown.begin() + mine.first, shown.begin() + mine.end()};
  io::agree(work.comm, "make thumbnails", [&] {
    std::vector<std::string> paths;
    for (Shown const& one : shown) paths.push_back(one.path);
    std::vector<std::string> const pictures =
        contact_sheet(params.asset.pictures, paths, params.asset.thumbnail_side, assets.limits);
    for (std::size_t i = 0; i < shown.size(); ++i) shown[i].picture = pictures[i];
  });
  RowColumns<Shown> columns(work.comm, shown);
  columns.text("path", "below the folder of pictures", [](Shown const& one) { return one.path; })
      .text("weakness", "why it should be replaced; missing: shown as a copy",
            [](Shown const& one) { return one.weakness; })
      .text("picture", "small JPEG as data URI; missing: cannot be decoded",
            [](Shown const& one) { return one.picture; });
  return columns.take();
}

/// The table of files without its many columns of features.
io::Table quality_table(AssetCatalogue const& catalogue) {
  io::Table table;
  table.range = catalogue.files.range;
  for (char const* name :
       {"path",  "declared",      "detected", "consistent", "truncated",  "status",       "problem",   "bytes",
        "width", "height",        "sha256",   "sharpness",  "dark_share", "bright_share", "luma_mean", "luma_range",
        "noise", "colourfulness", "dhash",    "phash",      "cluster",    "cluster_size"}) {
    table.add(catalogue.files.at(name));
  }
  return table;
}

}  // namespace

Step pictures_step(io::Comm const& comm, AssetNight const& params) {
  Step step{"pictures", "Pictures", 1, {}, fmt::format("thumbnail = {}\n", params.asset.thumbnail_side), {}, {}};
  step.inputs = [&comm, params] { return folder_input(comm, params.asset.pictures); };
  step.run = [params](StepWork const& work) -> StepOutcome {
    AssetParams const assets;
    AssetCatalogue const catalogue = catalogue_assets(work.comm, work.progress, params.asset.pictures, assets);
    save_table(work, "quality", "", quality_table(catalogue));
    save_table(work, "duplicates", "", duplicate_table(work.comm, catalogue));
    save_table(work, "thumbnails", "", thumbnail_table(work, params, assets));
    return {catalogue.files.range.total,
            fmt::format("{} decoded, {} copies in {} groups",
                        counted(catalogue.count[static_cast<std::size_t>(io::PictureStatus::decoded)], "pictures"),
                        catalogue.copies, catalogue.clusters)};
  };
  return step;
}

}  // namespace tidemill::drivers
