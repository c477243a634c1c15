#include "drivers/topk/index_build.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "io/error.hpp"
#include "kernels/random/philox.hpp"
#include "kernels/topk/clusters.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::uint32_t sample_purpose = 0x1f1;

/// The `count` vectors with the smallest random numbers, smallest first; the same on every rank.
std::vector<std::int64_t> draw_sample(std::int64_t total, std::int64_t count, std::uint64_t seed) {
  std::vector<std::pair<std::uint64_t, std::int64_t>> keys;
  for (std::int64_t i = 0; i < total; ++i) {
    auto const draw = kernels::Philox::block(seed, static_cast<std::uint64_t>(i), 0, sample_purpose);
    keys.emplace_back(static_cast<std::uint64_t>(draw.word[0]) << 32 | draw.word[1], i);
  }
  std::partial_sort(keys.begin(), keys.begin() + count, keys.end());
  std::vector<std::int64_t> sample;
  for (std::int64_t i = 0; i < count; ++i) sample.push_back(keys[static_cast<std::size_t>(i)].second);
  return sample;
}

struct Training {
  std::vector<float> mine;       ///< this rank's vectors of the sample
  std::vector<float> centroids;  ///< the first vectors of the sample
};

Training gather_training(io::Comm const& comm, kernels::VectorRows const& rows, io::RowRange const& range,
                         std::vector<std::int64_t> const& sample, std::int64_t lists) {
  auto const width = static_cast<std::size_t>(rows.width);
  Training training;
  std::vector<std::int64_t> places;
  std::vector<float> firsts;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    if (sample[i] < range.first || sample[i] >= range.end()) continue;
    float const* const row = rows.row(sample[i] - range.first);
    training.mine.insert(training.mine.end(), row, row + width);
    if (static_cast<std::int64_t>(i) >= lists) continue;
    places.push_back(static_cast<std::int64_t>(i));
    firsts.insert(firsts.end(), row, row + width);
  }
  places = comm.gather_all(std::span<std::int64_t const>(places));
  firsts = comm.gather_all(std::span<float const>(firsts));
  training.centroids.resize(static_cast<std::size_t>(lists) * width);
  for (std::size_t i = 0; i < places.size(); ++i) {
    std::copy_n(firsts.data() + i * width, width,
                training.centroids.data() + static_cast<std::size_t>(places[i]) * width);
  }
  return training;
}

void sweep(io::Comm const& comm, kernels::VectorRows const& sample, int shift, std::vector<float>& centroids) {
  auto const width = static_cast<std::size_t>(sample.width);
  std::size_t const lists = centroids.size() / width;
  std::vector<std::int64_t> sums(centroids.size()), counts(lists);
  std::vector<std::int32_t> const cluster = kernels::nearest_centroids(
      sample, {centroids.data(), static_cast<std::int64_t>(lists), static_cast<std::int32_t>(width)});
  kernels::add_members(sample, cluster, shift, sums, counts);
  comm.sum(std::span(sums));
  comm.sum(std::span(counts));
  for (std::size_t list = 0; list < lists; ++list) {
    if (counts[list] == 0) continue;
    for (std::size_t i = list * width; i < (list + 1) * width; ++i) {
      double const mean = static_cast<double>(sums[i]) / static_cast<double>(counts[list]);
      centroids[i] = static_cast<float>(std::ldexp(mean, -shift));
    }
  }
}

float largest_of(io::Comm const& comm, std::vector<float> const& values) {
  float largest = 0;
  for (float const value : values) largest = std::max(largest, std::abs(value));
  return comm.max(largest);
}

/// Sends every vector to the rank that holds its position: lists ascending, within a list by number.
void place_vectors(io::Comm const& comm, kernels::VectorRows const& rows, io::RowRange const& range,
                   std::vector<std::int32_t> const& cluster, VectorLists& lists) {
  auto const count = static_cast<std::size_t>(lists.start.size() - 1);
  auto const width = static_cast<std::size_t>(rows.width);
  std::vector<std::int64_t> mine(count);
  for (std::int32_t const c : cluster) ++mine[static_cast<std::size_t>(c)];
  std::vector<std::int64_t> const all = comm.gather_all(std::span<std::int64_t const>(mine));
  std::vector<std::int64_t> next(count);
  for (std::size_t list = 0; list < count; ++list) {
    std::int64_t total = 0;
    for (int r = 0; r < comm.size(); ++r) {
      if (r == comm.rank()) next[list] = lists.start[list] + total;
      total += all[static_cast<std::size_t>(r) * count + list];
    }
    lists.start[list + 1] = lists.start[list] + total;
  }
  lists.positions = io::even_share(range.total, comm.rank(), comm.size());
  std::vector<std::int64_t> ends;
  for (int r = 0; r < comm.size(); ++r) ends.push_back(io::even_share(range.total, r, comm.size()).end());
  auto const ranks = static_cast<std::size_t>(comm.size());
  std::vector<std::vector<std::int64_t>> numbers(ranks);  // position, item
  std::vector<std::vector<float>> values(ranks);
  for (std::int64_t row = 0; row < rows.count; ++row) {
    std::int64_t const position = next[static_cast<std::size_t>(cluster[static_cast<std::size_t>(row)])]++;
    auto const to = static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), position) - ends.begin());
    numbers[to].push_back(position);
    numbers[to].push_back(range.first + row);
    values[to].insert(values[to].end(), rows.row(row), rows.row(row) + width);
  }
  numbers = comm.exchange(numbers);
  values = comm.exchange(values);
  lists.item.resize(static_cast<std::size_t>(lists.positions.count));
  lists.values.resize(lists.item.size() * width);
  for (std::size_t r = 0; r < ranks; ++r) {
    for (std::size_t i = 0; i < numbers[r].size() / 2; ++i) {
      auto const at = static_cast<std::size_t>(numbers[r][2 * i] - lists.positions.first);
      lists.item[at] = static_cast<std::int32_t>(numbers[r][2 * i + 1]);
      std::copy_n(values[r].data() + i * width, width, lists.values.data() + at * width);
    }
  }
}

}  // namespace

