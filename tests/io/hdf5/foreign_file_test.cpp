#include <gtest/gtest.h>

#include "io/error.hpp"
#include "io/hdf5/file.hpp"
#include "io/hdf5/inspection.hpp"
#include "io/hdf5/partial_file.hpp"
#include "io/store/posix.hpp"
#include "tests/support/world.hpp"

// Small files made with h5py, which are the fuzzer's first inputs too.
namespace tidemill::io {
namespace {

using tests::ScratchFolder;
using tests::world;

std::filesystem::path foreign(std::string const& name) {
  return std::filesystem::path(TIDEMILL_SOURCE_DIR) / "tests/fuzz/corpus/foreign" / name;
}

std::string refusal_of(std::filesystem::path const& path) {
  try {
    Hdf5File::open(world(), path);
  } catch (DataError const& error) {
    return error.what();
  }
  return "";
}

TEST(ForeignFile, OneWithNothingUnusualIsReadOnAllRanks) {
  for (char const* name : {"plain.h5", "old_format.h5"}) {
    Hdf5File file = Hdf5File::open(world(), foreign(name));
    std::vector<float> const row = file.read_rows<float>("vectors", 2, 1);
    EXPECT_EQ(row, (std::vector<float>{6, 7, 8})) << name;
  }
  EXPECT_EQ(digest_hdf5(world(), foreign("plain.h5")).size(), 64u);
  EXPECT_EQ(PartialFile(foreign("plain.h5")).row_count("vectors"), 4);
}

TEST(ForeignFile, WhatLeadsOutOfItIsRefusedWithItsName) {
  struct Refusal {
    char const *file, *object, *why;
  };
  for (Refusal const& expected : std::vector<Refusal>{
           {"external_link.h5", "'elsewhere'", "another file"},
           {"soft_link.h5", "'again'", "symbolic link"},
           {"external_storage.h5", "'vectors'", "other files"},
           {"virtual.h5", "'vectors'", "virtual"},
           {"plug_in_filter.h5", "'vectors'", "filter 32000"},
           {"sparse.h5", "'vectors'", "claims"},
       }) {
    std::string const refusal = refusal_of(foreign(expected.file));
    EXPECT_NE(refusal.find(expected.file), std::string::npos) << expected.file;
    EXPECT_NE(refusal.find(expected.object), std::string::npos) << expected.file << ": " << refusal;
    EXPECT_NE(refusal.find(expected.why), std::string::npos) << expected.file << ": " << refusal;
  }
  EXPECT_THROW(digest_hdf5(world(), foreign("external_link.h5")), DataError);
  EXPECT_THROW(PartialFile(foreign("external_link.h5")), DataError);
}

TEST(ForeignFile, ADamagedOneIsRefusedAlsoWhereTheLibraryWouldCrash) {
  EXPECT_NE(refusal_of(foreign("truncated.h5")), "");
  // Sanitizers turn the signal into an exit code.
  EXPECT_NE(refusal_of(foreign("crash.h5")).find("the HDF5 library"), std::string::npos)
      << refusal_of(foreign("crash.h5"));
}

TEST(ForeignFile, AChangedFileIsLookedIntoAgain) {
  ScratchFolder const folder;
  std::filesystem::path const path = folder / "vectors.h5";
  auto const put = [&](char const* name) {
    world().barrier();
    if (world().is_root()) write_file(path, read_file(foreign(name)));
    world().barrier();
  };
  put("plain.h5");
  EXPECT_EQ(refusal_of(path), "");
  put("external_link.h5");
  EXPECT_NE(refusal_of(path), "");
}

TEST(ForeignFile, ListsAreNotTakenForOneValue) {
  Hdf5File file = Hdf5File::open(world(), foreign("wide_attribute.h5"));
  EXPECT_THROW(file.integer_attribute("vectors", "rows"), DataError);
  EXPECT_THROW(file.real_attribute("vectors", "rows"), DataError);
  EXPECT_THROW(file.text_attribute("vectors", "unit"), DataError);
  EXPECT_THROW(file.read_texts("words"), DataError);
  // Values of variable length may be there; they are not read.
  Hdf5File texts = Hdf5File::open(world(), foreign("variable_texts.h5"));
  EXPECT_EQ(texts.row_count("vectors"), 4);
  EXPECT_THROW(texts.read_texts("names"), DataError);
}

}  // namespace
}  // namespace tidemill::io
