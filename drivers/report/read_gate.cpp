#include "drivers/night/gate_record.hpp"
#include "drivers/report/read_parts.hpp"
#include "io/store/posix.hpp"

namespace tidemill::drivers::report {

void read_gate(std::filesystem::path const& gate_file, ReportData& data) {
  if (!std::filesystem::exists(gate_file)) return;
  GateRecord const record = gate_record_from_json(io::read_file(gate_file), gate_file.string());
  data.gate = {record.version, record.compared_with, record.rung, record.verdict, {}};
  for (SliceRecord const& slice : record.slices) {
    SliceTest const& test = slice.test;
    data.gate.slices.push_back({test.slice, slice.champion, test.reason, test.target.champion, test.target.challenger,
                                test.gain_q, test.loss_q, test.rows});
  }
}

}  // namespace tidemill::drivers::report
