#include "drivers/night/step_record.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "io/error.hpp"

namespace tidemill::drivers {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(StepRecord, name, title, key, reused, seconds, rows, summary, peak_memory,
                                   bytes_read, bytes_written, files, inputs)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RunRecord, run, program_version, tenant, date, started, state, message, host,
                                   process, ranks, seed, seconds, config, night_digest, title, currency, interval,
                                   steps)

namespace {

template <class Record>
std::string written(Record const& record) {
  return nlohmann::json(record).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

template <class Record>
Record parsed(std::string const& text, std::string const& where) {
  try {
    return nlohmann::json::parse(text).get<Record>();
  } catch (nlohmann::json::exception const& error) {
    throw DataError(fmt::format("{} is not a record of this version: {}", where, error.what()));
  }
}

}  // namespace

std::string to_json(RunRecord const& record) { return written(record); }
std::string to_json(StepRecord const& record) { return written(record); }

RunRecord run_record_from_json(std::string const& text, std::string const& where) {
  return parsed<RunRecord>(text, where);
}
StepRecord step_record_from_json(std::string const& text, std::string const& where) {
  return parsed<StepRecord>(text, where);
}

}  // namespace tidemill::drivers
