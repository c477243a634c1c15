#include "drivers/interactions/pair_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include "drivers/partition/balanced.hpp"
#include "drivers/partition/send_in_rounds.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::int64_t unknown_time = std::numeric_limits<std::int64_t>::min();

/// One pair on its way to the rank of its user.
struct TimedPair {
  std::int64_t user;
  std::int64_t order;
  std::int64_t time;
  std::int32_t item;
  float value;
};

EntityIds slice(EntityIds const& ids, io::RowRange const& range) {
  auto const part = [&](auto const& all) {
    using Values = std::remove_cvref_t<decltype(all)>;
    return all.empty() ? Values{} : Values(all.begin() + range.first, all.begin() + range.end());
  };
  return {part(ids.integers), part(ids.texts)};
}

/// Sorted by user, then item, then place in the files.
void sort_pairs(std::vector<TimedPair>& pairs) {
  std::sort(pairs.begin(), pairs.end(), [](TimedPair const& a, TimedPair const& b) {
    if (a.user != b.user) return a.user < b.user;
    return a.item != b.item ? a.item < b.item : a.order < b.order;
  });
}

/// Adds repeats to the first of their kind; the latest time stays. Returns how many there were.
std::int64_t merge_repeats(std::vector<TimedPair>& pairs) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    TimedPair* const last = kept > 0 ? &pairs[kept - 1] : nullptr;
    if (last != nullptr && last->user == pairs[i].user && last->item == pairs[i].item) {
      last->value += pairs[i].value;
      last->time = std::max(last->time, pairs[i].time);
      last->order = std::max(last->order, pairs[i].order);
    } else {
      pairs[kept++] = pairs[i];
    }
  }
  auto const repeated = static_cast<std::int64_t>(pairs.size() - kept);
  pairs.resize(kept);
  return repeated;
}

/// Sets the time of each pair to its place among the pairs of its user.
void number_in_order(std::vector<TimedPair>& pairs) {
  std::vector<TimedPair*> of_user;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    of_user.push_back(&pairs[i]);
    if (i + 1 < pairs.size() && pairs[i + 1].user == pairs[i].user) continue;
    std::sort(of_user.begin(), of_user.end(),
              [](TimedPair const* a, TimedPair const* b) { return a->order < b->order; });
    for (std::size_t place = 0; place < of_user.size(); ++place) {
      of_user[place]->time = static_cast<std::int64_t>(place);
    }
    of_user.clear();
  }
}

std::int64_t latest_time(io::Comm const& comm, PairRows const& rows) {
  std::int64_t latest = unknown_time;
  for (std::int64_t const time : rows.time) latest = std::max(latest, time);
  return std::max<std::int64_t>(comm.max(latest), 0);
}

/// Numbers of the ids of each row; -1: dropped.
struct PairNumbers {
  std::vector<std::int32_t> user, item;
};

/// The numbers of the column's ids, which are given up.
std::vector<std::int32_t> take_numbers(IdColumn& column, EntityIds const& ids, std::string const& kind) {
  if (ids.size() > std::numeric_limits<std::int32_t>::max()) {
    throw DataError(fmt::format("{} distinct {}; at most 2^31 - 1 can be numbered: split the files", ids.size(), kind));
  }
  std::vector<std::int64_t> const numbers = numbers_of(column, ids);
  column = {};
  return {numbers.begin(), numbers.end()};
}

/// Gives up the rows and their numbers, so that only what arrived is left.
std::vector<TimedPair> move_to_owners(io::Comm const& comm, PairRows&& given, PairNumbers&& given_numbers,
                                      std::vector<std::int64_t> const& cuts) {
  PairRows const rows = std::move(given);
  PairNumbers const numbers = std::move(given_numbers);
  std::vector<std::int32_t> const &user = numbers.user, &item = numbers.item;
  std::int64_t const latest = latest_time(comm, rows);
  auto const owner = [&](std::int64_t row) {
    auto const i = static_cast<std::size_t>(row);
    return user[i] < 0 || item[i] < 0 ? -1 : part_of(cuts, user[i]);
  };
  auto const pair = [&](std::int64_t row) {
    auto const i = static_cast<std::size_t>(row);
    bool const is_known = !rows.time.empty() && rows.time[i] != unknown_time;
    return TimedPair{user[i], rows.order[i], is_known ? rows.time[i] : latest, item[i],
                     rows.value.empty() ? 1.0F : rows.value[i]};
  };
  return send_in_rounds<TimedPair>(comm, static_cast<std::int64_t>(user.size()), owner, pair);
}

std::vector<std::int64_t> cuts_at(io::Comm const& comm, io::RowRange const& mine) {
  std::vector<std::int64_t> cuts{0};
  for (std::int64_t const end : comm.gather_all(mine.end())) cuts.push_back(end);
  return cuts;
}

