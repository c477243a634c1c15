#include "io/comm/comm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <limits>
#include <numeric>

#include "io/comm/collective_time.hpp"
#include "io/error.hpp"

namespace tidemill::io {
namespace {

double collective_seconds = 0;
int collective_depth = 0;

/// Counts the time of one collective call; calls inside it are part of it.
class CollectiveTime {
 public:
  CollectiveTime() : started_(collective_depth++ == 0 ? seconds_now() : 0) {}
  ~CollectiveTime() {
    if (--collective_depth == 0) collective_seconds += seconds_now() - started_;
  }
  CollectiveTime(CollectiveTime const&) = delete;
  CollectiveTime& operator=(CollectiveTime const&) = delete;

 private:
  double started_;
};

constexpr std::size_t largest_message = std::size_t{1} << 30;

void check(int status, char const* call) {
  if (status == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  MPI_Error_string(status, text, &length);
  throw Error(fmt::format("{} failed: {}", call, std::string_view(text, static_cast<std::size_t>(length))));
}

MPI_Datatype integer_type(std::size_t width, bool is_signed) {
  switch (width) {
    case 1:
      return is_signed ? MPI_INT8_T : MPI_UINT8_T;
    case 2:
      return is_signed ? MPI_INT16_T : MPI_UINT16_T;
    case 4:
      return is_signed ? MPI_INT32_T : MPI_UINT32_T;
    default:
      return is_signed ? MPI_INT64_T : MPI_UINT64_T;
  }
}

}  // namespace

Comm::Comm(MPI_Comm handle) : handle_(handle), rank_(0), size_(1) {
  check(MPI_Comm_rank(handle_, &rank_), "MPI_Comm_rank");
  check(MPI_Comm_size(handle_, &size_), "MPI_Comm_size");
}

Comm Comm::self() { return Comm(MPI_COMM_SELF); }

double seconds_in_collectives() { return collective_seconds; }

void Comm::barrier() const {
  CollectiveTime const time;
  check(MPI_Barrier(handle_), "MPI_Barrier");
}

void Comm::copy_bytes(std::vector<std::byte> const& from, void* to) {
  if (!from.empty()) std::memcpy(to, from.data(), from.size());
}

void Comm::reduce_all(void* values, std::size_t count, std::size_t width, Kind kind, Operation operation) const {
  if (size_ == 1) return;
  CollectiveTime const time;
  MPI_Datatype const type = kind == Kind::real ? (width == sizeof(float) ? MPI_FLOAT : MPI_DOUBLE)
                                               : integer_type(width, kind == Kind::signed_integer);
  MPI_Op const op = operation == Operation::sum ? MPI_SUM : operation == Operation::max ? MPI_MAX : MPI_MIN;
  auto* at = static_cast<std::byte*>(values);
  for (std::size_t done = 0; done < count;) {
    std::size_t const now = std::min(count - done, largest_message / width);
    check(MPI_Allreduce(MPI_IN_PLACE, at + done * width, static_cast<int>(now), type, op, handle_), "MPI_Allreduce");
    done += now;
  }
}

std::vector<std::int64_t> Comm::sum_parts(std::span<std::int64_t const> all,
                                          std::span<std::int64_t const> counts) const {
  CollectiveTime const time;
  std::vector<int> lengths;
  for (std::int64_t const count : counts) {
    if (count > std::numeric_limits<int>::max()) throw Error("a part of a sum over ranks has more than 2^31 elements");
    lengths.push_back(static_cast<int>(count));
  }
  std::vector<std::int64_t> mine(static_cast<std::size_t>(counts[static_cast<std::size_t>(rank_)]));
  check(MPI_Reduce_scatter(all.data(), mine.data(), lengths.data(), MPI_INT64_T, MPI_SUM, handle_),
        "MPI_Reduce_scatter");
  return mine;
}

std::int64_t Comm::sum_before(std::int64_t value) const {
  CollectiveTime const time;
  std::int64_t before = 0;
  check(MPI_Exscan(&value, &before, 1, MPI_INT64_T, MPI_SUM, handle_), "MPI_Exscan");
  return rank_ == 0 ? 0 : before;
}

std::vector<std::byte> Comm::gather_all_bytes(std::span<std::byte const> mine) const {
  CollectiveTime const time;
  std::uint64_t const my_size = mine.size();
  std::vector<std::uint64_t> sizes(static_cast<std::size_t>(size_));
  check(MPI_Allgather(&my_size, 1, MPI_UINT64_T, sizes.data(), 1, MPI_UINT64_T, handle_), "MPI_Allgather");
  std::uint64_t const total = std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0});
  std::vector<std::byte> all(total);
  if (total <= largest_message) {
    std::vector<int> counts(sizes.begin(), sizes.end());
    std::vector<int> starts(counts.size());
    std::exclusive_scan(counts.begin(), counts.end(), starts.begin(), 0);
    check(MPI_Allgatherv(mine.data(), counts[static_cast<std::size_t>(rank_)], MPI_BYTE, all.data(), counts.data(),
                         starts.data(), MPI_BYTE, handle_),
          "MPI_Allgatherv");
    return all;
  }
  std::uint64_t start = 0;
  for (int r = 0; r < size_; ++r) {
    std::uint64_t const part = sizes[static_cast<std::size_t>(r)];
    if (r == rank_) std::copy(mine.begin(), mine.end(), all.begin() + static_cast<std::ptrdiff_t>(start));
    broadcast_bytes(std::span(all).subspan(start, part), r);
    start += part;
  }
  return all;
}

