#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

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

void show(Context const& context, io::Table const& table, std::string const& output) {
  if (context.json) {
    std::string const rows = output.empty() ? json_rows(context.comm, table) : "";
    print_result(context, output.empty()
                              ? "{\"neighbours\": " + rows + "}\n"
                              : nlohmann::json{{"rows", table.range.total}, {"output", output}}.dump(2) + "\n");
  } else if (output.empty()) {
    print_result(context, text_rows(context.comm, table, {"item", "rank", "neighbour", "score"}, 100));
  } else {
    print_result(context, fmt::format("{} rows  {}\n", table.range.total, output));
  }
}

io::Table search_all(Context const& context, SimilarCommand const& command, std::string const& file) {
  drivers::VectorSet const set = drivers::read_vectors(context.comm, file);
  drivers::NeighbourLists const lists = drivers::nearest_vectors(
      context.comm, set, command.k, drivers::similarity_of(command.similarity), drivers::spread_of(command.spread));
  std::vector<std::int64_t> query;
  for (std::int64_t row = set.rows.first; row < set.rows.end(); ++row) query.push_back(row);
  return drivers::neighbour_table(context.comm, query, set.names, lists, set.names);
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
  std::vector<std::int64_t> query;
  for (std::int64_t row = set.rows.first; row < set.rows.end(); ++row) query.push_back(row);
  return drivers::neighbour_table(context.comm, query, set.names, lists, names);
}

void run_similar(Context const& context, SimilarCommand const& command) {
  if (command.index.empty()) {
    if (!command.query.empty()) throw ConfigError("--query needs --index FILE (tidemill index makes one)");
    std::string const& file = one_of(command.model, command.vectors);
    io::Table const table = search_all(context, command, file);
    if (!command.output.empty()) {
      write_results(context, command.output, {{"neighbours", table}},
                    {{"vectors", io::digest_of_file(context.comm, file)}});
    }
    show(context, table, command.output);
    return;
  }
  if (command.query.empty() || !command.model.empty() || !command.vectors.empty()) {
    throw ConfigError("--index: expected --query ID or --query FILE with it, and neither --model nor --vectors");
  }
  int is_file = context.comm.is_root() && std::filesystem::exists(command.query) ? 1 : 0;
  context.comm.broadcast(std::span(&is_file, 1));
  io::Table const table = is_file == 1 ? look_up_file(context, command) : look_up(context, command);
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
      "query", po::value(&c.query), "with --index: id of an item, or an HDF5 file of vectors")(
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
