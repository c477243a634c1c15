#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "drivers/gate/gate.hpp"
#include "drivers/night/slice_champions.hpp"

namespace tidemill::drivers {

/// The recipe in use, trained again on newer data because the new model is of another one and stays out.
struct RefreshRecord {
  std::string version, compared_with;
  GateVerdict verdict;
};

/// gate.json of a night: what was decided on its new model, and on what figures.
struct GateRecord {
  std::string model;
  std::string version;        ///< of the newly trained model
  std::string date;           ///< business date
  std::string base;           ///< night whose champion it was compared with; empty: none
  std::string compared_with;  ///< version of that champion, or the name of a baseline
  std::string rung;  ///< what made the night's forecasts: champion (the new one if promoted), previous, baseline; of
                     ///< slices with a champion of their own: slice champion
  GateVerdict verdict;
  std::optional<RefreshRecord> refreshed;  ///< recommenders only
  std::vector<SliceRecord> slices;  ///< by name; none: gate.slices was not given, or nobody stood against the new model
};

std::string to_json(GateRecord const& record);
/// Not collective. Throws DataError as read_gate_record does; `file` is for the message.
GateRecord gate_record_from_json(std::string const& text, std::string const& file);
/// Collective. Throws DataError when the file is not such a record. Only the decision of the verdict is read back, not
/// its parameters.
GateRecord read_gate_record(io::Comm const& comm, std::filesystem::path const& file);

/// Collective. The version that serves after the gate in `folder`, whose record is `name`: the new one, or the one on the
/// record's rung.
std::string serving_version(io::Comm const& comm, std::filesystem::path const& folder, std::string const& name);

/// What a gate said of a version of a model, in the newest night of the tenant that judged it.
struct PastVerdict {
  std::string night;
  GateVerdict verdict;
};
/// Not collective. Nights whose record cannot be read are passed over.
std::optional<PastVerdict> find_verdict(std::filesystem::path const& tenant, std::string const& model,
                                        std::string const& version);

/// Not collective. The records of a night's gates, as far as it has some; throws DataError as read_gate_record does.
std::vector<GateRecord> gate_records_of(std::filesystem::path const& night);

}  // namespace tidemill::drivers