std::vector<std::string> Comm::gather_all_texts(std::string const& mine) const {
  std::vector<std::uint64_t> const sizes = gather_all(static_cast<std::uint64_t>(mine.size()));
  std::vector<char> const all = gather_all(std::span<char const>(mine));
  std::vector<std::string> texts;
  std::size_t start = 0;
  for (std::uint64_t const size : sizes) {
    texts.emplace_back(all.data() + start, size);
    start += size;
  }
  return texts;
}

std::vector<std::vector<std::byte>> Comm::exchange_bytes(
    std::vector<std::span<std::byte const>> const& outgoing) const {
  CollectiveTime const time;
  auto const ranks = static_cast<std::size_t>(size_);
  std::vector<std::uint64_t> send_sizes(ranks), receive_sizes(ranks);
  for (std::size_t r = 0; r < ranks; ++r) send_sizes[r] = outgoing[r].size();
  check(MPI_Alltoall(send_sizes.data(), 1, MPI_UINT64_T, receive_sizes.data(), 1, MPI_UINT64_T, handle_),
        "MPI_Alltoall");
  std::vector<std::vector<std::byte>> received(ranks);
  std::vector<MPI_Request> requests;
  // Messages between one pair arrive in the order they were sent, so pieces of a large part need no numbering.
  for (std::size_t r = 0; r < ranks; ++r) {
    received[r].resize(receive_sizes[r]);
    for (std::size_t at = 0; at < receive_sizes[r]; at += largest_message) {
      auto const now = static_cast<int>(std::min<std::size_t>(largest_message, receive_sizes[r] - at));
      check(
          MPI_Irecv(received[r].data() + at, now, MPI_BYTE, static_cast<int>(r), 0, handle_, &requests.emplace_back()),
          "MPI_Irecv");
    }
  }
  for (std::size_t r = 0; r < ranks; ++r) {
    for (std::size_t at = 0; at < send_sizes[r]; at += largest_message) {
      auto const now = static_cast<int>(std::min<std::size_t>(largest_message, send_sizes[r] - at));
      check(
          MPI_Isend(outgoing[r].data() + at, now, MPI_BYTE, static_cast<int>(r), 0, handle_, &requests.emplace_back()),
          "MPI_Isend");
    }
  }
  check(MPI_Waitall(static_cast<int>(requests.size()), requests.data(), MPI_STATUSES_IGNORE), "MPI_Waitall");
  return received;
}

void Comm::broadcast_bytes(std::span<std::byte> bytes, int root) const {
  CollectiveTime const time;
  for (std::size_t done = 0; done < bytes.size();) {
    std::size_t const now = std::min(bytes.size() - done, largest_message);
    check(MPI_Bcast(bytes.data() + done, static_cast<int>(now), MPI_BYTE, root, handle_), "MPI_Bcast");
    done += now;
  }
}

std::string Comm::broadcast(std::string const& text, int root) const {
  std::uint64_t size = text.size();
  broadcast(std::span(&size, 1), root);
  std::string result = rank_ == root ? text : std::string(size, '\0');
  broadcast_bytes(std::as_writable_bytes(std::span(result)), root);
  return result;
}

void agree(Comm const& comm, std::string_view phase, std::function<void()> const& work) {
  std::string message;
  int code = 0;
  try {
    work();
  } catch (Error const& error) {
    message = error.what();
    code = static_cast<int>(error.code());
  } catch (std::exception const& error) {
    message = error.what();
    code = static_cast<int>(ExitCode::failed);
  }
  int const failing = comm.min(code != 0 ? comm.rank() : comm.size());
  if (failing == comm.size()) return;
  message = comm.broadcast(message, failing);
  comm.broadcast(std::span(&code, 1), failing);
  std::string const where = comm.size() == 1 ? std::string(phase) : fmt::format("{} (rank {})", phase, failing);
  std::string const text = fmt::format("{}: {}", where, message);
  // As the kind of error it was, so that callers with a way out of bad data can take it.
  if (static_cast<ExitCode>(code) == ExitCode::bad_data) throw DataError(text);
  if (static_cast<ExitCode>(code) == ExitCode::bad_config) throw ConfigError(text);
  throw Error(text, static_cast<ExitCode>(code));
}

double seconds_now() { return MPI_Wtime(); }

RowRange even_share(std::int64_t total, int rank, int size) {
  std::int64_t const base = total / size;
  std::int64_t const larger = total % size;
  std::int64_t const first = base * rank + std::min<std::int64_t>(rank, larger);
  return {first, base + (rank < larger ? 1 : 0), total};
}

RowRange range_of_part(Comm const& comm, std::int64_t mine) { return {comm.sum_before(mine), mine, comm.sum(mine)}; }

}  // namespace tidemill::io
