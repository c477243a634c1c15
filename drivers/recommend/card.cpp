#include "drivers/recommend/card.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "drivers/partition/balanced.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

std::string card_at(std::string const& group, char const* name) { return group + "/" + name; }

/// All ranks' texts, in rank order, on every rank.
std::vector<std::string> all_texts(io::Comm const& comm, std::vector<std::string> const& mine) {
  std::string packed;
  for (std::string const& text : mine) packed += fmt::format("{}:{}", text.size(), text);
  std::vector<std::string> all;
  for (std::string const& part : comm.gather_all_texts(packed)) {
    for (std::size_t from = 0; from < part.size();) {
      std::size_t const colon = part.find(':', from);
      std::size_t const length = std::stoul(part.substr(from, colon - from));
      all.push_back(part.substr(colon + 1, length));
      from = colon + 1 + length;
    }
  }
  return all;
}

void save_users(io::Comm const& comm, io::Hdf5File& file, Interactions const& histories, std::string const& group) {
  EntityIds const& ids = histories.user_ids;
  if (comm.max(ids.texts.empty() ? 0 : 1) == 1) {
    file.write_texts(card_at(group, "users/ids"), all_texts(comm, ids.texts));
  } else {
    file.write_rows(card_at(group, "users/ids"), std::span<std::int64_t const>(ids.integers), histories.users);
  }
}

EntityIds load_ids(io::Hdf5File& file, std::string const& name, std::string const& kind, io::RowRange rows) {
  std::int64_t const found = file.row_count(name);
  if (found != rows.total) {
    throw DataError(fmt::format("{}: {} has {} names, expected {}; train the model again", file.path().string(), name,
                                found, rows.total));
  }
  EntityIds ids;
  if (kind == "integer") {
    ids.integers = file.read_rows<std::int64_t>(name, rows.first, rows.count);
  } else {
    std::vector<std::string> const all = file.read_texts(name);
    ids.texts.assign(all.begin() + rows.first, all.begin() + rows.end());
  }
  return ids;
}

/// Where each user's pairs begin.
std::vector<std::int64_t> load_starts(io::Hdf5File& file, std::string const& group, std::int64_t items) {
  std::vector<std::int64_t> start = file.read_all<std::int64_t>(card_at(group, "histories/start"));
  bool const fits = items >= 0 && !start.empty() && start.front() == 0 && std::ranges::is_sorted(start) &&
                    start.back() == file.row_count(card_at(group, "histories/item"));
  if (!fits) throw DataError(file.path().string() + ": the histories do not fit together; train the model again");
  return start;
}

}  // namespace

void save_recommender_card(io::Comm const& comm, io::Hdf5File& file, RecommenderCard const& card,
                           std::string const& group) {
  Interactions const& histories = card.histories;
  for (std::string const& name :
       {group, card_at(group, "users"), card_at(group, "items"), card_at(group, "histories")}) {
    file.create_group(name);
  }
  bool const text_users = comm.max(histories.user_ids.texts.empty() ? 0 : 1) == 1;
  file.set_attribute(group, "kind", card.kind);
  file.set_attribute(group, "options", card.options);
  if (!card.parent.empty()) file.set_attribute(group, "parent", card.parent);
  file.set_attribute(group, "users", histories.users.total);
  file.set_attribute(group, "items", histories.items);
  file.set_attribute(group, "user_ids", std::string(text_users ? "text" : "integer"));
  file.set_attribute(group, "item_ids", std::string(histories.item_ids.texts.empty() ? "integer" : "text"));
  save_users(comm, file, histories, group);
  if (histories.item_ids.texts.empty()) {
    file.write_all(card_at(group, "items/ids"), histories.item_ids.integers);
  } else {
    file.write_texts(card_at(group, "items/ids"), histories.item_ids.texts);
  }

  io::RowRange const pairs = io::range_of_part(comm, histories.size());
  bool const is_last = comm.rank() + 1 == comm.size();
  std::vector<std::int64_t> start;
  for (std::size_t u = 0; u + 1 < histories.start.size() || (is_last && u < histories.start.size()); ++u) {
    start.push_back(pairs.first + histories.start[u]);
  }
  file.write_rows(card_at(group, "histories/start"), std::span<std::int64_t const>(start),
                  io::range_of_part(comm, static_cast<std::int64_t>(start.size())));
  file.write_rows(card_at(group, "histories/item"), std::span<std::int32_t const>(histories.item), pairs);
  if (comm.max(histories.value.empty() ? 0 : 1) == 1) {
    file.write_rows(card_at(group, "histories/value"), std::span<float const>(histories.value), pairs);
  }
  if (comm.max(histories.time.empty() ? 0 : 1) == 1) {
    file.write_rows(card_at(group, "histories/time"), std::span<std::int64_t const>(histories.time), pairs);
  }
}

RecommenderCard load_recommender_card(io::Comm const& comm, io::Hdf5File& file, std::string const& group) {
  if (!file.has(group)) {
    throw DataError(file.path().string() +
                    ": is no recommender; train one with --model popularity, itemknn, ease, ials, ...");
  }
  RecommenderCard card;
  card.kind = file.text_attribute(group, "kind");
  card.options = file.text_attribute(group, "options");
  if (file.has_attribute(group, "parent")) card.parent = file.text_attribute(group, "parent");
  Interactions& histories = card.histories;
  histories.items = file.integer_attribute(group, "items");
  std::vector<std::int64_t> const start = load_starts(file, group, histories.items);
  std::vector<std::int64_t> weights;
  for (std::size_t u = 0; u + 1 < start.size(); ++u) weights.push_back(start[u + 1] - start[u]);
  histories.users = piece_of(balanced_cuts(weights, comm.size()), comm.rank());
  histories.user_ids =
      load_ids(file, card_at(group, "users/ids"), file.text_attribute(group, "user_ids"), histories.users);
  histories.item_ids = load_ids(file, card_at(group, "items/ids"), file.text_attribute(group, "item_ids"),
                                {0, histories.items, histories.items});

  std::int64_t const first = start[static_cast<std::size_t>(histories.users.first)];
  std::int64_t const count = start[static_cast<std::size_t>(histories.users.end())] - first;
  histories.start.clear();
  for (std::int64_t u = histories.users.first; u <= histories.users.end(); ++u) {
    histories.start.push_back(start[static_cast<std::size_t>(u)] - first);
  }
  histories.item = file.read_rows<std::int32_t>(card_at(group, "histories/item"), first, count);
  agree(comm, "read " + file.path().string(), [&] {
    bool const are_known =
        std::ranges::all_of(histories.item, [&](std::int32_t item) { return item >= 0 && item < histories.items; });
    if (!are_known) {
      throw DataError(file.path().string() + ": a history names an item that is none; train the model again");
    }
  });
  if (file.has(card_at(group, "histories/value")))
    histories.value = file.read_rows<float>(card_at(group, "histories/value"), first, count);
  if (file.has(card_at(group, "histories/time")))
    histories.time = file.read_rows<std::int64_t>(card_at(group, "histories/time"), first, count);
  return card;
}

}  // namespace tidemill::drivers
