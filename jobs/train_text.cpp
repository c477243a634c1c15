#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "drivers/learn/learning_data.hpp"
#include "drivers/text/text_classifier.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/tables/read_table.hpp"
#include "jobs/checkpoint_summary.hpp"
#include "jobs/train_families.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

struct TextCommand {
  std::string text, words = "1-2", characters = "2-5", separator;
  drivers::TextParams params;
};

/// "2-5" as the smallest and the largest; "3" as both; "0" as none.
std::pair<int, int> read_range(std::string const& option, std::string const& text) {
  int low = 0, high = 0;
  char rest = 0;
  int const found = std::sscanf(text.c_str(), "%d-%d%c", &low, &high, &rest);
  if (found == 1 && text.find('-') == std::string::npos) return {low, low};
  if (found != 2) {
    throw ConfigError(fmt::format("--{}: expected a range such as 1-2, or 0 for none; found '{}'", option, text));
  }
  return {low, high};
}

void check(bool good, std::string const& message) {
  if (!good) throw ConfigError(message);
}

drivers::TextParams params_of(Context const& context, TextCommand const& command) {
  drivers::TextParams params = command.params;
  auto& ngrams = params.tfidf.ngrams;
  std::tie(ngrams.word_min, ngrams.word_max) = read_range("word-ngrams", command.words);
  std::tie(ngrams.character_min, ngrams.character_max) = read_range("character-ngrams", command.characters);
  check(command.separator.size() <= 1, "--tag-separator: expected one character, as ';'");
  check(params.costs.cost > 0 && params.costs.positive_weight > 0,
        "--cost and --positive-weight must be greater than 0");
  check(params.costs.sweeps >= 1, "--sweeps must be at least 1");
  check(params.folds == 0 || (params.folds >= 2 && params.folds <= 20),
        "--folds: expected 0 (no calibration) or 2 to 20");
  check(params.in_scope_recall > 0 && params.in_scope_recall <= 1,
        "--in-scope-recall: expected more than 0, at most 1");
  check(params.tfidf.character_weight > 0, "--character-weight must be greater than 0");
  check(params.part_weight >= 0 && params.out_of_scope_weight >= 0,
        "--part-weight and --out-of-scope-weight must not be below 0");
  check(params.part_weight == 0 || ngrams.has_both(), "--part-weight needs n-grams of words and of characters");
  params.has_tags = !command.separator.empty();
  check(!params.has_tags || params.out_of_scope.empty(),
        "--out-of-scope is for one class per row; with --tag-separator a row without tags is out of scope");
  drivers::check_network(params.networks);
  check(params.networks.members == 0 || !params.has_tags,
        "--networks are for one class per row; leave out --networks or --tag-separator");
  params.seed = context.seed;
  return params;
}

/// One file: its table keeps the texts alive.
struct Part {
  io::Table table;
  drivers::LabelledTexts labelled;
};

/// A column of texts; one that looks like numbers is read as text.
io::Table read_texts(io::Comm const& comm, std::string const& path, std::string const& text) {
  io::TextFormat format;
  format.text_columns = {text};
  return io::read_table(comm, path, format);
}

std::unique_ptr<Part> read_part(Context const& context, TrainCommon const& common, TextCommand const& command,
                                std::string const& path, std::vector<std::string> const* classes) {
  auto part = std::make_unique<Part>();
  part->table = read_texts(context.comm, path, command.text);
  if (part->table.range.total == 0) throw DataError(path + " has no rows");
  io::Column const& target = part->table.columns[drivers::find_column(part->table, common.target)];
  char const separator = command.separator.empty() ? '\0' : command.separator[0];
  part->labelled.texts = drivers::texts_of(part->table.columns[drivers::find_column(part->table, command.text)]);
  part->labelled.labels = classes == nullptr
                              ? drivers::row_labels(context.comm, target, part->table.range, separator)
                              : drivers::row_labels(context.comm, target, part->table.range, separator, *classes);
  return part;
}

void report(Context const& context, TrainCommon const& common, drivers::TextClassifier const& model, std::int64_t rows,
            std::string const& digest, double seconds, nlohmann::json const& checkpoints) {
  if (context.json) {
    nlohmann::json result{
        {"model", common.model}, {"output", common.output}, {"digest", digest}, {"rows", rows}, {"seconds", seconds}};
    if (!checkpoints.is_null()) result["checkpoints"] = checkpoints;
    for (auto const& [name, value] : model.facts()) result[name] = value;
    print_result(context, result.dump(2) + "\n");
    return;
  }
  print_result(context, fmt::format("text for '{}' on {} rows in {:.2f} s\n{}  {}\n", common.target, rows, seconds,
                                    digest, common.output));
  for (auto const& [name, value] : model.facts()) print_result(context, fmt::format("{} {:.6g}\n", name, value));
}

