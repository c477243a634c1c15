#pragma once

#include <mpi.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tidemill::io {

/// The ranks that work together. A cheap handle: copies share the communicator, which the creator keeps alive.
/// Every member except rank() and size() is collective: all ranks call it, in the same order.
/// Counts above 2^31 elements are split into several messages.
class Comm {
 public:
  explicit Comm(MPI_Comm handle);
  /// Only this process.
  static Comm self();

  int rank() const { return rank_; }
  int size() const { return size_; }
  bool is_root() const { return rank_ == 0; }
  MPI_Comm handle() const { return handle_; }

  void barrier() const;

  /// Element-wise sum over ranks, in place. Integers only: a sum of floats would depend on the number of ranks.
  template <class T>
  void sum(std::span<T> values) const {
    static_assert(std::is_integral_v<T>, "sums over ranks must be exact; combine float sums by fixed blocks instead");
    reduce_all(values.data(), values.size(), sizeof(T), kind<T>(), Operation::sum);
  }
  template <class T>
  T sum(T value) const {
    sum(std::span<T>(&value, 1));
    return value;
  }
  /// `all` is one part per rank, counts[r] elements for rank r, of the same lengths on every rank. Returns this rank's
  /// part, summed over ranks: half the traffic of a sum that everyone gets.
  std::vector<std::int64_t> sum_parts(std::span<std::int64_t const> all, std::span<std::int64_t const> counts) const;
  /// Element-wise maximum or minimum over ranks, in place. Exact for floats as well (no NaN among the values).
  template <class T>
  void max(std::span<T> values) const {
    reduce_all(values.data(), values.size(), sizeof(T), kind<T>(), Operation::max);
  }
  template <class T>
  T max(T value) const {
    max(std::span<T>(&value, 1));
    return value;
  }
  template <class T>
  void min(std::span<T> values) const {
    reduce_all(values.data(), values.size(), sizeof(T), kind<T>(), Operation::min);
  }
  template <class T>
  T min(T value) const {
    min(std::span<T>(&value, 1));
    return value;
  }
  /// Sum of `value` over the ranks before this one (0 on rank 0).
  std::int64_t sum_before(std::int64_t value) const;

  /// All ranks' elements, in rank order, on every rank. Lengths may differ and may be 0.
  template <class T>
  std::vector<T> gather_all(std::span<T const> mine) const {
    static_assert(std::is_trivially_copyable_v<T>);
    std::vector<std::byte> bytes = gather_all_bytes(std::as_bytes(mine));
    std::vector<T> all(bytes.size() / sizeof(T));
    copy_bytes(bytes, all.data());
    return all;
  }
  template <class T>
  std::vector<T> gather_all(T const& mine) const {
    return gather_all(std::span<T const>(&mine, 1));
  }
  /// One text per rank, in rank order, on every rank.
  std::vector<std::string> gather_all_texts(std::string const& mine) const;

  /// `outgoing[r]` goes to rank r; result[r] came from rank r. Order within each is kept.
  template <class T>
  std::vector<std::vector<T>> exchange(std::vector<std::vector<T>> const& outgoing) const {
    static_assert(std::is_trivially_copyable_v<T>);
    std::vector<std::span<std::byte const>> parts;
    for (auto const& part : outgoing) parts.push_back(std::as_bytes(std::span<T const>(part)));
    std::vector<std::vector<std::byte>> received = exchange_bytes(parts);
    std::vector<std::vector<T>> result(received.size());
    for (std::size_t r = 0; r < received.size(); ++r) {
      result[r].resize(received[r].size() / sizeof(T));
      copy_bytes(received[r], result[r].data());
    }
    return result;
  }

  /// Root's text on every rank.
  std::string broadcast(std::string const& text, int root = 0) const;
  template <class T>
  void broadcast(std::span<T> values, int root = 0) const {
    static_assert(std::is_trivially_copyable_v<T>);
    broadcast_bytes(std::as_writable_bytes(values), root);
  }

 private:
  enum class Operation { sum, max, min };
  enum class Kind { signed_integer, unsigned_integer, real };
  template <class T>
  static constexpr Kind kind() {
    static_assert(std::is_arithmetic_v<T>);
    if (std::is_floating_point_v<T>) return Kind::real;
    return std::is_signed_v<T> ? Kind::signed_integer : Kind::unsigned_integer;
  }
  static void copy_bytes(std::vector<std::byte> const& from, void* to);
  void reduce_all(void* values, std::size_t count, std::size_t width, Kind kind, Operation operation) const;
  std::vector<std::byte> gather_all_bytes(std::span<std::byte const> mine) const;
  std::vector<std::vector<std::byte>> exchange_bytes(std::vector<std::span<std::byte const>> const& outgoing) const;
  void broadcast_bytes(std::span<std::byte> bytes, int root) const;

  MPI_Comm handle_;
  int rank_;
  int size_;
};

/// Collective. Runs `work` (which must not communicate) and throws on every rank if it threw on any: the error of the
/// lowest failing rank, its exit code kept, with `phase` and the rank named.
void agree(Comm const& comm, std::string_view phase, std::function<void()> const& work);

/// Seconds on this process's clock, which never goes back; only differences mean something.
double seconds_now();

/// Contiguous share of `total` things for one of `size` ranks; shares differ by at most one.
struct RowRange {
  std::int64_t first = 0;
  std::int64_t count = 0;
  std::int64_t total = 0;
  std::int64_t end() const { return first + count; }
};
RowRange even_share(std::int64_t total, int rank, int size);
/// Collective. The range of `mine` rows when ranks hold consecutive parts in rank order.
RowRange range_of_part(Comm const& comm, std::int64_t mine);

}  // namespace tidemill::io
