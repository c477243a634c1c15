#include "drivers/assets/duplicates.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "drivers/assets/clusters.hpp"
#include "drivers/assets/signature_exchange.hpp"

namespace tidemill::drivers {
namespace {

/// For every file of all ranks the smallest number with the same bytes (its own when it is not compared).
std::vector<std::int64_t> first_with_same_bytes(io::Comm const& comm, std::span<DuplicateInput const> inputs) {
  std::vector<io::Sha256Sum> mine;
  for (DuplicateInput const& input : inputs) mine.push_back(input.content);
  std::vector<io::Sha256Sum> const all = comm.gather_all(std::span<io::Sha256Sum const>(mine));
  std::vector<std::int64_t> order(all.size()), first(all.size());
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::iota(first.begin(), first.end(), std::int64_t{0});
  auto const content = [&](std::int64_t id) -> io::Sha256Sum const& { return all[static_cast<std::size_t>(id)]; };
  std::sort(order.begin(), order.end(),
            [&](std::int64_t a, std::int64_t b) { return std::tie(content(a), a) < std::tie(content(b), b); });
  for (std::size_t i = 1; i < order.size(); ++i) {
    if (content(order[i]) != content(order[i - 1]) || content(order[i]) == io::Sha256Sum{}) continue;
    first[static_cast<std::size_t>(order[i])] = first[static_cast<std::size_t>(order[i - 1])];
  }
  return first;
}

struct Search {
  io::Comm const& comm;
  io::RowRange const& files;
  std::span<DuplicateInput const> inputs;
  DuplicateRule const& rule;
  std::vector<std::int64_t> owners{};  ///< first file of each rank, then how many there are

  DuplicateInput const& input(std::int64_t id) const { return inputs[static_cast<std::size_t>(id - files.first)]; }

  /// Pairs of different pictures with similar hashes, of which the first is here.
  std::vector<IdPair> candidates(std::vector<std::int64_t> const& same_bytes) const {
    std::vector<std::int64_t> ids;
    std::vector<std::uint64_t> difference, frequency;
    for (std::int64_t id = files.first; id < files.end(); ++id) {
      PictureMeasures const* const measures = input(id).measures;
      if (measures == nullptr || measures->is_flat || same_bytes[static_cast<std::size_t>(id)] != id) continue;
      ids.push_back(id);
      difference.insert(difference.end(), measures->difference_hash.begin(), measures->difference_hash.end());
      frequency.insert(frequency.end(), measures->frequency_hash.begin(), measures->frequency_hash.end());
    }
    std::vector<IdPair> pairs = near_pairs(comm, {ids, difference, picture_windows}, rule.hash_distance, owners);
    std::vector<IdPair> const more = near_pairs(comm, {ids, frequency, picture_windows}, rule.hash_distance, owners);
    pairs.insert(pairs.end(), more.begin(), more.end());
    std::sort(pairs.begin(), pairs.end());
    pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
    return pairs;
  }

