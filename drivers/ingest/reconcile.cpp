#include "drivers/ingest/reconcile.hpp"

#include <fmt/format.h>

#include <map>
#include <span>

#include "drivers/ingest/export_reader.hpp"
#include "io/csv/write_csv.hpp"
#include "io/error.hpp"
#include "io/hdf5/file.hpp"
#include "io/tables/table_file.hpp"

namespace tidemill::drivers {

using io::Comm;

bool read_report(Comm const& comm, std::filesystem::path const& path, IngestOptions const& options,
                 std::vector<ReportedItem>& items) {
  ExportReader const reader(comm, path, options);
  if (!reader.layout().is_report) return false;
  std::string mine;
  io::agree(comm, "read " + path.string(), [&] {
    reader.for_each_row([&](ExportRow const& row) {
      io::SalesLine line;
      try {
        if (!row.problem.empty()) throw io::RowProblem{"", row.problem, false};
        reader.layout().convert(row.cells, line);
      } catch (io::RowProblem const& problem) {
        throw DataError(
            fmt::format("{}: line {}, column '{}': {}", path.string(), row.line, problem.column, problem.reason));
      }
      mine += fmt::format("{}\x1f{}\x1f{}\x1e", line.item_key, line.item_name, line.net);
    });
  });
  for (std::string const& part : comm.gather_all_texts(mine)) {
    for (std::size_t at = 0; at < part.size();) {
      std::size_t const name = part.find('\x1f', at) + 1;
      std::size_t const net = part.find('\x1f', name) + 1;
      std::size_t const end = part.find('\x1e', net);
      items.push_back(
          {part.substr(at, name - 1 - at), part.substr(name, net - 1 - name), std::stoll(part.substr(net, end - net))});
      at = end + 1;
    }
  }
  return true;
}

Reconciliation reconcile(Comm const& comm, std::vector<ReportedItem> const& items,
                         std::vector<std::filesystem::path> const& stored) {
  std::map<std::string, std::int64_t> of_lines;
  for (std::filesystem::path const& path : stored) {
    io::Hdf5File file = io::Hdf5File::open(comm, path);
    io::Table const lines = io::read_table_group(comm, file, "lines");
    io::Column const& name = lines.at("item_name");
    std::vector<std::int64_t> sums(name.dictionary.size(), 0);
    for (std::int64_t row = 0; row < lines.rows(); ++row) {
      auto const i = static_cast<std::size_t>(row);
      bool const counts = lines.at("is_void").integers[i] == 0 && lines.at("is_deferred").integers[i] == 0 &&
                          name.codes[i] != io::missing_code;
      if (counts) sums[static_cast<std::size_t>(name.codes[i])] += lines.at("net").integers[i];
    }
    comm.sum(std::span<std::int64_t>(sums));
    for (std::size_t i = 0; i < sums.size(); ++i) of_lines[name.dictionary[i]] += sums[i];
  }
  std::map<std::string, std::int64_t> reported;
  for (ReportedItem const& item : items) reported[item.item_name] += item.net;
  Reconciliation result;
  for (auto const& [name, net] : reported) {
    ++result.items;
    result.net_reported += net;
    auto const found = of_lines.find(name);
    std::int64_t const sold = found == of_lines.end() ? 0 : found->second;
    result.net_of_lines += sold;
    if (sold == net) {
      ++result.matched;
    } else if (result.differences.size() < 20) {
      result.differences.push_back(
          fmt::format("{}: report {}, lines {}", name, io::cents_text(net), io::cents_text(sold)));
    }
  }
  return result;
}

}  // namespace tidemill::drivers