Interactions as_interactions(std::vector<TimedPair> const& pairs, io::RowRange users, bool has_value, bool has_time) {
  Interactions result;
  result.users = users;
  result.start.assign(static_cast<std::size_t>(users.count) + 1, 0);
  result.item.reserve(pairs.size());
  result.value.reserve(has_value ? pairs.size() : 0);
  result.time.reserve(has_time ? pairs.size() : 0);
  for (TimedPair const& pair : pairs) {
    ++result.start[static_cast<std::size_t>(pair.user - users.first) + 1];
    result.item.push_back(pair.item);
    if (has_value) result.value.push_back(pair.value);
    if (has_time) result.time.push_back(pair.time);
  }
  std::partial_sum(result.start.begin(), result.start.end(), result.start.begin());
  return result;
}

template <class Value>
void take_or_append(std::vector<Value>& values, std::vector<Value> more) {
  if (values.empty()) {
    values = std::move(more);
  } else {
    values.insert(values.end(), more.begin(), more.end());
  }
}

/// Rows of only one of the two lack the values: they get `filler`.
template <class Value>
void append_values(std::vector<Value>& values, std::int64_t size, std::vector<Value> more, std::int64_t more_size,
                   Value filler) {
  if (values.empty() && more.empty()) return;
  values.resize(static_cast<std::size_t>(size), filler);
  more.resize(static_cast<std::size_t>(more_size), filler);
  take_or_append(values, std::move(more));
}

}  // namespace

void append_pairs(PairRows& rows, PairRows more, std::int64_t shift) {
  append_values(rows.value, rows.size(), std::move(more.value), more.size(), 1.0F);
  append_values(rows.time, rows.size(), std::move(more.time), more.size(), unknown_time);
  append_ids(rows.user, std::move(more.user));
  append_ids(rows.item, std::move(more.item));
  append_ids(rows.users_alone, std::move(more.users_alone));
  for (std::int64_t& order : more.order) order += shift;
  take_or_append(rows.order, std::move(more.order));
}

PairRows as_pairs(Interactions const& interactions) {
  PairRows rows;
  rows.users_alone = as_column(interactions.user_ids);
  IdColumn const items = as_column(interactions.item_ids);
  rows.user.is_text = rows.users_alone.is_text;
  rows.user.dictionary = rows.users_alone.dictionary;
  rows.item.is_text = items.is_text;
  rows.item.dictionary = items.dictionary;
  for (std::int64_t u = 0; u < interactions.users.count; ++u) {
    for (std::int32_t const i : interactions.items_of(u)) {
      if (rows.user.is_text) {
        rows.user.codes.push_back(static_cast<std::int32_t>(u));
      } else {
        rows.user.integers.push_back(interactions.user_ids.integers[static_cast<std::size_t>(u)]);
      }
      if (rows.item.is_text) {
        rows.item.codes.push_back(i);
      } else {
        rows.item.integers.push_back(interactions.item_ids.integers[static_cast<std::size_t>(i)]);
      }
    }
  }
  rows.value = interactions.value;
  rows.time = interactions.time;
  rows.order.resize(interactions.item.size());
  std::iota(rows.order.begin(), rows.order.end(), std::int64_t{0});
  return rows;
}

Interactions gather_interactions(io::Comm const& comm, PairRows rows, GatherOptions const& options,
                                 GatherCounts* counts) {
  std::array<IdColumn const*, 1> const item_columns{&rows.item};
  std::array<IdColumn const*, 2> const user_columns{&rows.user, &rows.users_alone};
  EntityIds const items = options.items != nullptr ? *options.items : distinct_ids(comm, item_columns);
  EntityIds const users = options.users != nullptr ? *options.users : distinct_ids(comm, user_columns);
  PairNumbers numbers;
  numbers.item = take_numbers(rows.item, items, "items");
  numbers.user = take_numbers(rows.user, users, "users");
  std::vector<std::int64_t> pairs_of(static_cast<std::size_t>(users.size()), 0);
  std::array<std::int64_t, 3> dropped{0, 0, 0};
  for (std::size_t i = 0; i < numbers.user.size(); ++i) {
    std::int32_t const user = numbers.user[i], item = numbers.item[i];
    if (user >= 0 && item >= 0) ++pairs_of[static_cast<std::size_t>(user)];
    if (item < 0) {
      ++dropped[0];
    } else if (user < 0) {
      ++dropped[1];
    }
  }
  comm.sum(std::span<std::int64_t>(pairs_of));
  std::vector<std::int64_t> const cuts =
      options.users_here == nullptr ? balanced_cuts(pairs_of, comm.size()) : cuts_at(comm, *options.users_here);

  bool const has_value = comm.max(rows.value.empty() ? 0 : 1) == 1;
  bool const has_time = comm.max(rows.time.empty() ? 0 : 1) == 1;
  std::vector<TimedPair> pairs = move_to_owners(comm, std::move(rows), std::move(numbers), cuts);
  sort_pairs(pairs);
  dropped[2] = merge_repeats(pairs);
  if (options.ordered) number_in_order(pairs);
  Interactions result = as_interactions(pairs, piece_of(cuts, comm.rank()), has_value, has_time || options.ordered);
  result.items = items.size();
  result.item_ids = items;
  result.user_ids = slice(users, result.users);
  comm.sum(std::span<std::int64_t>(dropped));
  if (counts != nullptr) *counts = {dropped[2], dropped[0], dropped[1]};
  return result;
}

}  // namespace tidemill::drivers
