#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "drivers/gate/gate.hpp"
#include "drivers/night/slice_champions.hpp"

namespace tidemill::drivers {

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
  std::vector<SliceRecord> slices;  ///< by name; none: gate.slices was not given, or nobody stood against the new model
};

std::string to_json(GateRecord const& record);
/// Not collective. Throws DataError as read_gate_record does; `file` is for the message.
GateRecord gate_record_from_json(std::string const& text, std::string const& file);
/// Collective. Throws DataError when the file is not such a record. Only the decision of the verdict is read back, not
/// its parameters.
GateRecord read_gate_record(io::Comm const& comm, std::filesystem::path const& file);

}  // namespace tidemill::drivers
