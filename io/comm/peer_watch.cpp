#include "io/comm/peer_watch.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "io/error.hpp"

namespace tidemill::io {
namespace {

constexpr double usual_hang_seconds = 120;
constexpr double seconds_between_looks = 0.5;
constexpr double seconds_for_the_lowest = 10;
constexpr std::int64_t left_count = -1;

class NodeComm {
 public:
  explicit NodeComm(Comm const& comm) {
    MPI_Comm_split_type(comm.handle(), MPI_COMM_TYPE_SHARED, comm.rank(), MPI_INFO_NULL, &handle_);
  }
  ~NodeComm() { MPI_Comm_free(&handle_); }
  NodeComm(NodeComm const&) = delete;
  NodeComm& operator=(NodeComm const&) = delete;
  Comm comm() const { return Comm(handle_); }

 private:
  MPI_Comm handle_ = MPI_COMM_NULL;
};

}  // namespace

double hang_seconds() {
  char const* const text = std::getenv("TIDEMILL_HANG_SECONDS");
  if (text == nullptr) return usual_hang_seconds;
  char* end = nullptr;
  double const seconds = std::strtod(text, &end);
  if (end == text || *end != '\0' || !(seconds == 0 || seconds >= 1)) {
    throw ConfigError(fmt::format("TIDEMILL_HANG_SECONDS={}: expected seconds from 1 on, or 0 for no watch", text));
  }
  return seconds;
}

/// Memory that the ranks of a node have together. Its name is gone once all of them have it, so that no end of the job
/// can leave it behind.
class PeerWatch::SharedSigns {
 public:
  /// Collective over the node.
  explicit SharedSigns(Comm const& node) : bytes_(sizeof(Sign) * static_cast<std::size_t>(node.size())) {
    std::string const name = node.broadcast(fmt::format("/tidemill-{}-{:08x}", ::getpid(), std::random_device()()));
    if (node.is_root()) map(name, O_CREAT | O_EXCL);
    node.barrier();
    if (!node.is_root()) map(name, 0);
    bool const all_have_it = node.min(is_mapped() ? 1 : 0) == 1;
    if (node.is_root()) ::shm_unlink(name.c_str());
    if (all_have_it) size_ = static_cast<std::size_t>(node.size());
  }
  ~SharedSigns() {
    if (is_mapped()) ::munmap(memory_, bytes_);
  }
  SharedSigns(SharedSigns const&) = delete;
  SharedSigns& operator=(SharedSigns const&) = delete;

  std::size_t size() const { return size_; }  ///< 0 where there is no such memory
  /// The pages are zero at first, and so are the counts.
  Sign& operator[](std::size_t i) const { return static_cast<Sign*>(memory_)[i]; }

 private:
  bool is_mapped() const { return memory_ != MAP_FAILED; }
  void map(std::string const& name, int flags) {
    int const file = ::shm_open(name.c_str(), O_RDWR | flags, 0600);
    if (file < 0) return;
    bool const has_room = (flags & O_CREAT) == 0 || ::posix_fallocate(file, 0, static_cast<off_t>(bytes_)) == 0;
    if (has_room) memory_ = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
  }

  std::size_t bytes_;
  std::size_t size_ = 0;
  void* memory_ = MAP_FAILED;
};

PeerWatch::PeerWatch(Comm const& comm, double limit_seconds, OnSilence on_silence) {
  static_assert(std::atomic<std::int64_t>::is_always_lock_free, "the signs are shared by processes");
  if (comm.size() == 1 || limit_seconds == 0) return;
  NodeComm const node(comm);
  if (node.comm().size() == 1) return;
  signs_ = std::make_unique<SharedSigns>(node.comm());
  if (signs_->size() == 0) return;
  mine_ = static_cast<std::size_t>(node.comm().rank());
  (*signs_)[mine_].rank = comm.rank();
  (*signs_)[mine_].process = ::getpid();
  node.comm().barrier();
  thread_ = std::jthread([this, limit_seconds, on_silence = std::move(on_silence)](std::stop_token const& stop) {
    watch(stop, limit_seconds, on_silence);
  });
}

PeerWatch::~PeerWatch() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  (*signs_)[mine_].count = left_count;
}

void PeerWatch::watch(std::stop_token const& stop, double limit_seconds, OnSilence const& on_silence) {
  struct Seen {
    std::int64_t count = 0;
    std::int64_t silent_looks = 0;
  };
  std::vector<Seen> seen(signs_->size());
  auto const is_missed = [](Seen const& peer, double seconds) {
    return static_cast<double>(peer.silent_looks) * seconds_between_looks > seconds;
  };
  std::mutex alone;
  std::condition_variable_any wake;
  std::unique_lock lock(alone);
  auto const pause = std::chrono::duration<double>(seconds_between_looks);
  while (!wake.wait_for(lock, stop, pause, [&] { return stop.stop_requested(); })) {
    ++(*signs_)[mine_].count;
    for (std::size_t peer = 0; peer < seen.size(); ++peer) {
      std::int64_t const count = (*signs_)[peer].count;
      bool const is_silent = count == seen[peer].count && count != left_count && peer != mine_;
      seen[peer] = {count, is_silent ? seen[peer].silent_looks + 1 : 0};
    }
    auto const lowest_alive = std::ranges::find_if(seen, [&](Seen const& s) { return !is_missed(s, limit_seconds); });
    bool const is_lowest = lowest_alive - seen.begin() == static_cast<std::ptrdiff_t>(mine_);
    double const patience = limit_seconds + (is_lowest ? 0 : seconds_for_the_lowest);
    auto const gone = std::ranges::find_if(seen, [&](Seen const& s) { return is_missed(s, patience); });
    if (gone == seen.end()) continue;
    Sign const& silent = (*signs_)[static_cast<std::size_t>(gone - seen.begin())];
    on_silence(static_cast<int>(silent.rank), silent.process);
  }
}

}  // namespace tidemill::io
