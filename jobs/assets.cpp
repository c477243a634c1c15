#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "drivers/assets/catalogue.hpp"
#include "drivers/assets/operations.hpp"
#include "io/csv/write_csv.hpp"
#include "io/error.hpp"
#include "jobs/commands.hpp"
#include "jobs/table_output.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

struct AssetsCommand {
  std::string input, output, duplicates, metadata, operation, target, format;
  double megapixels = 100, megabytes = 512;
  int rows = 20;
  drivers::AssetParams params;
  drivers::OperationParams change;
};

using Counts = std::array<std::int64_t, io::picture_status_count>;

std::string count_text(Counts const& count) {
  std::int64_t total = 0;
  std::string parts;
  for (std::size_t i = 0; i < count.size(); ++i) {
    total += count[i];
    if (count[i] > 0)
      parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", count[i], name_of(static_cast<io::PictureStatus>(i)));
  }
  return fmt::format("{} files: {}\n", total, parts.empty() ? "none" : parts);
}

nlohmann::ordered_json count_json(Counts const& count) {
  nlohmann::ordered_json object;
  std::int64_t total = 0;
  for (std::int64_t const some : count) total += some;
  object["files"] = total;
  for (std::size_t i = 0; i < count.size(); ++i) object["count"][name_of(static_cast<io::PictureStatus>(i))] = count[i];
  return object;
}

void check(AssetsCommand const& command) {
  auto const refuse = [](std::string const& option, std::string const& expected, auto const& found) {
    throw ConfigError(fmt::format("--{}: expected {}; found {}", option, expected, found));
  };
  drivers::DuplicateRule const& rule = command.params.duplicates;
  if (command.input.empty()) throw ConfigError("assets needs --input FOLDER, the folder that holds the files");
  if (rule.hash_distance < 0 || rule.hash_distance > 31) {
    refuse("hash-distance", "0 to 31 bits", rule.hash_distance);
  }
  if (!(rule.similarity >= -1 && rule.similarity <= 1)) refuse("similarity", "-1 to 1", rule.similarity);
  if (!(command.megapixels > 0 && command.megapixels <= 2000)) {
    refuse("max-megapixels", "more than 0, up to 2000", command.megapixels);
  }
  if (!(command.megabytes > 0)) refuse("max-megabytes", "more than 0", command.megabytes);
  if (command.change.quality < 1 || command.change.quality > 100) refuse("quality", "1 to 100", command.change.quality);
  if (command.change.side < 1 || command.change.side > 65500) refuse("size", "1 to 65500", command.change.side);
  if (!(command.change.strength >= 0 && command.change.strength <= 255)) {
    refuse("strength", "0 to 255", command.change.strength);
  }
  if (command.operation.empty() != command.target.empty()) {
    throw ConfigError("--operation and --target go together: what to do, and the folder for the results");
  }
  if (!command.operation.empty() && (!command.duplicates.empty() || !command.metadata.empty())) {
    throw ConfigError("--duplicates and --metadata describe a folder as it is; run them without --operation");
  }
}

void catalogue(Context const& context, AssetsCommand const& command) {
  drivers::AssetCatalogue const found =
      drivers::catalogue_assets(context.comm, context.progress, command.input, command.params);
  std::string digest;
  if (!command.output.empty()) {
    digest = drivers::write_catalogue(context.comm, command.output, found, context.config_text, context.seed);
  }
  io::Table const duplicates = drivers::duplicate_table(context.comm, found);
  if (!command.duplicates.empty()) io::write_csv(context.comm, command.duplicates, duplicates);
  if (!command.metadata.empty()) drivers::write_metadata(context.comm, command.metadata, found);
  if (context.json) {
    nlohmann::ordered_json object = count_json(found.count);
    object["inconsistent"] = found.inconsistent;
    object["clusters"] = found.clusters;
    object["copies"] = found.copies;
    object["pairs"] = found.pairs.range.total;
    object["candidates"] = found.candidates;
    object["content"] = found.content_digest;
    object["digest"] = digest;
    print_result(context, object.dump(1) + "\n");
    return;
  }
  std::string const rows =
      text_rows(context.comm, duplicates, {"cluster", "path", "copy", "similarity", "dhash_distance", "phash_distance"},
                command.rows);
  print_result(context, count_text(found.count) +
                            fmt::format("{} have another format than their name says\n{} copies in {} clusters ({} "
                                        "near-duplicate pairs of {} looked at)\n",
                                        found.inconsistent, found.copies, found.clusters, found.pairs.range.total,
                                        found.candidates) +
                            rows);
}

