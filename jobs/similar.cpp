#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

#include "drivers/topk/index_build.hpp"
#include "drivers/topk/index_search.hpp"
#include "drivers/topk/nearest.hpp"
#include "io/error.hpp"
#include "io/hdf5/partial_file.hpp"
#include "io/store/commit.hpp"
#include "jobs/commands.hpp"
#include "jobs/table_output.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

struct SimilarCommand {
  std::string model, vectors, index, query, output;
  std::string similarity = "cosine", spread = "queries";
  std::int32_t k = 20;
  std::int64_t probes = 16;
};

struct IndexCommand {
  std::string vectors, model, output, similarity = "cosine";
  drivers::IndexParams params;
};

std::string const& one_of(std::string const& model, std::string const& vectors) {
  if (model.empty() == vectors.empty()) {
    throw ConfigError("expected either --model FILE (a recommender with a vector per item) or --vectors FILE");
  }
  return model.empty() ? vectors : model;
}

/// What exact search took; none for look-ups by an index.
struct Spent {
  bool is_known = false;
  drivers::SearchSeconds seconds;
};

void show(Context const& context, io::Table const& table, std::string const& output, Spent const& spent = {}) {
  if (context.json) {
    std::string const rows = output.empty() ? json_rows(context.comm, table) : "";
    nlohmann::json result{{"rows", table.range.total}, {"output", output}};
    if (spent.is_known) {
      result["preparation_seconds"] = spent.seconds.preparation;
      result["search_seconds"] = spent.seconds.search;
    }
    print_result(context, output.empty() ? "{\"neighbours\": " + rows + "}\n" : result.dump(2) + "\n");
  } else if (output.empty()) {
    print_result(context, text_rows(context.comm, table, {"item", "rank", "neighbour", "score"}, 100));
  } else {
    print_result(context, fmt::format("{} rows  {}\n", table.range.total, output));
  }
}

/// Collective. As rank 0 sees it.
bool names_a_file(Context const& context, std::string const& text) {
  int is_file = context.comm.is_root() && std::filesystem::exists(text) ? 1 : 0;
  context.comm.broadcast(std::span(&is_file, 1));
  return is_file == 1;
}

std::vector<std::int64_t> numbers_of(io::RowRange const& rows) {
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(rows.count));
  std::iota(numbers.begin(), numbers.end(), rows.first);
  return numbers;
}

/// Exact neighbours of the vectors of a file: of each other, or of the vectors of --query.
io::Table search_all(Context const& context, SimilarCommand const& command, std::string const& file, Spent& spent) {
  drivers::VectorSet const set = drivers::read_vectors(context.comm, file);
  drivers::Similarity const similarity = drivers::similarity_of(command.similarity);
  drivers::Spread const spread = drivers::spread_of(command.spread);
  spent.is_known = true;
  if (command.query.empty()) {
    drivers::NeighbourLists const lists =
        drivers::nearest_vectors(context.comm, set, command.k, similarity, spread, &spent.seconds);
    return drivers::neighbour_table(context.comm, numbers_of(set.rows), set.names, lists, set.names);
  }
  if (!names_a_file(context, command.query)) {
    throw ConfigError("--query: expected a file of vectors (an id needs --index FILE); found '" + command.query + "'");
  }
  drivers::VectorSet const queries = drivers::read_vectors(context.comm, command.query);
  drivers::NeighbourLists const lists =
      drivers::nearest_vectors(context.comm, set, queries, command.k, similarity, spread, &spent.seconds);
  return drivers::neighbour_table(context.comm, numbers_of(queries.rows), queries.names, lists, set.names);
}

/// Digests of the files that exact search reads.
std::map<std::string, std::string> inputs_of(Context const& context, SimilarCommand const& command,
                                             std::string const& file) {
  std::map<std::string, std::string> inputs{{"vectors", io::digest_of_file(context.comm, file)}};
  if (!command.query.empty()) inputs["queries"] = io::digest_of_file(context.comm, command.query);
  return inputs;
}

/// Neighbours of one vector of the index, on rank 0.
io::Table look_up(Context const& context, SimilarCommand const& command) {
  std::vector<std::int64_t> query;
  drivers::NeighbourLists lists{command.k, {}, {}};
  drivers::VectorNames names;
  io::agree(context.comm, "look up in the index", [&] {
    if (!context.comm.is_root()) return;
    drivers::VectorIndex index(command.index);
    std::int64_t const number = index.names().find(command.query);
    if (number < 0) {
      throw ConfigError(
          fmt::format("--query: expected an id of {} or a file of vectors; found '{}'", command.index, command.query));
    }
    std::vector<float> const vector = index.vector(number);
    lists =
        index.search({vector.data(), 1, index.width()}, command.k, command.probes, {static_cast<std::int32_t>(number)});
    query.push_back(number);
    names = index.names();
  });
  return drivers::neighbour_table(context.comm, query, names, lists, names);
}

