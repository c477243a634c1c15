#include "jobs/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <regex>
#include <sstream>

#include "io/error.hpp"
#include "io/tables/table.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

po::options_description common_options(CommonOptions& common) {
  po::options_description options("Every command");
  options.add_options()("help,h", po::bool_switch(&common.help), "show this text")(
      "config", po::value<std::string>(), "read options from this INI file; flags win")(
      "seed", po::value(&common.seed)->default_value(1), "seed of all random choices")(
      "json", po::bool_switch(&common.json), "print one JSON object and nothing else")(
      "quiet,q", po::bool_switch(&common.quiet), "no progress")("verbose,v", po::bool_switch(&common.verbose),
                                                                "more detail");
  return options;
}

std::vector<std::string> known_names(po::options_description const& options) {
  std::vector<std::string> names;
  for (auto const& option : options.options()) names.push_back(option->long_name());
  return names;
}

std::string without_dashes(std::string name) {
  name.erase(0, name.find_first_not_of('-'));
  return name.substr(0, name.find('='));
}

[[noreturn]] void refuse_unknown(std::string const& name, po::options_description const& known,
                                 std::string const& where) {
  throw ConfigError(fmt::format("unknown option '{}' in {}; did you mean '{}'? See --help for all options", name, where,
                                io::nearest_name(name, known_names(known))));
}

/// Options that only say where results go or how much is printed: they do not change them.
constexpr std::array<std::string_view, 14> without_effect{"config",      "output",  "json",
                                                          "quiet",       "verbose", "store",
                                                          "checkpoints", "report",  "checkpoint-interval",
                                                          "importance",  "shap",    "duplicates",
                                                          "metadata",    "target"};
/// Input files: their digests are recorded beside the options, so the folder they lie in must not count.
constexpr std::array<std::string_view, 13> input_files{"input", "validation", "costs",    "promotions", "interactions",
                                                       "model", "histories",  "users",    "segments",   "blocked",
                                                       "liked", "content",    "catalogue"};

template <class Names>
bool is_among(Names const& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string canonical_text(po::variables_map const& values, po::parsed_options const& flags,
                           std::vector<po::option> const& file_options) {
  std::map<std::string, std::string> lines;
  auto const add = [&](po::option const& option) {
    if (option.string_key.empty() || is_among(without_effect, option.string_key)) return;
    std::string joined;
    for (std::string const& value : option.value) {
      bool const is_file = is_among(input_files, option.string_key);
      joined += (joined.empty() ? "" : ",") + (is_file ? std::filesystem::path(value).filename().string() : value);
    }
    lines[option.string_key] = joined;
  };
  for (po::option const& option : file_options) add(option);
  for (po::option const& option : flags.options) add(option);
  lines["seed"] = std::to_string(values["seed"].as<std::uint64_t>());
  std::string text;
  for (auto const& [key, value] : lines) text += key + " = " + value + "\n";
  return text;
}

}  // namespace

ParsedOptions parse_options(Command const& command, std::vector<std::string> const& arguments,
                            std::function<std::string(std::string const& path)> const& read_config) {
  ParsedOptions parsed;
  po::options_description all;
  all.add(command.options).add(common_options(parsed.common));
  po::positional_options_description positional;
  for (std::size_t i = 0; i < command.positional.size(); ++i) {
    positional.add(command.positional[i].c_str(), i + 1 == command.positional.size() ? -1 : 1);
  }
  using Style = po::command_line_style::style_t;
  auto const style = static_cast<Style>(po::command_line_style::unix_style & ~po::command_line_style::allow_guessing);
  try {
    po::parsed_options const flags =
        po::command_line_parser(arguments).options(all).positional(positional).style(style).run();
    po::store(flags, parsed.values);
    std::vector<po::option> file_options;
    if (parsed.values.count("config") != 0) {
      std::string const path = parsed.values["config"].as<std::string>();
      std::istringstream text(read_config(path));
      po::parsed_options file = po::parse_config_file(text, all, true);
      for (po::option const& option : file.options) {
        if (option.unregistered) refuse_unknown(option.string_key, all, path);
      }
      file_options = file.options;
      po::store(file, parsed.values);
    }
    if (!parsed.values["help"].as<bool>()) po::notify(parsed.values);
    parsed.common.help = parsed.values["help"].as<bool>();
    parsed.config_text = canonical_text(parsed.values, flags, file_options);
  } catch (po::unknown_option const& error) {
    refuse_unknown(without_dashes(error.get_option_name()), all, "the command line");
  } catch (po::too_many_positional_options_error const&) {
    throw ConfigError("'" + command.name + "' takes flags only here; see tidemill " + command.name + " --help");
  } catch (po::error const& error) {
    throw ConfigError(std::string(error.what()) + "; see tidemill " + command.name + " --help");
  }
  return parsed;
}

namespace {

/// Boost prints a default of 0.05 with all its 17 digits.
std::string with_short_numbers(std::string const& help) {
  static std::regex const long_default("\\(=(-?[0-9]*\\.[0-9]{6,}(e-?[0-9]+)?)\\)");
  std::string text;
  auto at = help.cbegin();
  for (std::sregex_iterator found(help.cbegin(), help.cend(), long_default), end; found != end; ++found) {
    text.append(at, (*found)[0].first);
    text += fmt::format("(={:.6g})", std::stod((*found)[1]));
    at = (*found)[0].second;
  }
  return text.append(at, help.cend());
}

}  // namespace

std::string help_text(Command const& command) {
  CommonOptions common;
  po::options_description all("tidemill " + command.name + ", " + command.summary, 110);
  all.add(command.options).add(common_options(common));
  std::ostringstream text;
  text << all;
  return with_short_numbers(text.str());
}

}  // namespace tidemill::jobs