void run_train(Context const& context, TrainCommon const& common, TextCommand const& command) {
  drivers::TextParams const params = params_of(context, command);
  std::map<std::string, std::string> digests{{"input", io::digest_of_file(context.comm, common.input)}};
  auto const train = read_part(context, common, command, common.input, nullptr);
  std::unique_ptr<Part> validation;
  if (context.values.count("validation") != 0) {
    auto const path = context.values["validation"].as<std::string>();
    digests["validation"] = io::digest_of_file(context.comm, path);
    validation = read_part(context, common, command, path, &train->labelled.labels.classes);
  }
  auto const start = std::chrono::steady_clock::now();
  drivers::CheckpointPlace const place{common.checkpoints, checkpoint_key(context, digests),
                                       common.checkpoint_interval};
  drivers::TextClassifier const model = drivers::TextClassifier::train(
      context.comm, train->labelled, validation ? &validation->labelled : nullptr, params, place, context.progress);
  double const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  io::Provenance const provenance{"model", context.config_text, context.seed, digests};
  std::string const digest = io::commit_hdf5(context.comm, common.output, provenance, [&](io::Hdf5File& file) {
    model.save(file, "text_classifier");
    file.set_attribute("text_classifier", "text", command.text);
    file.set_attribute("text_classifier", "target", common.target);
    file.set_attribute("text_classifier", "separator", command.separator);
  });
  drivers::clear_checkpoints(context.comm, place);
  report(context, common, model, train->table.range.total, digest, seconds,
         checkpoint_summary(context, place, seconds));
}

}  // namespace

TrainFamily make_text_family() {
  auto command = std::make_shared<TextCommand>();
  TrainFamily family{"texts", {"text"}, {"input", "target", "text"}, {"validation"}, po::options_description("Texts"),
                     {}};
  auto& p = command->params;
  family.options.add_options()("text", po::value(&command->text), "text: column of the texts, name or number from 1")(
      "word-ngrams", po::value(&command->words)->default_value(command->words), "text: words in a row; 0: none")(
      "character-ngrams", po::value(&command->characters)->default_value(command->characters),
      "text: characters in a row within words; 0: none")(
      "word-pairs", po::value(&p.tfidf.ngrams.pair_distance)->default_value(0),
      "text: two words at most so many words apart are a term in either order; 0: none")(
      "hash-bits", po::value(&p.tfidf.ngrams.hash_bits)->default_value(22), "text: terms are numbers of so many bits")(
      "min-texts", po::value(&p.tfidf.min_texts)->default_value(p.tfidf.min_texts),
      "text: terms in fewer texts are left out")(
      "character-weight", po::value(&p.tfidf.character_weight)->default_value(p.tfidf.character_weight),
      "text: length of the part of characters beside that of words")(
      "sublinear", po::value(&p.tfidf.is_sublinear)->default_value(true), "text: 1 + ln(count) instead of the count")(
      "part-weight", po::value(&p.part_weight)->default_value(p.part_weight),
      "text: weight at which classifiers of words alone and of characters alone are added")(
      "networks", po::value(&p.networks.members)->default_value(p.networks.members),
      "text: convolutional networks on words whose mean ln p is added to the margins; 0: none")(
      "network-weight", po::value(&p.networks.weight)->default_value(p.networks.weight),
      "text: weight of that mean among the margins")("network-passes",
                                                     po::value(&p.networks.passes)->default_value(p.networks.passes),
                                                     "text: passes of a network over the rows")(
      "network-dimensions", po::value(&p.networks.dimensions)->default_value(p.networks.dimensions),
      "text: numbers of a word's vector")(
      "network-filters", po::value(&p.networks.filters)->default_value(p.networks.filters),
      "text: filters of a network for one, two and three words each, in steps of 16")(
      "cost", po::value(&p.costs.cost)->default_value(p.costs.cost), "text: C, the weight of errors")(
      "positive-weight", po::value(&p.costs.positive_weight)->default_value(p.costs.positive_weight),
      "text: weight of a class's own rows against all others'")(
      "passes", po::value(&p.costs.sweeps)->default_value(p.costs.sweeps), "text: passes over the rows, at most")(
      "tolerance", po::value(&p.costs.tolerance)->default_value(p.costs.tolerance),
      "text: largest projected gradient at which sweeping ends")(
      "folds", po::value(&p.folds)->default_value(p.folds),
      "text: parts for cross-fitted thresholds where there is no --validation; 0: no thresholds")(
      "in-scope-recall", po::value(&p.in_scope_recall)->default_value(p.in_scope_recall),
      "text: share of held-out rows of a class that must stay in scope")(
      "out-of-scope", po::value(&p.out_of_scope), "text: class of rows that belong to none of the others")(
      "out-of-scope-weight", po::value(&p.out_of_scope_weight)->default_value(p.out_of_scope_weight),
      "text: how much the margin of --out-of-scope takes off the score that a threshold decides on")(
      "tag-separator", po::value(&command->separator), "text: the target lists tags with this character between them");
  family.run = [command](Context const& context, TrainCommon const& common) { run_train(context, common, *command); };
  return family;
}

}  // namespace tidemill::jobs
