#include <gtest/gtest.h>

#include "io/error.hpp"
#include "io/store/posix.hpp"
#include "jobs/night/sbatch_script.hpp"

namespace tidemill::jobs {
namespace {

TEST(Sbatch, RanksAreTakenWhileTheyPay) {
  EXPECT_EQ(ranks_that_pay([](int) { return 10.0; }, 64), 1);
  EXPECT_EQ(ranks_that_pay([](int ranks) { return 1 + 100.0 / ranks; }, 16), 16);
  EXPECT_EQ(ranks_that_pay([](int ranks) { return 10 + 40.0 / ranks; }, 64), 4);
}

TEST(Sbatch, TheHeaderIsFilledAndTheCommandIsQuoted) {
  std::string const script = io::read_file(std::string(TIDEMILL_SOURCE_DIR) + "/slurm/nightly.sbatch");
  SbatchRequest const request{"blue", 8, 1000, 100 << 20, {{"title", "Joe's $HOME"}, {"forecast.trees", "3"}}};
  std::string const filled = filled_sbatch(script, request);
  EXPECT_TRUE(
      filled.starts_with("#!/bin/bash\n#SBATCH --job-name=tidemill-blue\n#SBATCH --ntasks=8\n"
                         "#SBATCH --mem-per-cpu=456M\n#SBATCH --time=01:00:00\n"))
      << filled.substr(0, 400);
  EXPECT_EQ(filled.find("--job-name=tidemill\n"), std::string::npos);
  std::size_t const signal = filled.find("#SBATCH --signal=B:USR1@300\n"), command = filled.find("set -- nightly");
  ASSERT_NE(command, std::string::npos);
  EXPECT_LT(signal, command);
  EXPECT_NE(filled.find("'--title=Joe'\\''s $HOME' \\\n  '--forecast.trees=3'\nset -u\n"), std::string::npos)
      << filled.substr(command, 200);
  // Nothing of the script is lost but its name of the job.
  EXPECT_TRUE(filled.ends_with(script.substr(script.find("set -u\n"))));
  EXPECT_THROW(filled_sbatch("echo no header\n", request), ConfigError);
}

}  // namespace
}  // namespace tidemill::jobs
