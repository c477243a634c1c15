#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/night/asset_steps.hpp"
#include "drivers/text/text_classifier.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// Name of the classifier of texts among a tenant's models.
constexpr char const* texts_model = "texts";
/// Its group in its files.
constexpr char const* text_group = "text_classifier";

/// The file of texts, this rank's rows: the table keeps the texts alive.
struct NightTexts {
  io::Table table;
  std::vector<std::string_view> texts;
  std::vector<std::string> given;     ///< labels as the file has them; empty: none
  std::vector<std::uint64_t> unit;    ///< equal for equal texts, whatever else the file has
  std::vector<std::int8_t> held_out;  ///< 1: the model is judged by the row, if it has a label
  std::string target;                 ///< name of the column of labels
};

/// Collective. Held out is decided by the text itself: it stays held out when the file of a later night has it
/// elsewhere, so that a later model can be compared with this one.
NightTexts read_night_texts(io::Comm const& comm, AssetNight const& params);

/// Numbers of this rank's rows with a label that are held out, or that are not.
std::vector<std::size_t> labelled_rows(NightTexts const& read, bool held_out);

/// Collective. Texts and labels of these rows, in terms of `classes`; null: of the classes that the rows have.
LabelledTexts labelled_texts(io::Comm const& comm, AssetNight const& params, NightTexts const& read,
                             std::vector<std::size_t> const& rows, std::vector<std::string> const* classes);

/// What a model says of texts, a cell for each: one label or, with tags, those set.
std::vector<std::string> labels_said(TextClassifier const& model, TextPredictions const& said, char separator);

/// A classifier with the names of the columns that it was trained on, as a group of an open file, and back.
struct NamedClassifier {
  std::string text, target, separator;
  TextClassifier model;
};
void save_classifier(io::Hdf5File& file, std::string const& group, NamedClassifier const& saved);
NamedClassifier load_classifier(io::Hdf5File& file, std::string const& group);

/// Collective. The version that labelled tonight's texts, as the step "text_gate" decided.
std::string labelling_version(StepWork const& work);

}  // namespace tidemill::drivers
