#include <gtest/gtest.h>

#include <limits>
#include <numeric>

#include "drivers/topk/index_build.hpp"
#include "drivers/topk/index_search.hpp"
#include "drivers/topk/nearest.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/store/posix.hpp"
#include "tests/reference/top_k.hpp"
#include "tests/support/digest_of_table.hpp"
#include "tests/support/random_vectors.hpp"

namespace tidemill::drivers {
namespace {

using tests::RandomVectors;
using tests::ScratchFolder;
using tests::world;

VectorSet share_of(io::Comm const& comm, RandomVectors const& all) {
  VectorSet set;
  set.rows = io::even_share(all.count, comm.rank(), comm.size());
  set.width = all.width;
  set.values.assign(all.values.begin() + set.rows.first * all.width, all.values.begin() + set.rows.end() * all.width);
  set.names.integers.resize(static_cast<std::size_t>(all.count));
  std::iota(set.names.integers.begin(), set.names.integers.end(), std::int64_t{0});
  return set;
}

void write_vectors(std::filesystem::path const& path, RandomVectors const& all, VectorNames const& names) {
  io::Hdf5File file = io::Hdf5File::create(world(), path);
  VectorSet const set = share_of(world(), all);
  file.write_rows("vectors", std::span<float const>(set.values), set.rows, all.width);
  if (names.size() > 0) write_names(file, "ids", names);
  file.close();
}

/// Every vector's neighbours by sorting all scores.
kernels::TopLists expected_lists(RandomVectors const& all, std::int32_t k, io::RowRange const& rows) {
  std::vector<std::int64_t> start(static_cast<std::size_t>(rows.count) + 1);
  std::vector<std::int32_t> self(static_cast<std::size_t>(rows.count));
  std::iota(start.begin(), start.end(), std::int64_t{0});
  std::iota(self.begin(), self.end(), static_cast<std::int32_t>(rows.first));
  kernels::VectorRows const mine{all.rows().row(rows.first), rows.count, all.width};
  return tests::reference::top_k(all.rows(), mine, k, {start, self});
}

TEST(NearestVectors, EqualsSortingAllScoresForAnySpread) {
  for (std::int64_t const count : {1, 3, 50, 231}) {
    RandomVectors all(count, 18, 21);
    if (count > 10) std::copy_n(all.row(4), 18, all.row(9));
    VectorSet const set = share_of(world(), all);
    for (Spread const spread : {Spread::queries, Spread::items}) {
      for (std::int32_t const k : {1, 60}) {
        kernels::TopLists const expected = expected_lists(all, k, set.rows);
        kernels::TopLists const found = nearest_vectors(world(), set, k, Similarity::inner_product, spread);
        EXPECT_EQ(found.item, expected.item);
        EXPECT_EQ(found.score, expected.score);
      }
    }
  }
}

TEST(NearestVectors, OfOtherVectorsEqualSortingAllScores) {
  RandomVectors const items(90, 18, 25);
  VectorSet const set = share_of(world(), items);
  for (std::int64_t const count : {0, 1, 47}) {
    RandomVectors all(count, 18, 26);
    if (count > 10) std::copy_n(items.rows().row(4), 18, all.row(9));  // an item as a query finds itself
    VectorSet const queries = share_of(world(), all);
    kernels::VectorRows const mine = queries.mine();
    kernels::TopLists const expected = tests::reference::top_k(items.rows(), mine, 7, {});
    for (Spread const spread : {Spread::queries, Spread::items}) {
      kernels::TopLists const found = nearest_vectors(world(), set, queries, 7, Similarity::inner_product, spread);
      EXPECT_EQ(found.item, expected.item);
      EXPECT_EQ(found.score, expected.score);
    }
  }
  VectorSet const narrow = share_of(world(), RandomVectors(3, 17, 27));
  EXPECT_THROW(nearest_vectors(world(), set, narrow, 7, Similarity::cosine, Spread::queries), DataError);
}

TEST(NearestVectors, CosineIgnoresLengths) {
  RandomVectors const plain(200, 12, 22);
  RandomVectors scaled = plain;
  for (std::int64_t row = 0; row < scaled.count; ++row) {
    // Powers of two: the scaled vectors have exactly the same direction.
    for (std::int32_t i = 0; i < 12; ++i) scaled.row(row)[i] *= static_cast<float>(1 << row % 5);
  }
  EXPECT_EQ(nearest_vectors(world(), share_of(world(), scaled), 10, Similarity::cosine, Spread::queries).item,
            nearest_vectors(world(), share_of(world(), plain), 10, Similarity::cosine, Spread::items).item);
}

TEST(NearestVectors, TableIsTheSameForAnyNumberOfRanks) {
  RandomVectors const all(77, 9, 23);
  EXPECT_TRUE(tests::same_on_any_number_of_ranks([&](io::Comm const& comm) {
    VectorSet const set = share_of(comm, all);
    std::vector<std::int64_t> query(static_cast<std::size_t>(set.rows.count));
    std::iota(query.begin(), query.end(), set.rows.first);
    return neighbour_table(comm, query, set.names, nearest_vectors(comm, set, 5, Similarity::cosine, Spread::items),
                           set.names);
  }));
}

TEST(ReadVectors, ReadsIdsAndRefusesWhatIsNoVector) {
  ScratchFolder const folder;
  RandomVectors all(40, 6, 24);
  VectorNames names;
  for (int i = 0; i < 40; ++i) names.texts.push_back("asset " + std::to_string(i));
  write_vectors(folder / "named.h5", all, names);
  VectorSet const set = read_vectors(world(), folder / "named.h5");
  EXPECT_EQ(set.values, share_of(world(), all).values);
  EXPECT_EQ(set.names.texts, names.texts);
  EXPECT_EQ(set.names.find("asset 17"), 17);
  EXPECT_EQ(set.names.find("asset 40"), -1);

  names.texts.pop_back();
  write_vectors(folder / "short.h5", all, names);
  EXPECT_THROW(read_vectors(world(), folder / "short.h5"), DataError);
  for (float const bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    RandomVectors broken = all;
    broken.row(33)[5] = bad;
    write_vectors(folder / "broken.h5", broken, {});
    try {
      read_vectors(world(), folder / "broken.h5");
      FAIL() << "accepted a number that is not finite";
    } catch (Error const& error) {
      EXPECT_EQ(error.code(), ExitCode::bad_data);
      EXPECT_NE(std::string(error.what()).find("id 33"), std::string::npos) << error.what();
    }
  }
  io::Hdf5File other = io::Hdf5File::create(world(), folder / "other.h5");
  other.write_all("numbers", std::vector<float>{1, 2, 3});
  other.close();
  EXPECT_THROW(read_vectors(world(), folder / "other.h5"), DataError);
  EXPECT_THROW(VectorIndex{folder / "other.h5"}, DataError);
}

std::string index_digest(io::Comm const& comm, RandomVectors const& all, IndexParams const& params,
                         std::filesystem::path const& path) {
  VectorSet const set = share_of(comm, all);
  VectorLists const lists = build_lists(comm, set, params);
  return io::commit_hdf5(comm, path, {"index", "", 1, {}},
                         [&](io::Hdf5File& file) { save_lists(comm, file, lists, set.names); });
}

TEST(VectorIndex, IsTheSameForAnyNumberOfRanks) {
  ScratchFolder const folder;
  RandomVectors const all(701, 16, 25);
  IndexParams params;
  params.lists = 5;
  params.sample_per_list = 30;
  params.sweeps = 3;
  std::string const together = index_digest(world(), all, params, folder / "together.h5");
  std::string alone;
  if (world().is_root()) alone = index_digest(io::Comm::self(), all, params, folder / "alone.h5");
  EXPECT_EQ(world().broadcast(alone), together);
}

TEST(VectorIndex, IsExactWhenAllListsAreLookedAtAndCloseWithFew) {
  ScratchFolder const folder;
  // Twenty groups of vectors around common centres.
  RandomVectors all(600, 16, 26);
  RandomVectors const centres(20, 16, 27);
  for (std::int64_t row = 0; row < all.count; ++row) {
    for (std::int32_t i = 0; i < 16; ++i) all.row(row)[i] = .3f * all.row(row)[i] + centres.rows().row(row % 20)[i];
  }
  for (Similarity const similarity : {Similarity::cosine, Similarity::inner_product}) {
    IndexParams params;
    params.similarity = similarity;
    params.lists = 8;
    params.sweeps = 4;
    index_digest(world(), all, params, folder / "index.h5");
    VectorIndex index(folder / "index.h5");
    EXPECT_EQ(index.lists(), 8);
    EXPECT_EQ(index.count(), 600);
    VectorSet const set = share_of(world(), all);
    kernels::TopLists const exact = nearest_vectors(world(), set, 8, similarity, Spread::queries);
    std::vector<std::int32_t> self(static_cast<std::size_t>(set.rows.count));
    std::iota(self.begin(), self.end(), static_cast<std::int32_t>(set.rows.first));
    kernels::TopLists const full = index.search(set.mine(), 8, 8, self);
    EXPECT_EQ(full.item, exact.item);
    EXPECT_EQ(full.score, exact.score);
    kernels::TopLists const few = index.search(set.mine(), 8, 3, self);
    std::int64_t hits = 0;
    for (std::size_t q = 0; q < self.size(); ++q) {
      for (std::size_t i = q * 8; i < q * 8 + 8; ++i) {
        hits += std::count(few.item.begin() + static_cast<std::ptrdiff_t>(q * 8),
                           few.item.begin() + static_cast<std::ptrdiff_t>(q * 8 + 8), exact.item[i]);
      }
    }
    EXPECT_GT(static_cast<double>(hits), .8 * 8 * static_cast<double>(self.size()));
    EXPECT_THROW(index.search(set.mine(), 0, 3, self), ConfigError);
    EXPECT_THROW(index.search(set.mine(), 3, 0, self), ConfigError);
    world().barrier();
  }
}

TEST(VectorIndex, HoldsFewVectorsAndNone) {
  ScratchFolder const folder;
  for (std::int64_t const count : {1, 2, 5}) {
    RandomVectors const all(count, 3, 28);
    index_digest(world(), all, {}, folder / "few.h5");
    VectorIndex index(folder / "few.h5");
    std::vector<float> const first = index.vector(0);
    kernels::TopLists const lists = index.search({first.data(), 1, 3}, 10, 100, {0});
    EXPECT_EQ(std::count_if(lists.item.begin(), lists.item.end(), [](std::int32_t item) { return item >= 0; }),
              count - 1);
    world().barrier();
  }
  EXPECT_THROW(build_lists(world(), share_of(world(), RandomVectors(0, 3, 1)), {}), DataError);
  IndexParams params;
  params.lists = 9;
  EXPECT_THROW(build_lists(world(), share_of(world(), RandomVectors(5, 3, 1)), params), ConfigError);
}

TEST(VectorIndex, FindsNamesOfEveryKindAndSeesDamageWhereItReads) {
  ScratchFolder const folder;
  RandomVectors const all(300, 8, 29);
  VectorSet set = share_of(world(), all);
  IndexParams params;
  params.lists = 4;
  VectorLists const lists = build_lists(world(), set, params);
  VectorNames counted, integers, texts;
  counted.counted = 300;
  for (int i = 0; i < 300; ++i) {
    integers.integers.push_back(1000 - i);
    texts.texts.push_back("asset " + std::to_string(i));
  }
  for (auto const& [names, name] :
       {std::pair(counted, "17"), std::pair(integers, "983"), std::pair(texts, "asset 17")}) {
    EXPECT_EQ(names.size(), 300);
    EXPECT_EQ(names.text(17), name);
    io::commit_hdf5(world(), folder / "index.h5", {"index", "", 1, {}},
                    [&](io::Hdf5File& file) { save_lists(world(), file, lists, names); });
    VectorIndex index(folder / "index.h5");
    EXPECT_EQ(index.names().find(name), 17);
    EXPECT_EQ(index.names().find("absent"), -1);
    EXPECT_EQ(index.names().find("-1"), -1);
    world().barrier();
  }
  if (!world().is_root()) return;
  // A flipped byte in a list is seen by the look-up that reads it; nothing else has been read.
  io::PartialFile const sound(folder / "index.h5");
  auto const row = sound.read_rows<float>(list_name(2), 1, 1);
  std::string bytes = io::read_file(folder / "index.h5");
  std::size_t const at = bytes.find(std::string(reinterpret_cast<char const*>(row.data()), 8 * sizeof(float)));
  ASSERT_NE(at, std::string::npos);
  bytes[at + 5] = static_cast<char>(bytes[at + 5] ^ 4);
  io::write_file(folder / "damaged.h5", bytes);
  VectorIndex damaged(folder / "damaged.h5");
  EXPECT_THROW(damaged.search({row.data(), 1, 8}, 3, 4, {}), DataError);
  EXPECT_THROW(VectorIndex{folder / "absent.h5"}, DataError);
}

}  // namespace
}  // namespace tidemill::drivers
