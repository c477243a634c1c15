#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <numbers>

#include "drivers/generate/draws.hpp"
#include "drivers/generate/generate.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/tables/table_file.hpp"

namespace tidemill::drivers {
namespace {

enum : std::uint32_t { feature_cells = 60 };

constexpr int informative = 10;
constexpr double noise_sd = 1.0;

/// Friedman 1991 on the first five features, and an interaction and a step on the next five.
double signal(std::vector<double> const& x) {
  double const friedman =
      10.0 * std::sin(std::numbers::pi * x[0] * x[1]) + 20.0 * (x[2] - 0.5) * (x[2] - 0.5) + 10.0 * x[3] + 5.0 * x[4];
  return friedman + (x[5] > 0.5 ? 4.0 * x[6] : 4.0 * (1.0 - x[6])) + (x[7] > 0.7 && x[8] < 0.6 ? 5.0 : 0.0) +
         2.0 * x[9];
}

/// Log odds: the signal around its median, so that both classes are about as frequent.
double log_odds(double signal_value) { return 0.35 * (signal_value - 18.0); }

struct Rows {
  std::vector<std::vector<double>> features;  // per feature, this rank's rows
  std::vector<double> targets;
};

/// Values are whole multiples of 1e-5, so that text and binary files hold the same numbers.
Rows make_rows(SyntheticTable const& table, std::uint64_t seed, io::RowRange const& range, std::int64_t first_id) {
  Rows rows;
  rows.features.resize(static_cast<std::size_t>(table.features));
  std::vector<double> x(static_cast<std::size_t>(table.features));
  for (std::int64_t row = range.first; row < range.end(); ++row) {
    Draws draws(seed, static_cast<std::uint64_t>(first_id + row), feature_cells);
    for (double& value : x) value = static_cast<double>(draws.below(100000)) / 100000.0;
    double const value = signal(x);
    double const p = 1.0 / (1.0 + std::exp(-log_odds(value)));
    double const noisy = value + noise_sd * draws.normal();
    rows.targets.push_back(table.binary ? (draws.chance(p) ? 1.0 : 0.0) : std::round(noisy * 1e5) / 1e5);
    for (std::size_t f = 0; f < x.size(); ++f) {
      bool const missing = table.missing_share > 0.0 && draws.chance(table.missing_share);
      rows.features[f].push_back(missing ? std::numeric_limits<double>::quiet_NaN() : x[f]);
    }
  }
  return rows;
}

std::string csv_of(Rows const& rows, bool with_header, bool binary) {
  std::string text;
  auto out = std::back_inserter(text);
  if (with_header) {
    for (std::size_t f = 0; f < rows.features.size(); ++f) fmt::format_to(out, "f{},", f + 1);
    text += "y\n";
  }
  for (std::size_t row = 0; row < rows.targets.size(); ++row) {
    for (auto const& feature : rows.features) {
      if (!std::isnan(feature[row])) fmt::format_to(out, "{:.5f}", feature[row]);
      text += ',';
    }
    fmt::format_to(out, "{:.{}f}\n", rows.targets[row], binary ? 0 : 5);
  }
  return text;
}

io::Table table_of(Rows rows, io::RowRange const& range) {
  io::Table table;
  table.range = range;
  for (std::size_t f = 0; f < rows.features.size(); ++f) {
    table.add(io::real_column(fmt::format("f{}", f + 1), std::move(rows.features[f])));
  }
  table.add(io::real_column("y", std::move(rows.targets), "", "target"));
  return table;
}

void write_part(io::Comm const& comm, SyntheticTable const& table, std::uint64_t seed, std::int64_t first_id,
                std::int64_t total, std::filesystem::path const& stem) {
  io::RowRange const range = io::even_share(total, comm.rank(), comm.size());
  Rows rows = make_rows(table, seed, range, first_id);
  if (!table.hdf5) {
    io::commit_text(comm, stem.string() + ".csv", csv_of(rows, comm.is_root(), table.binary));
    return;
  }
  io::Table const result = table_of(std::move(rows), range);
  io::commit_hdf5(comm, stem.string() + ".h5", {"table", "", seed, {}},
                  [&](io::Hdf5File& file) { io::write_table(file, "table", result); });
}

}  // namespace

std::string generate_table(io::Comm const& comm, SyntheticTable const& table, std::uint64_t seed,
                           std::filesystem::path const& folder) {
  if (table.rows < 10) throw ConfigError(fmt::format("rows is {}; a synthetic table needs at least 10", table.rows));
  if (table.features < informative) {
    throw ConfigError(
        fmt::format("features is {}; at least {} are needed, which carry the signal", table.features, informative));
  }
  if (!(table.missing_share >= 0.0 && table.missing_share < 1.0)) {
    throw ConfigError(fmt::format("missing is {}; expected a share from 0 to below 1", table.missing_share));
  }
  std::int64_t const test_rows = table.rows / 10;
  write_part(comm, table, seed, 0, table.rows, folder / "train");
  write_part(comm, table, seed, table.rows, test_rows, folder / "test");
  nlohmann::ordered_json truth{{"target", "y"},
                               {"task", table.binary ? "binary" : "regression"},
                               {"rows", {{"train", table.rows}, {"test", test_rows}}},
                               {"features", table.features},
                               {"seed", seed}};
  if (!table.binary) truth["best_rmse"] = noise_sd;
  io::commit_text(comm, folder / "truth.json", comm.is_root() ? truth.dump(1) + "\n" : std::string());
  return fmt::format("{} + {} rows of {} features", table.rows, test_rows, table.features);
}

}  // namespace tidemill::drivers
