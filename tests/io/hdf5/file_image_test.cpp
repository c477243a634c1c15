#include <gtest/gtest.h>

#include <numeric>

#include "io/error.hpp"
#include "io/hdf5/file.hpp"
#include "io/store/commit.hpp"
#include "io/store/posix.hpp"
#include "tests/support/world.hpp"

namespace tidemill::io {
namespace {

using tests::ScratchFolder;
using tests::world;

/// Values first, first + 1, ... in rows of three, spread over the ranks.
std::string commit(std::filesystem::path const& path, double first, std::int64_t rows) {
  RowRange const mine = even_share(rows, world().rank(), world().size());
  std::vector<double> values(static_cast<std::size_t>(3 * mine.count));
  std::iota(values.begin(), values.end(), first + static_cast<double>(3 * mine.first));
  return commit_hdf5(world(), path, {"table", "", 1, {}}, [&](Hdf5File& file) {
    file.write_rows<double>("values", values, mine, 3);
    file.write_texts("names", {"one", "two"});
  });
}

/// On both sides of what is read in one piece (4 MiB). Each rank reads other rows.
TEST(FileImage, SmallAndLargeFilesReadTheSame) {
  ScratchFolder const folder;
  for (std::int64_t const rows : {std::int64_t{5}, std::int64_t{100'000}, std::int64_t{250'000}}) {
    std::string const digest = commit(folder / "t.h5", 7, rows);
    Hdf5File file = Hdf5File::open(world(), folder / "t.h5");
    std::int64_t const row = (rows - 1) * (world().rank() + 1) / world().size();
    auto const value = static_cast<double>(7 + 3 * row);
    EXPECT_EQ(file.read_rows<double>("values", row, 1), (std::vector<double>{value, value + 1, value + 2}));
    EXPECT_EQ(file.read_rows<double>("values", rows, 0).size(), 0u);
    EXPECT_THROW(file.read_rows<double>("values", rows, 1), DataError);
    EXPECT_EQ(file.read_texts("names"), (std::vector<std::string>{"one", "two"}));
    EXPECT_EQ(file.text_attribute("/", "digest"), digest);
    file.close();
    EXPECT_EQ(verify_hdf5(world(), folder / "t.h5"), digest);
  }
}

/// What is open is what its check sum was compared with, whatever happens on the disk, and no two files are mixed up.
TEST(FileImage, FilesOfOneNameAreToldApart) {
  ScratchFolder const folder;
  commit(folder / "t.h5", 0, 4);
  Hdf5File older = Hdf5File::open(world(), folder / "t.h5");
  commit(folder / "t.h5", 100, 4);
  Hdf5File newer = Hdf5File::open(world(), folder / "t.h5");
  world().barrier();
  if (world().is_root()) remove_tree(folder / "t.h5");
  world().barrier();
  EXPECT_EQ(older.read_rows<double>("values", 0, 1).front(), 0);
  EXPECT_EQ(newer.read_rows<double>("values", 0, 1).front(), 100);
  EXPECT_THROW(Hdf5File::open(world(), folder / "t.h5"), DataError);
}

}  // namespace
}  // namespace tidemill::io
