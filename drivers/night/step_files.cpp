#include <algorithm>

#include "drivers/ingest/sales_store.hpp"
#include "drivers/night/night_steps.hpp"
#include "io/store/commit.hpp"
#include "io/store/committed_digest.hpp"
#include "io/tables/table_file.hpp"

namespace tidemill::drivers {

void save_table(StepWork const& work, std::string const& name, std::string const& config, io::Table const& table) {
  io::commit_hdf5(work.comm, work.folder / (name + ".h5"), {"table", config, 0, {}},
                  [&](io::Hdf5File& file) { io::write_table(file, "table", table); });
}

io::Table load_table(StepWork const& work, std::string const& step, std::string const& name) {
  return io::read_table_file(work.comm, work.folder_of(step) / (name + ".h5"));
}

std::map<std::string, std::string> sales_inputs(io::Comm const& comm, NightParams const& params) {
  namespace fs = std::filesystem;
  if (!params.store_digests->empty()) return *params.store_digests;
  fs::path const folder = sales_folder(params.store, params.tenant);
  std::string listed;
  io::agree(comm, "list " + folder.string(), [&] {
    std::error_code none;
    if (!comm.is_root()) return;
    for (auto const& entry : fs::directory_iterator(folder, none)) {
      if (entry.path().extension() == ".h5") listed += entry.path().filename().string() + '\n';
    }
    if (fs::exists(promotions_path(params.store, params.tenant))) listed += "promotions\n";
  });
  listed = comm.broadcast(listed);
  std::map<std::string, std::string> digests;
  for (std::size_t at = 0; at < listed.size(); at = listed.find('\n', at) + 1) {
    std::string const name = listed.substr(at, listed.find('\n', at) - at);
    fs::path const path = name == "promotions" ? promotions_path(params.store, params.tenant) : folder / name;
    digests["sales/" + name] = io::digest_of_committed(comm, path);
  }
  *params.store_digests = digests;
  return digests;
}

std::int64_t rows_with(io::Comm const& comm, io::Table const& table, std::string const& column,
                       std::string const& value) {
  std::int64_t count = 0;
  io::Column const& texts = table.at(column);
  for (std::int64_t row = 0; row < table.rows(); ++row) count += texts.text(row) == value ? 1 : 0;
  return comm.sum(count);
}

std::string counted(std::int64_t count, std::string const& what) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits + " " + what;
}

}  // namespace tidemill::drivers
