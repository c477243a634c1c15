#include "drivers/assets/signature_exchange.hpp"

#include <algorithm>

#include "kernels/image/signature.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::size_t pairs_per_round = std::size_t{1} << 14;
constexpr std::size_t width = kernels::signature_bytes;

/// The pictures of some pairs, each once, ascending.
std::vector<std::int64_t> pictures_of(std::span<IdPair const> pairs) {
  std::vector<std::int64_t> ids;
  for (IdPair const& pair : pairs) ids.insert(ids.end(), {pair.first, pair.second});
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

/// Signatures of `ids` (ascending) from the ranks that hold them, one after the other.
std::vector<std::uint8_t> fetch(io::Comm const& comm, std::vector<std::int64_t> const& ids,
                                std::function<std::uint8_t const*(std::int64_t)> const& signature_of,
                                std::span<std::int64_t const> owners) {
  std::vector<std::vector<std::int64_t>> wanted(static_cast<std::size_t>(comm.size()));
  for (std::int64_t const id : ids) {
    auto const after = std::upper_bound(owners.begin(), owners.end() - 1, id);
    wanted[static_cast<std::size_t>(after - owners.begin() - 1)].push_back(id);
  }
  std::vector<std::vector<std::uint8_t>> answers;
  for (auto const& asked : comm.exchange(wanted)) {
    std::vector<std::uint8_t> bytes;
    bytes.reserve(asked.size() * width);
    for (std::int64_t const id : asked) {
      std::uint8_t const* const signature = signature_of(id);
      bytes.insert(bytes.end(), signature, signature + width);
    }
    answers.push_back(std::move(bytes));
  }
  // Ranks hold ascending numbers, so answers in rank order are in the order of `ids`.
  std::vector<std::uint8_t> all;
  for (auto const& part : comm.exchange(answers)) all.insert(all.end(), part.begin(), part.end());
  return all;
}

void compare(std::span<IdPair const> pairs, std::vector<std::int64_t> const& ids,
             std::vector<std::uint8_t> const& bytes, double* similarity) {
  using kernels::Array;
  kernels::Exec const exec;
  Kokkos::View<std::uint8_t const**, Kokkos::LayoutRight, Kokkos::HostSpace,
               Kokkos::MemoryTraits<Kokkos::Unmanaged>> const host(bytes.data(), ids.size(), width);
  kernels::Signatures const signatures("assets::signatures", ids.size(), width);
  Kokkos::deep_copy(signatures, host);
  Array<std::int64_t> const first("assets::first", pairs.size()), second("assets::second", pairs.size());
  Array<double> const result("assets::similarity", pairs.size());
  auto const host_first = Kokkos::create_mirror_view(first);
  auto const host_second = Kokkos::create_mirror_view(second);
  auto const row = [&](std::int64_t id) { return std::lower_bound(ids.begin(), ids.end(), id) - ids.begin(); };
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    host_first(i) = row(pairs[i].first);
    host_second(i) = row(pairs[i].second);
  }
  Kokkos::deep_copy(first, host_first);
  Kokkos::deep_copy(second, host_second);
  kernels::compare_signatures(exec, signatures, first, second, result);
  auto const host_result = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), result);
  for (std::size_t i = 0; i < pairs.size(); ++i) similarity[i] = host_result(i);
}

}  // namespace

std::vector<double> similarities(io::Comm const& comm, std::span<IdPair const> pairs,
                                 std::function<std::uint8_t const*(std::int64_t id)> const& signature_of,
                                 std::span<std::int64_t const> owners) {
  std::vector<double> result(pairs.size());
  auto const rounds = comm.max(static_cast<std::int64_t>((pairs.size() + pairs_per_round - 1) / pairs_per_round));
  for (std::int64_t round = 0; round < rounds; ++round) {
    std::size_t const begin = std::min(pairs.size(), static_cast<std::size_t>(round) * pairs_per_round);
    auto const some = pairs.subspan(begin, std::min(pairs_per_round, pairs.size() - begin));
    std::vector<std::int64_t> const ids = pictures_of(some);
    std::vector<std::uint8_t> const bytes = fetch(comm, ids, signature_of, owners);
    if (!some.empty()) compare(some, ids, bytes, result.data() + begin);
  }
  return result;
}

}  // namespace tidemill::drivers
