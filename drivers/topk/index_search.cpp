#include "drivers/topk/index_search.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "drivers/topk/index_build.hpp"
#include "io/error.hpp"
#include "kernels/topk/clusters.hpp"
#include "kernels/topk/search.hpp"

namespace tidemill::drivers {
namespace {

VectorNames names_in(io::PartialFile const& file, std::int64_t count) {
  VectorNames names;
  if (!file.has("index/ids")) {
    names.counted = count;
  } else if (file.holds_texts("index/ids")) {
    names.texts = file.read_texts("index/ids");
  } else {
    names.integers = file.read_all<std::int64_t>("index/ids");
  }
  if (names.size() == count) return names;
  throw DataError(fmt::format("{}: expected one id per vector in 'index/ids', {} in all; found {}",
                              file.path().string(), count, names.size()));
}

}  // namespace

VectorIndex::VectorIndex(std::filesystem::path const& path) : file_(path) {
  if (!file_.has("index/lists")) {
    throw DataError(
        fmt::format("{}: expected an index (tidemill index makes one); found no group 'index'", path.string()));
  }
  similarity_ = similarity_of(file_.text_attribute("index", "similarity"));
  count_ = file_.integer_attribute("index", "vectors");
  width_ = static_cast<std::int32_t>(file_.row_width("index/centroids"));
  centroids_ = file_.read_all<float>("index/centroids");
  start_ = file_.read_all<std::int64_t>("index/start");
  item_ = file_.read_all<std::int32_t>("index/item");
  names_ = names_in(file_, count_);
}

std::vector<float> VectorIndex::vector(std::int64_t number) {
  std::int64_t const position = file_.read_rows<std::int32_t>("index/position", number, 1)[0];
  // The list that holds the position: empty lists before it start there too.
  std::int64_t const list = std::upper_bound(start_.begin(), start_.end(), position) - start_.begin() - 1;
  return file_.read_rows<float>(list_name(list), position - start_[static_cast<std::size_t>(list)], 1);
}

kernels::TopLists VectorIndex::search(kernels::VectorRows const& queries, std::int32_t k, std::int64_t probes,
                                      std::vector<std::int32_t> const& skipped) {
  if (k < 1 || probes < 1) {
    throw ConfigError(fmt::format("expected --k and --probes of 1 or more; found {} and {}", k, probes));
  }
  if (queries.width != width_) {
    throw ConfigError(fmt::format("{}: expected queries of {} numbers, as the index has; found {}",
                                  file_.path().string(), width_, queries.width));
  }
  std::vector<float> const units =
      similarity_ == Similarity::cosine
          ? kernels::unit_rows(queries)
          : std::vector<float>(queries.values, queries.values + queries.count * queries.width);
  kernels::VectorRows const rows{units.data(), queries.count, width_};
  auto const looked_at = static_cast<std::int32_t>(std::min(probes, lists()));
  kernels::TopLists const probed = kernels::ExactSearch({centroids_.data(), lists(), width_}).top_k(rows, looked_at);

  // List by list, so that each is read once for all queries that look at it.
  std::vector<std::pair<std::int32_t, std::int64_t>> visits;
  for (std::size_t i = 0; i < probed.item.size(); ++i) {
    visits.emplace_back(probed.item[i], static_cast<std::int64_t>(i) / looked_at);
  }
  std::sort(visits.begin(), visits.end());
  std::vector<std::vector<kernels::ScoredItem>> found(static_cast<std::size_t>(queries.count));
  std::vector<float> values;
  for (std::size_t v = 0; v < visits.size(); ++v) {
    auto const list = static_cast<std::size_t>(visits[v].first);
    std::int64_t const first = start_[list], count = start_[list + 1] - first;
    if (count == 0) continue;
    if (v == 0 || visits[v].first != visits[v - 1].first) {
      values = file_.read_rows<float>(list_name(visits[v].first), 0, count);
    }
    auto const query = static_cast<std::size_t>(visits[v].second);
    auto const item = std::span(item_).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
    kernels::add_list({values.data(), count, width_}, item, rows.row(visits[v].second), k,
                      skipped.empty() ? -1 : skipped[query], found[query]);
  }
  std::size_t const size = found.size() * static_cast<std::size_t>(k);
  kernels::TopLists result{k, std::vector<std::int32_t>(size), std::vector<float>(size)};
  for (std::size_t q = 0; q < found.size(); ++q) kernels::write_list(found[q], static_cast<std::int64_t>(q), result);
  return result;
}

}  // namespace tidemill::drivers
