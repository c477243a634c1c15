#include "io/tables/read_table.hpp"

#include "io/csv/file_bytes.hpp"
#include "io/csv/text_table.hpp"
#include "io/tables/table_file.hpp"

namespace tidemill::io {

Table read_table(Comm const& comm, std::filesystem::path const& path, TextFormat const& format) {
  bool is_hdf5 = false;
  agree(comm, "read " + path.string(),
        [&] { is_hdf5 = csv::packing_of(csv::FileBytes(path).bytes()) == csv::Packing::hdf5; });
  return is_hdf5 ? read_table_file(comm, path) : csv::read_text_table(comm, path, format);
}

}  // namespace tidemill::io
