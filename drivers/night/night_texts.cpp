#include "drivers/night/night_texts.hpp"

#include "drivers/learn/learning_data.hpp"
#include "io/tables/read_table.hpp"
#include "kernels/random/philox.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::uint32_t text_holdout_purpose = 0x7468;

/// FNV-1a.
std::uint64_t bits_of_text(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (char const c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return hash;
}

bool is_drawn(std::uint64_t seed, std::uint64_t unit, double share) {
  auto const draw = kernels::Philox::block(seed, unit, 0, text_holdout_purpose).word[0];
  return static_cast<double>(draw) < share * 4294967296.0;
}

}  // namespace

NightTexts read_night_texts(io::Comm const& comm, AssetNight const& params) {
  AssetTexts const& texts = params.asset.texts;
  io::TextFormat format;
  format.text_columns = {texts.text};
  NightTexts read;
  read.table = io::read_table(comm, texts.file, format);
  read.texts = texts_of(read.table.columns[find_column(read.table, texts.text)]);
  io::Column const& target = read.table.columns[find_column(read.table, texts.target)];
  read.target = target.name;
  std::vector<std::string> const names = class_names(comm, target);
  for (std::int32_t const index : class_indices(target, names)) {
    read.given.push_back(index < 0 ? std::string() : names[static_cast<std::size_t>(index)]);
  }
  for (std::string_view const text : read.texts) {
    read.unit.push_back(bits_of_text(text));
    read.held_out.push_back(is_drawn(params.seed, read.unit.back(), texts.holdout) ? 1 : 0);
  }
  return read;
}

std::vector<std::size_t> labelled_rows(NightTexts const& read, bool held_out) {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < read.given.size(); ++row) {
    if (!read.given[row].empty() && (read.held_out[row] != 0) == held_out) rows.push_back(row);
  }
  return rows;
}

LabelledTexts labelled_texts(io::Comm const& comm, AssetNight const& params, NightTexts const& read,
                             std::vector<std::size_t> const& rows, std::vector<std::string> const* classes) {
  LabelledTexts chosen;
  std::vector<std::string> cells;
  for (std::size_t const row : rows) {
    chosen.texts.push_back(read.texts[row]);
    cells.push_back(read.given[row]);
  }
  io::Column const target = io::text_column(comm, read.target, cells);
  io::RowRange const range = io::range_of_part(comm, static_cast<std::int64_t>(cells.size()));
  char const separator = params.asset.texts.separator;
  chosen.labels = classes == nullptr ? row_labels(comm, target, range, separator)
                                     : row_labels(comm, target, range, separator, *classes);
  return chosen;
}

std::vector<std::string> labels_said(TextClassifier const& model, TextPredictions const& said, char separator) {
  std::vector<std::string> labels;
  std::vector<std::string> const& classes = model.classes();
  for (std::size_t row = 0; row < said.in_scope.size(); ++row) {
    std::string label;
    if (!model.params().has_tags) {
      bool const is_one = said.in_scope[row] != 0;
      label = is_one ? classes[static_cast<std::size_t>(said.best[row])] : model.params().out_of_scope;
    } else {
      for (std::int32_t const tag : said.tags[row]) {
        label += (label.empty() ? "" : std::string(1, separator)) + classes[static_cast<std::size_t>(tag)];
      }
    }
    labels.push_back(std::move(label));
  }
  return labels;
}

void save_classifier(io::Hdf5File& file, std::string const& group, NamedClassifier const& saved) {
  saved.model.save(file, group);
  file.set_attribute(group, "text", saved.text);
  file.set_attribute(group, "target", saved.target);
  file.set_attribute(group, "separator", saved.separator);
}

NamedClassifier load_classifier(io::Hdf5File& file, std::string const& group) {
  return {file.text_attribute(group, "text"), file.text_attribute(group, "target"),
          file.text_attribute(group, "separator"), TextClassifier::load(file, group)};
}

}  // namespace tidemill::drivers
