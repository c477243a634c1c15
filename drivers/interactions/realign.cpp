#include "drivers/interactions/realign.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <stdexcept>

#include "drivers/interactions/pair_rows.hpp"

namespace tidemill::drivers {
namespace {

/// Where this rank's users go: cut[r] .. cut[r + 1] (local numbers) to rank r.
std::vector<std::int64_t> cuts_of(io::Comm const& comm, io::RowRange held, io::RowRange wanted) {
  std::vector<std::int64_t> cuts{0};
  for (std::int64_t const end : comm.gather_all(wanted.end())) {
    cuts.push_back(std::clamp(end - held.first, std::int64_t{0}, held.count));
  }
  if (cuts.back() != held.count) throw std::invalid_argument("realign: the wanted ranges do not cover all users");
  return cuts;
}

/// values[at[c]] .. values[at[c + 1]] for the cuts c of rank r go to rank r; what arrives, in order.
template <class T>
std::vector<T> move_parts(io::Comm const& comm, std::vector<T> const& values, std::vector<std::int64_t> const& at) {
  std::vector<std::vector<T>> outgoing;
  for (std::size_t r = 0; r + 1 < at.size(); ++r) {
    outgoing.emplace_back(values.begin() + at[r], values.begin() + at[r + 1]);
  }
  std::vector<T> arrived;
  for (std::vector<T> const& part : comm.exchange(outgoing)) arrived.insert(arrived.end(), part.begin(), part.end());
  return arrived;
}

/// The positions `start` of the cuts.
std::vector<std::int64_t> at_cuts(std::vector<std::int64_t> const& start, std::vector<std::int64_t> const& cuts) {
  std::vector<std::int64_t> at;
  for (std::int64_t const cut : cuts) at.push_back(start[static_cast<std::size_t>(cut)]);
  return at;
}

std::vector<std::int64_t> starts_of(std::vector<std::int64_t> const& lengths) {
  std::vector<std::int64_t> start(lengths.size() + 1, 0);
  std::partial_sum(lengths.begin(), lengths.end(), start.begin() + 1);
  return start;
}

std::vector<std::string> move_texts(io::Comm const& comm, std::vector<std::string> const& texts,
                                    std::vector<std::int64_t> const& cuts) {
  std::vector<std::int64_t> lengths;
  std::vector<char> letters;
  for (std::string const& text : texts) {
    lengths.push_back(static_cast<std::int64_t>(text.size()));
    letters.insert(letters.end(), text.begin(), text.end());
  }
  std::vector<char> const arrived = move_parts(comm, letters, at_cuts(starts_of(lengths), cuts));
  std::vector<std::string> result;
  std::size_t at = 0;
  for (std::int64_t const length : move_parts(comm, lengths, cuts)) {
    result.emplace_back(arrived.data() + at, static_cast<std::size_t>(length));
    at += static_cast<std::size_t>(length);
  }
  return result;
}

}  // namespace

Interactions realign(io::Comm const& comm, Interactions const& interactions, io::RowRange users) {
  std::vector<std::int64_t> const cuts = cuts_of(comm, interactions.users, users);
  std::vector<std::int64_t> const at = at_cuts(interactions.start, cuts);
  std::vector<std::int64_t> lengths(static_cast<std::size_t>(interactions.users.count));
  for (std::size_t u = 0; u < lengths.size(); ++u) lengths[u] = interactions.start[u + 1] - interactions.start[u];
  // A rank without pairs, or without users, has no values and ids of any kind.
  auto const has = [&](bool mine) { return comm.max(mine ? 1 : 0) == 1; };

  Interactions moved;
  moved.users = users;
  moved.items = interactions.items;
  moved.item_ids = interactions.item_ids;
  moved.start = starts_of(move_parts(comm, lengths, cuts));
  moved.item = move_parts(comm, interactions.item, at);
  if (has(!interactions.value.empty())) moved.value = move_parts(comm, interactions.value, at);
  if (has(!interactions.time.empty())) moved.time = move_parts(comm, interactions.time, at);
  if (has(!interactions.user_ids.integers.empty())) {
    moved.user_ids.integers = move_parts(comm, interactions.user_ids.integers, cuts);
  } else if (has(!interactions.user_ids.texts.empty())) {
    moved.user_ids.texts = move_texts(comm, interactions.user_ids.texts, cuts);
  }
  return moved;
}

Interactions in_terms_of(io::Comm const& comm, Interactions const& pairs, Interactions const& like) {
  IdColumn const mine = as_column(like.user_ids);
  std::array<IdColumn const*, 1> const columns{&mine};
  EntityIds const users = distinct_ids(comm, columns);
  GatherOptions options;
  options.items = &like.item_ids;
  options.users = &users;
  options.users_here = &like.users;
  return gather_interactions(comm, as_pairs(pairs), options);
}

Interactions without_pairs(Interactions const& pairs, Interactions const& others) {
  Interactions left;
  left.users = pairs.users;
  left.items = pairs.items;
  left.user_ids = pairs.user_ids;
  left.item_ids = pairs.item_ids;
  for (std::int64_t u = 0; u < pairs.users.count; ++u) {
    auto const theirs = others.items_of(u);
    for (std::int64_t at = pairs.start[static_cast<std::size_t>(u)]; at < pairs.start[static_cast<std::size_t>(u) + 1];
         ++at) {
      auto const i = static_cast<std::size_t>(at);
      if (std::binary_search(theirs.begin(), theirs.end(), pairs.item[i])) continue;
      left.item.push_back(pairs.item[i]);
      if (!pairs.value.empty()) left.value.push_back(pairs.value[i]);
      if (!pairs.time.empty()) left.time.push_back(pairs.time[i]);
    }
    left.start.push_back(left.size());
  }
  return left;
}

}  // namespace tidemill::drivers