  std::vector<double> compare(std::span<IdPair const> pairs) const {
    return similarities(
        comm, pairs, [&](std::int64_t id) { return input(id).measures->signature.data(); }, owners);
  }
};

/// A file that has copies, as every rank sees it.
struct Member {
  std::int64_t component, pixels, bytes, id;
  std::int8_t is_measured;
};

/// Fills in clusters and their representatives; returns the members of all ranks, cluster by cluster, best first.
std::vector<Member> name_clusters(Search const& search, std::vector<std::int64_t> const& component,
                                  Duplicates& result) {
  std::vector<std::int64_t> size(component.size(), 0);
  for (std::int64_t const root : component) ++size[static_cast<std::size_t>(root)];
  std::vector<Member> mine;
  for (std::int64_t id = search.files.first; id < search.files.end(); ++id) {
    DuplicateInput const& input = search.input(id);
    std::int64_t const root = component[static_cast<std::size_t>(id)];
    result.cluster_size.push_back(size[static_cast<std::size_t>(root)]);
    bool const is_measured = input.measures != nullptr;
    if (size[static_cast<std::size_t>(root)] > 1) mine.push_back({root, input.pixels, input.bytes, id, is_measured});
  }
  std::vector<Member> members = search.comm.gather_all(std::span<Member const>(mine));
  std::sort(members.begin(), members.end(), [](Member const& a, Member const& b) {
    return std::tuple(a.component, -a.pixels, -a.bytes, a.id) < std::tuple(b.component, -b.pixels, -b.bytes, b.id);
  });
  result.cluster.assign(static_cast<std::size_t>(search.files.count), -1);
  result.representative.resize(static_cast<std::size_t>(search.files.count));
  std::iota(result.representative.begin(), result.representative.end(), search.files.first);
  Member const* best = nullptr;
  for (Member const& member : members) {
    if (best == nullptr || member.component != best->component) {
      best = &member;
      ++result.clusters;
    }
    if (member.id < search.files.first || member.id >= search.files.end()) continue;
    auto const row = static_cast<std::size_t>(member.id - search.files.first);
    result.cluster[row] = result.clusters - 1;
    result.representative[row] = best->id;
  }
  return members;
}

/// Compares this rank's members of clusters with their representatives.
void compare_with_representatives(Search const& search, std::vector<Member> const& members,
                                  std::vector<std::int64_t> const& same_bytes, Duplicates& result) {
  std::vector<std::int64_t> measured;
  for (Member const& member : members) {
    if (member.is_measured != 0) measured.push_back(member.id);
  }
  std::sort(measured.begin(), measured.end());
  std::vector<IdPair> pairs;
  result.similarity.assign(result.cluster.size(), NAN);
  result.is_exact.assign(result.cluster.size(), 0);
  for (std::int64_t id = search.files.first; id < search.files.end(); ++id) {
    auto const row = static_cast<std::size_t>(id - search.files.first);
    std::int64_t const best = result.representative[row];
    if (result.cluster[row] < 0) continue;
    bool const is_same = same_bytes[static_cast<std::size_t>(id)] == same_bytes[static_cast<std::size_t>(best)];
    if (is_same) {
      result.similarity[row] = 1;
      result.is_exact[row] = id != best;
    } else if (search.input(id).measures != nullptr && std::binary_search(measured.begin(), measured.end(), best)) {
      pairs.push_back({id, best});
    }
  }
  std::vector<double> const similarity = search.compare(pairs);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    result.similarity[static_cast<std::size_t>(pairs[i].first - search.files.first)] = similarity[i];
  }
}

}  // namespace

Duplicates find_duplicates(io::Comm const& comm, io::RowRange const& files, std::span<DuplicateInput const> inputs,
                           DuplicateRule const& rule) {
  Search search{comm, files, inputs, rule};
  search.owners = comm.gather_all(files.first);
  search.owners.push_back(files.total);
  Duplicates result;
  std::vector<std::int64_t> const same_bytes = first_with_same_bytes(comm, inputs);
  std::vector<IdPair> const candidates = search.candidates(same_bytes);
  std::vector<double> const similarity = search.compare(candidates);
  std::vector<IdPair> near;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (!(similarity[i] >= rule.similarity)) continue;
    result.pairs.push_back({candidates[i], similarity[i]});
    near.push_back(candidates[i]);
  }
  result.candidates = comm.sum(static_cast<std::int64_t>(candidates.size()));
  std::vector<IdPair> links = comm.gather_all(std::span<IdPair const>(near));
  result.found = static_cast<std::int64_t>(links.size());
  for (std::size_t id = 0; id < same_bytes.size(); ++id) {
    auto const number = static_cast<std::int64_t>(id);
    if (same_bytes[id] != number) links.push_back({same_bytes[id], number});
  }
  std::vector<Member> const members = name_clusters(search, connected_components(files.total, links), result);
  compare_with_representatives(search, members, same_bytes, result);
  return result;
}

}  // namespace tidemill::drivers
