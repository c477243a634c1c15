#include "io/store/schema_version.hpp"

#include <gtest/gtest.h>

#include "io/error.hpp"
#include "io/hdf5/file_sum.hpp"
#include "io/store/commit.hpp"
#include "io/store/seal.hpp"
#include "io/store/verify.hpp"
#include "tests/support/world.hpp"

namespace tidemill::io {
namespace {

using tests::ScratchFolder;
using tests::world;
namespace fs = std::filesystem;

/// Files of version 1 as tidemill 0.1.0 wrote them, kept for good: a model of the most popular assets, and a step.
fs::path const version_1 = TIDEMILL_SOURCE_DIR "/tests/io/store/version_1";

TEST(SchemaVersion, OpensFilesOfVersionOne) {
  VerifyReport report;
  verify_path(world(), version_1 / "recommender.h5", report);
  verify_path(world(), version_1 / "trend-e901f6d56c2d0084", report);
  for (StoreFault const& fault : report.faults) ADD_FAILURE() << fault.path << ": " << fault.what;
  EXPECT_EQ(digest_of_file(world(), version_1 / "recommender.h5"),
            "7993a149722dcd6d409da27edea30ff0b1f5874074d0dadd4d72430ead67db63");
  EXPECT_EQ(digest_of_file(world(), version_1 / "trend-e901f6d56c2d0084/trends.h5"),
            "04f80bef37ceb0a573d21b2bf32bf0482bc9ca7624bfd16d4308214c085d18f1");
}

/// As commit_hdf5 writes it, but of the version asked for.
void write_version(fs::path const& path, std::int64_t version) {
  Hdf5File file = Hdf5File::create(world(), path);
  file.set_attribute("/", "schema_version", version);
  file.set_attribute("/", "program_version", std::string("9.8.7"));
  file.close();
  agree(world(), "sum", [&] {
    if (world().is_root()) append_file_sum(path);
  });
}

/// What `work` says as it refuses; empty when it does not.
std::string refusal_of(std::function<void()> const& work) {
  try {
    work();
  } catch (DataError const& error) {
    return error.what();
  }
  return "";
}

TEST(SchemaVersion, RefusesNewerFilesNamingWhoWroteThem) {
  ScratchFolder const folder;
  write_version(folder.path() / "this.h5", schema_version);
  EXPECT_EQ(refusal_of([&] { Hdf5File::open(world(), folder.path() / "this.h5").close(); }), "");
  write_version(folder.path() / "newer.h5", schema_version + 1);
  std::string const refusal = refusal_of([&] { Hdf5File::open(world(), folder.path() / "newer.h5"); });
  EXPECT_NE(refusal.find("newer.h5 was written by a newer tidemill, 9.8.7"), std::string::npos) << refusal;
}

TEST(SchemaVersion, RefusesNewerRecords) {
  EXPECT_EQ(refusal_of([] { check_seal(with_seal(R"({"name":"menu"})"), "step.json"); }), "");
  std::string const refusal =
      refusal_of([] { check_seal(with_seal(R"({"name":"menu","schema_version":2})"), "step.json"); });
  EXPECT_NE(refusal.find("step.json was written by a newer tidemill: its layout is version 2"), std::string::npos)
      << refusal;
}

}  // namespace
}  // namespace tidemill::io
