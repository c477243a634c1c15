#pragma once

#include <filesystem>
#include <string>

#include "drivers/gate/gate.hpp"

namespace tidemill::drivers {

/// gate.json of a night: what was decided on its new model, and on what figures.
struct GateRecord {
  std::string model;
  std::string version;        ///< of the newly trained model
  std::string date;           ///< business date
  std::string base;           ///< night whose champion it was compared with; empty: none
  std::string compared_with;  ///< version of that champion, or the name of a baseline
  std::string rung;  ///< what made the night's forecasts: champion (the new one if promoted), previous, baseline
  GateVerdict verdict;
};

std::string to_json(GateRecord const& record);
/// Collective. Throws DataError when the file is not such a record. Only the decision of the verdict is read back, not
/// its parameters.
GateRecord read_gate_record(io::Comm const& comm, std::filesystem::path const& file);

}  // namespace tidemill::drivers