VectorLists build_lists(io::Comm const& comm, VectorSet const& set, IndexParams const& params) {
  std::int64_t const total = set.rows.total;
  std::int64_t lists = params.lists;
  if (lists == 0) lists = std::llround(std::sqrt(static_cast<double>(total)));
  lists = std::max<std::int64_t>(lists, 1);
  if (params.lists < 0 || (params.lists > total && total > 0) || params.sweeps < 0 || params.sample_per_list < 1) {
    throw ConfigError(fmt::format(
        "expected --lists from 1 to the {} vectors (0: chosen), --sweeps of 0 or more and --sample-per-list of 1 or "
        "more; found {}, {} and {}",
        total, params.lists, params.sweeps, params.sample_per_list));
  }
  if (total == 0) throw DataError("expected at least one vector to index; found none");
  std::vector<float> const units =
      params.similarity == Similarity::cosine ? kernels::unit_rows(set.mine()) : set.values;
  kernels::VectorRows const rows{units.data(), set.rows.count, set.width};
  std::vector<std::int64_t> const sample =
      draw_sample(total, std::min(total, lists * params.sample_per_list), params.seed);
  Training training = gather_training(comm, rows, set.rows, sample, lists);
  auto const width = static_cast<std::size_t>(set.width);
  kernels::VectorRows const mine{training.mine.data(), static_cast<std::int64_t>(training.mine.size() / width),
                                 set.width};
  int const shift = kernels::shift_for(largest_of(comm, units), static_cast<std::int64_t>(sample.size()));
  for (int i = 0; i < params.sweeps; ++i) sweep(comm, mine, shift, training.centroids);

  VectorLists result;
  result.similarity = params.similarity;
  result.width = set.width;
  result.centroids = std::move(training.centroids);
  result.start.resize(static_cast<std::size_t>(lists) + 1);
  std::vector<std::int32_t> const cluster =
      kernels::nearest_centroids(rows, {result.centroids.data(), lists, set.width});
  place_vectors(comm, rows, set.rows, cluster, result);
  return result;
}

std::string list_name(std::int64_t list) { return fmt::format("index/lists/{}", list); }

void save_lists(io::Comm const& comm, io::Hdf5File& file, VectorLists const& lists, VectorNames const& names) {
  std::int64_t const total = lists.positions.total;
  file.create_group("index");
  file.set_attribute("index", "similarity", name_of(lists.similarity));
  file.set_attribute("index", "vectors", total);
  auto const count = static_cast<std::int64_t>(lists.start.size()) - 1;
  io::RowRange const mine = io::even_share(count, comm.rank(), comm.size());
  file.write_rows("index/centroids",
                  std::span<float const>(lists.centroids)
                      .subspan(static_cast<std::size_t>(mine.first * lists.width),
                               static_cast<std::size_t>(mine.count * lists.width)),
                  mine, lists.width);
  file.write_all("index/start", lists.start);
  file.write_rows("index/item", std::span<std::int32_t const>(lists.item), lists.positions);
  for (std::size_t list = 0; list + 1 < lists.start.size(); ++list) {
    std::int64_t const first = std::clamp(lists.positions.first, lists.start[list], lists.start[list + 1]);
    std::int64_t const end = std::clamp(lists.positions.end(), lists.start[list], lists.start[list + 1]);
    io::RowRange const part{first - lists.start[list], end - first, lists.start[list + 1] - lists.start[list]};
    file.write_rows(list_name(static_cast<std::int64_t>(list)),
                    part.count == 0
                        ? std::span<float const>()
                        : std::span<float const>(lists.values)
                              .subspan(static_cast<std::size_t>((first - lists.positions.first) * lists.width),
                                       static_cast<std::size_t>(part.count * lists.width)),
                    part, lists.width);
  }
  std::vector<std::int32_t> const item = comm.gather_all(std::span<std::int32_t const>(lists.item));
  std::vector<std::int32_t> position(item.size());
  for (std::size_t i = 0; i < item.size(); ++i) {
    position[static_cast<std::size_t>(item[i])] = static_cast<std::int32_t>(i);
  }
  io::RowRange const by_root{0, comm.is_root() ? total : 0, total};
  file.write_rows("index/position",
                  std::span<std::int32_t const>(position).first(static_cast<std::size_t>(by_root.count)), by_root);
  bool is_counted = !names.are_texts();
  for (std::int64_t i = 0; i < names.size() && is_counted; ++i) is_counted = names.integer(i) == i;
  if (!is_counted) write_names(file, "index/ids", names);
}

}  // namespace tidemill::drivers