/// Neighbours of the vectors of a file, shared over ranks.
io::Table look_up_file(Context const& context, SimilarCommand const& command) {
  drivers::VectorSet const set = drivers::read_vectors(context.comm, command.query);
  drivers::NeighbourLists lists;
  drivers::VectorNames names;
  io::agree(context.comm, "look up in the index", [&] {
    drivers::VectorIndex index(command.index);
    lists = index.search(set.mine(), command.k, command.probes, {});
    names = index.names();
  });
  return drivers::neighbour_table(context.comm, numbers_of(set.rows), set.names, lists, names);
}

void run_similar(Context const& context, SimilarCommand const& command) {
  if (command.index.empty()) {
    std::string const& file = one_of(command.model, command.vectors);
    Spent spent;
    io::Table const table = search_all(context, command, file, spent);
    if (!command.output.empty()) {
      write_results(context, command.output, {{"neighbours", table}}, inputs_of(context, command, file));
    }
    show(context, table, command.output, spent);
    return;
  }
  if (command.query.empty() || !command.model.empty() || !command.vectors.empty()) {
    throw ConfigError("--index: expected --query ID or --query FILE with it, and neither --model nor --vectors");
  }
  io::Table const table =
      names_a_file(context, command.query) ? look_up_file(context, command) : look_up(context, command);
  if (!command.output.empty()) {
    write_results(context, command.output, {{"neighbours", table}},
                  {{"index", io::PartialFile(command.index).text_attribute("/", "digest")}});
  }
  show(context, table, command.output);
}

void run_index(Context const& context, IndexCommand const& command) {
  std::string const& file = one_of(command.model, command.vectors);
  drivers::IndexParams params = command.params;
  params.similarity = drivers::similarity_of(command.similarity);
  params.seed = context.seed;
  drivers::VectorSet const set = drivers::read_vectors(context.comm, file);
  drivers::VectorLists const lists = drivers::build_lists(context.comm, set, params);
  std::string const digest = io::commit_hdf5(
      context.comm, command.output,
      {"index", context.config_text, context.seed, {{"vectors", io::digest_of_file(context.comm, file)}}},
      [&](io::Hdf5File& out) { drivers::save_lists(context.comm, out, lists, set.names); });
  std::int64_t const count = static_cast<std::int64_t>(lists.start.size()) - 1;
  if (context.json) {
    nlohmann::json const result{
        {"vectors", set.rows.total}, {"lists", count}, {"digest", digest}, {"output", command.output}};
    print_result(context, result.dump(2) + "\n");
  } else {
    print_result(context, fmt::format("{} vectors in {} lists  {}\n", set.rows.total, count, command.output));
  }
}

}  // namespace

Command make_similar_command() {
  auto command = std::make_shared<SimilarCommand>();
  SimilarCommand& c = *command;
  auto const value = [](auto& variable) { return po::value(&variable)->default_value(variable); };
  Command result{"similar", "nearest items of all items, or of one by an index", {}, {}, {}};
  result.options.add_options()("model", po::value(&c.model), "recommender with a vector per item")(
      "vectors", po::value(&c.vectors), "HDF5 file: vectors (n x width), and ids if not 0, 1, ...")(
      "k", value(c.k), "neighbours per item")("similarity", value(c.similarity), "cosine or inner_product")(
      "spread", value(c.spread), "over ranks: queries, or items (less memory); the result is the same")(
      "index", po::value(&c.index), "look up in this file of tidemill index instead; its similarity holds")(
      "query", po::value(&c.query),
      "HDF5 file of vectors whose neighbours are wanted, or with --index the id of an item")(
      "probes", value(c.probes), "with --index: lists looked at; all of them: exact")(
      "output", po::value(&c.output), "CSV (item, rank, neighbour, score), or .h5; otherwise printed");
  result.run = [command](Context const& context) { run_similar(context, *command); };
  return result;
}

Command make_index_command() {
  auto command = std::make_shared<IndexCommand>();
  IndexCommand& c = *command;
  auto const value = [](auto& variable) { return po::value(&variable)->default_value(variable); };
  Command result{"index", "sort vectors into lists for fast look-up by tidemill similar", {}, {}, {}};
  result.options.add_options()("vectors", po::value(&c.vectors), "HDF5 file: vectors (n x width), and ids")(
      "model", po::value(&c.model), "recommender with a vector per item")(
      "lists", value(c.params.lists), "0: about the square root of the number of vectors")(
      "sweeps", value(c.params.sweeps), "of k-means")("sample-per-list", value(c.params.sample_per_list),
                                                      "vectors that k-means looks at, per list")(
      "similarity", value(c.similarity), "cosine or inner_product")("output", po::value(&c.output)->required(),
                                                                    "index file");
  result.run = [command](Context const& context) { run_index(context, *command); };
  return result;
}

}  // namespace tidemill::jobs
