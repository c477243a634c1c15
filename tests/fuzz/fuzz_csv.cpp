// Text tables: any bytes give a table with equally long columns, or an error that says where.
#include "io/tables/read_table.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace tidemill::tests {

void fuzz_one(std::string_view bytes) {
  if (bytes.empty()) return;
  // The first byte chooses how the rest is to be read.
  auto const choice = static_cast<unsigned char>(bytes.front());
  io::TextFormat format;
  format.decimal = choice % 2 == 0 ? '.' : ',';
  format.has_header = choice / 2 % 2 == 0;
  format.skip_lines = choice / 4 % 4;
  format.encoding = choice / 16 % 2 == 0 ? "auto" : "latin-1";
  std::filesystem::path const path = fuzz_file(choice / 32 % 2 == 0 ? "input.csv" : "input.tsv", bytes.substr(1));
  expect_error_or_success([&] {
    io::Table const table = io::read_table(fuzz_comm(), path, format);
    for (io::Column const& column : table.columns) {
      promise(column.size() == table.range.count, "columns are equally long");
    }
  });
}

}  // namespace tidemill::tests
