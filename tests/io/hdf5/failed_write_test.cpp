#include <fcntl.h>
#include <gtest/gtest.h>
#include <semaphore.h>
#include <sys/resource.h>

#include <csignal>
#include <numeric>
#include <optional>

#include "io/error.hpp"
#include "io/hdf5/file.hpp"
#include "tests/support/world.hpp"

namespace tidemill::io {
namespace {

using tests::ScratchFolder;
using tests::world;

/// As long as it lives, files of this process end at that many bytes: as on a disk that is full for it alone.
class SmallFiles {
 public:
  explicit SmallFiles(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit const small{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallFiles() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

constexpr std::int64_t rows_per_rank = 20000;

/// `limit`: where files of this rank end, from when the file is open: MPI keeps shared memory in files as it opens one.
void write(std::filesystem::path const& path, std::optional<std::int64_t> limit) {
  Comm const& comm = world();
  std::vector<double> mine(rows_per_rank);
  std::iota(mine.begin(), mine.end(), static_cast<double>(comm.rank() * rows_per_rank));
  Hdf5File file = Hdf5File::create(comm, path);
  std::optional<SmallFiles> limited;
  if (limit) limited.emplace(static_cast<rlim_t>(*limit));
  for (char const* name : {"first", "second", "third"}) {
    file.write_rows<double>(name, mine, {comm.rank() * rows_per_rank, rows_per_rank, comm.size() * rows_per_rank});
  }
  file.close();
}

/// On every rank in turn and on all of them. HDF5 alone would leave the other ranks waiting for one that failed.
TEST(FailedWrite, OfOneRankIsAnErrorOnAllAndTheNextFileIsWell) {
  ScratchFolder const folder;
  int const all = world().size();
  std::int64_t const bytes = 3 * all * rows_per_rank * 8;
  for (int failing = 0; failing <= all; ++failing) {
    for (std::int64_t const limit : {std::int64_t{0}, std::int64_t{300}, bytes / 3, bytes - 8}) {
      // What one rank writes of a file may end below a larger limit.
      if (failing < all && limit > 300) continue;
      bool const is_limited = failing == all || world().rank() == failing;
      std::optional<std::int64_t> const mine = is_limited ? std::optional(limit) : std::nullopt;
      EXPECT_THROW(write(folder / "limited.h5", mine), Error) << "rank " << failing << ", " << limit << " bytes";
    }
    write(folder / "next.h5", std::nullopt);
    Hdf5File next = Hdf5File::open(world(), folder / "next.h5");
    std::int64_t const last = all * rows_per_rank - 1;
    EXPECT_EQ(next.read_rows<double>("third", last, 1), std::vector<double>{static_cast<double>(last)});
  }
}

/// Open MPI's own MPI-IO would wait for the semaphore of the file's name.
TEST(KilledJob, WhatItLeftInSharedMemoryKeepsNobodyWaiting) {
  ScratchFolder const folder;
  std::string const name = "OMPIO_tidemill_killed_job.h5";
  if (world().is_root()) {
    sem_t* const left = sem_open(name.c_str(), O_CREAT, 0600, 0);
    ASSERT_NE(left, SEM_FAILED);
    sem_close(left);
  }
  world().barrier();
  write(folder / "tidemill_killed_job.h5", std::nullopt);
  EXPECT_TRUE(Hdf5File::open(world(), folder / "tidemill_killed_job.h5").has("third"));
  if (world().is_root()) sem_unlink(name.c_str());
}

}  // namespace
}  // namespace tidemill::io
