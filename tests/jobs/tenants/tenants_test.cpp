#include <fmt/format.h>
#include <gtest/gtest.h>

#include "io/error.hpp"
#include "io/store/night.hpp"
#include "io/store/posix.hpp"
#include "jobs/commands.hpp"
#include "jobs/tenants/tenant_list.hpp"
#include "tests/support/run_command.hpp"

namespace tidemill::jobs {
namespace {

using tests::ScratchFolder;
using tests::world;
namespace fs = std::filesystem;

/// A month of two items at one place, in the layout of the generic adapter.
std::string sales_of_tenant(int price) {
  std::string text = "location,time,order_id,line_id,item_key,item_name,category,qty,gross,net\n";
  for (int day = 1; day <= 28; ++day) {
    for (int line = 0; line < 6; ++line) {
      bool const soup = line < 2 + day % 3;
      text += fmt::format("Quay,2026-06-{:02} 12:00:00,o{},l{},{},1,{}.00,{}.00\n", day, day * 10 + line,
                          day * 10 + line, soup ? "1,Soup,Mains" : "2,Pie,Mains", price, price);
    }
  }
  return text;
}

std::vector<std::string> small_night_flags(fs::path const& store) {
  return {"--store",
          store.string(),
          "--ingest.source",
          "generic: *.csv",
          "--forecast.horizon",
          "2",
          "--forecast.block",
          "2",
          "--forecast.trees",
          "2",
          "--forecast.quantile-trees",
          "1",
          "--forecast.min-rows-in-leaf",
          "2",
          "--forecast.calibration-days",
          "3",
          "--backtest.origins",
          "1",
          "--backtest.step",
          "2",
          "--menu.resamples",
          "2",
          "--price.resamples",
          "2"};
}

/// What `work` ends with, as the process would.
ExitCode code_of_tenants(std::function<void()> const& work, std::string* message = nullptr) {
  try {
    work();
    return ExitCode::done;
  } catch (Error const& error) {
    if (message != nullptr) *message = error.what();
    return error.code();
  }
}

TEST(TenantList, SettingsFollowTheName) {
  auto const tenants = parse_tenant_list("# mine\nblue\n\n  red max-rows=7 config=red.cfg\n", "/l/t.txt", {1, 2, 3, 4});
  ASSERT_EQ(tenants.size(), 2u);
  EXPECT_EQ(tenants[0].name, "blue");
  EXPECT_EQ(tenants[0].quota.rows, 1);
  EXPECT_EQ(tenants[1].quota.rows, 7);
  EXPECT_EQ(tenants[1].quota.seconds, 4);
  EXPECT_EQ(tenants[1].config, "/l/red.cfg");
  EXPECT_THROW(parse_tenant_list("a max-rows=-1\n", "t", {}), ConfigError);
  EXPECT_THROW(parse_tenant_list("a max-rows=1x\n", "t", {}), ConfigError);
  EXPECT_THROW(parse_tenant_list("a b\n", "t", {}), ConfigError);
  EXPECT_THROW(parse_tenant_list("# none\n", "t", {}), ConfigError);
  EXPECT_EQ(harmless_text("a\x1b[1m\nb", 5), "a?[1m...");
}

/// Tenants whose nights are good, and what makes others' nights impossible.
class Tenants : public testing::Test {
 protected:
  Tenants() {
    io::agree(world(), "input", [&] {
      if (!world().is_root()) return;
      for (char const* name : {"blue", "red", "broken", "thief", "large", "climber"}) {
        io::make_folders(folder_ / "in" / name);
        io::write_file(folder_ / "in" / name / "sales.csv", sales_of_tenant(name[0] - 'a' + 1));
      }
      io::write_file(folder_ / "in/broken/sales.csv", "location,time\n\0\xff,\"");
      fs::remove(folder_ / "in/thief/sales.csv");
      fs::create_symlink("../blue/sales.csv", folder_ / "in/thief/sales.csv");
      fs::create_directory_symlink("blue", folder_ / "in/double");
      io::write_file(folder_ / "climber.cfg", "[ingest]\nsource = generic: ../blue/*.csv\n");
      io::write_file(folder_ / "writer.cfg", "metrics-file = /tmp/x\n");
    });
  }
  void run(std::string const& list, std::string const& store, std::vector<std::string> const& extra = {}) {
    io::agree(world(), "list", [&] {
      if (world().is_root()) io::write_file(folder_ / "list.txt", list);
    });
    std::vector<std::string> flags = small_night_flags(folder_ / store);
    flags.insert(flags.end(), {"--list", (folder_ / "list.txt").string(), "--input", (folder_ / "in").string(),
                               "--output", (folder_ / "table.csv").string()});
    flags.insert(flags.end(), extra.begin(), extra.end());
    tests::run_command(world(), "tenants", flags);
  }
  /// The table's line of a tenant, without what follows the code and the message.
  std::string row(std::string const& tenant) const {
    std::string const table = "\n" + io::read_file(folder_ / "table.csv");
    std::size_t const at = table.find("\n" + tenant + ",");
    return at == std::string::npos ? "" : table.substr(at + 1, table.find('\n', at + 1) - at - 1);
  }
  std::string digest(std::string const& store, std::string const& tenant) const {
    return io::verify_night(world(), folder_ / store / tenant / "current").digest;
  }
  ScratchFolder folder_;
};

TEST_F(Tenants, HostileOnesChangeNoOtherTenantsBytes) {
  std::string message;
  ExitCode const code = code_of_tenants(
      [&] {
        run("broken\n../red\nthief\nclimber config=climber.cfg\nwriter config=writer.cfg\nlarge max-rows=100\n"
            "red\ndouble\nred\n",
            "store");
      },
      &message);
  EXPECT_EQ(code, ExitCode::failed);
  EXPECT_NE(message.find("8 tenants failed"), std::string::npos) << message;
  EXPECT_TRUE(row("red").starts_with("red,0,,")) << row("red");
  EXPECT_TRUE(row("broken").starts_with("broken,3,")) << row("broken");
  EXPECT_TRUE(row("../red").starts_with("../red,2,")) << row("../red");
  for (char const* name : {"thief", "climber", "writer", "double"}) {
    EXPECT_TRUE(row(name).starts_with(std::string(name) + ",2,")) << row(name);
  }
  EXPECT_TRUE(row("large").starts_with("large,3,")) << row("large");
  EXPECT_NE(row("large").find("more than 100 rows"), std::string::npos) << row("large");
  EXPECT_FALSE(fs::exists(folder_ / "store/thief/current"));
  EXPECT_FALSE(fs::exists(folder_ / "red"));

  std::vector<std::string> alone = small_night_flags(folder_ / "other");
  alone.insert(alone.end(), {"--tenant", "red", "--input", (folder_ / "in/red").string()});
  io::agree(world(), "the same night alone", [&] {
    if (world().is_root()) tests::run_command(io::Comm::self(), "nightly", alone);
  });
  EXPECT_EQ(digest("store", "red"), digest("other", "red"));
}

TEST_F(Tenants, MetricsGoToAFileForEach) {
  EXPECT_EQ(code_of_tenants([&] { run("blue\n", "store", {"--metrics-file", "m.prom"}); }), ExitCode::bad_config);
  if (world().size() > 1) return;  // a night of several ranks takes long where these are more than processors
  run("blue\n", "store", {"--metrics-file", (folder_ / "tidemill-{tenant}.prom").string()});
  std::string const metrics = io::read_file(folder_ / "tidemill-blue.prom");
  EXPECT_NE(metrics.find("tidemill_run_state{state=\"published\",tenant=\"blue\"} 1\n"), std::string::npos) << metrics;
}

TEST_F(Tenants, QuotasAreCheckedBeforeTheNight) {
  EXPECT_EQ(code_of_tenants([&] { run("blue\n", "store", {"--max-input-bytes", "100"}); }), ExitCode::failed);
  EXPECT_NE(row("blue").find("max-input-bytes"), std::string::npos);
  EXPECT_EQ(code_of_tenants([&] { run("blue max-seconds=1\n", "store"); }), ExitCode::failed);
  EXPECT_NE(row("blue").find("max-seconds"), std::string::npos);
  EXPECT_EQ(code_of_tenants([&] { run("blue max-store-bytes=1000\n", "store"); }), ExitCode::failed);
  EXPECT_NE(row("blue").find("max-store-bytes"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder_ / "store"));
}

}  // namespace
}  // namespace tidemill::jobs