void change(Context const& context, AssetsCommand const& command) {
  drivers::OperationParams params = command.change;
  params.operation = drivers::picture_operation_named(command.operation);
  params.target = command.target;
  params.limits = command.params.limits;
  if (command.format == "jpeg" || command.format == "jpg") params.format = io::PictureFormat::jpeg;
  if (command.format == "png") params.format = io::PictureFormat::png;
  if (!command.format.empty() && params.format == io::PictureFormat::unknown) {
    throw ConfigError("--format: expected jpeg or png; found '" + command.format + "'");
  }
  if (params.operation == drivers::PictureOperation::convert && command.format.empty()) {
    throw ConfigError("--operation convert needs --format jpeg or --format png");
  }
  drivers::OperationResult const done = drivers::apply_operation(context.comm, context.progress, command.input, params);
  write_results(context, command.output, {{"table", done.files}}, {});
  if (context.json) {
    nlohmann::ordered_json object = count_json(done.count);
    object["written"] = done.written;
    print_result(context, object.dump(1) + "\n");
    return;
  }
  std::string const rows = text_rows(context.comm, done.files,
                                     {"target", "bytes_before", "bytes_after", "width_after", "height_after",
                                      "sharpness_before", "sharpness_after", "noise_before", "noise_after"},
                                     command.rows);
  print_result(context,
               count_text(done.count) + fmt::format("{} written below {}\n", done.written, command.target) + rows);
}

void run_assets(Context const& context, AssetsCommand const& command) {
  check(command);
  AssetsCommand complete = command;
  complete.params.limits.max_pixels = static_cast<std::int64_t>(command.megapixels * 1e6);
  complete.params.limits.max_bytes = static_cast<std::int64_t>(command.megabytes * 1e6);
  if (command.operation.empty()) {
    catalogue(context, complete);
  } else {
    change(context, complete);
  }
}

}  // namespace

Command make_assets_command() {
  auto command = std::make_shared<AssetsCommand>();
  Command result{
      "assets", "catalogue of pictures: formats, quality, features, copies; or a changed copy of each", {}, {}, {}};
  drivers::DuplicateRule& rule = command->params.duplicates;
  drivers::OperationParams& change = command->change;
  auto const number = [](auto& value) { return po::value(&value)->default_value(value); };
  result.options.add_options()("input", po::value(&command->input), "folder; subfolders are entered")(
      "output", po::value(&command->output), "result file, .h5: one row per file (with --operation .h5 or .csv)")(
      "duplicates", po::value(&command->duplicates), "CSV of the copies, cluster by cluster")(
      "metadata", po::value(&command->metadata), "one JSON object per file and line")(
      "hash-distance", number(rule.hash_distance), "bits of 64 up to which two hashes are looked at closely")(
      "similarity", number(rule.similarity), "of signatures, from which pictures are near-duplicates")(
      "max-megapixels", number(command->megapixels), "larger pictures are counted, not decoded")(
      "max-megabytes", number(command->megabytes), "the same for files")(
      "operation", po::value(&command->operation), "resize, convert, reencode, denoise or sharpen; originals stay")(
      "target", po::value(&command->target), "folder for the results of --operation")(
      "size", number(change.side), "resize: pixels of the long side; smaller pictures keep theirs")(
      "format", po::value(&command->format), "of the results, jpeg or png; else as the original")(
      "quality", number(change.quality), "of JPEG, 1 to 100")(
      "strength", number(change.strength),
      "sharpen: share of detail added (0: 0.6); denoise: tolerance in luma (0: three times the noise)")(
      "rows", number(command->rows), "printed");
  result.run = [command](Context const& context) { run_assets(context, *command); };
  return result;
}

}  // namespace tidemill::jobs
