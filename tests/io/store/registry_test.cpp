#include "io/store/registry.hpp"

#include <gtest/gtest.h>

#include "io/error.hpp"
#include "io/store/night.hpp"
#include "io/store/posix.hpp"
#include "tests/support/world.hpp"

namespace tidemill::io {
namespace {

using tests::ScratchFolder;
using tests::world;
namespace fs = std::filesystem;

std::string register_numbers(fs::path const& tenant, std::string const& date, std::int64_t first) {
  Lineage const lineage{{"model", "depth = 3\n", 7, {{"sales", "abc"}}}, date, "parent", {{"wape", .25}}};
  return register_model(world(), tenant, "demand", lineage, [&](Hdf5File& file) {
    file.write_all("numbers", std::vector<std::int64_t>{first, 2, 3});
  });
}

std::string publish_with(fs::path const& tenant, std::string const& date, Aliases const& aliases) {
  fs::path const prepared = begin_night(world(), tenant, date);
  commit_text(world(), prepared / "a.csv", world().is_root() ? "1\n" : "");
  commit_text(world(), prepared / aliases_name, world().is_root() ? to_json(aliases) : "");
  return publish_night(world(), tenant, date, prepared,
                       [&](std::string const&) {
                         commit_text(world(), prepared / "report.html", world().is_root() ? "page" : "");
                       })
      .folder.filename();
}

TEST(Registry, SameContentIsTheSameVersion) {
  ScratchFolder const folder;
  std::string const version = register_numbers(folder.path(), "2026-11-20", 1);
  EXPECT_TRUE(version.starts_with("2026-11-20-")) << version;
  EXPECT_EQ(register_numbers(folder.path(), "2026-11-20", 1), version);
  std::string const other = register_numbers(folder.path(), "2026-11-19", 4);
  EXPECT_NE(other, version);
  EXPECT_EQ(list_versions(world(), folder.path()).at("demand"), (std::vector<std::string>{other, version}));
  VersionInfo const info = read_version(world(), folder.path(), "demand", version);
  EXPECT_EQ(info.lineage.parent, "parent");
  EXPECT_EQ(info.lineage.provenance.inputs.at("sales"), "abc");
  EXPECT_EQ(info.lineage.provenance.config, "depth = 3\n");
  EXPECT_EQ(info.lineage.metrics.at("wape"), .25);
  EXPECT_FALSE(fs::exists(folder / "models/demand/.incoming.h5"));
}

TEST(Registry, FindsDamagedAndUnknownVersions) {
  ScratchFolder const folder;
  std::string const version = register_numbers(folder.path(), "2026-11-20", 1);
  std::string const other = register_numbers(folder.path(), "2026-11-21", 2);
  verify_version(world(), folder.path(), "demand", version);
  EXPECT_THROW(read_version(world(), folder.path(), "demand", "2026-11-20-0"), DataError);
  EXPECT_THROW(read_version(world(), folder.path(), "demnd", version), DataError);
  EXPECT_THROW(read_version(world(), folder.path(), "demand", "../" + version), ConfigError);
  agree(world(), "put another file in its place", [&] {
    fs::path const file = version_file(folder.path(), "demand", version);
    if (world().is_root()) {
      fs::copy_file(version_file(folder.path(), "demand", other), file, fs::copy_options::overwrite_existing);
    }
  });
  EXPECT_THROW(verify_version(world(), folder.path(), "demand", version), DataError);
  agree(world(), "cut", [&] {
    if (world().is_root()) fs::resize_file(version_file(folder.path(), "demand", other), 700);
  });
  EXPECT_THROW(verify_version(world(), folder.path(), "demand", other), DataError);
}

TEST(Aliases, AreOfTheNightAndSwapWithIt) {
  ScratchFolder const folder;
  fs::path const tenant = folder.path();
  EXPECT_EQ(base_night(world(), tenant, "2026-11-20"), "");
  Aliases first;
  first.decided = first.in_use = {{"demand", {"v1", ""}}};
  publish_with(tenant, "2026-11-20", first);
  EXPECT_EQ(base_night(world(), tenant, "2026-11-21"), "2026-11-20");
  EXPECT_EQ(base_night(world(), tenant, "2026-11-20"), "") << "a repeated night does what it did the first time";
  Aliases second{"2026-11-20", {{"demand", {"v2", "v1"}}}, {{"demand", {"v2", "v1"}}}, ""};
  publish_with(tenant, "2026-11-21", second);
  EXPECT_EQ(base_night(world(), tenant, "2026-11-21"), "2026-11-20");
  EXPECT_EQ(base_night(world(), tenant, "2026-11-20"), "") << "nothing is older";
  EXPECT_EQ(read_aliases(world(), tenant / "current").in_use.at("demand").previous, "v1");
}

TEST(Aliases, PromotionIsANewRevisionOfLinks) {
  ScratchFolder const folder;
  fs::path const tenant = folder.path();
  Aliases decided;
  decided.decided = decided.in_use = {{"demand", {"v1", ""}}};
  publish_with(tenant, "2026-11-20", decided);
  Aliases promoted = decided;
  promoted.in_use["demand"] = {"v2", "v1"};
  promoted.promotion = "demand v2: better menu";
  fs::path const night = publish_aliases(world(), tenant, promoted);
  EXPECT_EQ(night, tenant / "nights/2026-11-20.2");
  verify_night(world(), tenant / "current");
  EXPECT_EQ(read_aliases(world(), tenant / "current").in_use.at("demand").champion, "v2");
  EXPECT_EQ(fs::hard_link_count(night / "a.csv"), 2u);
  EXPECT_EQ(fs::hard_link_count(night / "report.html"), 2u);
  verify_night(world(), tenant / "nights/2026-11-20");
  // The night run again decides as before and keeps what the person did.
  Aliases const kept = keep_promotion(world(), tenant, "2026-11-20", decided);
  EXPECT_EQ(kept.in_use.at("demand").champion, "v2");
  EXPECT_EQ(publish_with(tenant, "2026-11-20", kept), "2026-11-20.2");
  Aliases fresh = decided;
  fresh.decided["demand"].champion = "v3";
  EXPECT_EQ(keep_promotion(world(), tenant, "2026-11-20", fresh).promotion, "");
}

}  // namespace
}  // namespace tidemill::io
