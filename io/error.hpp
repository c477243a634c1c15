#pragma once

#include <stdexcept>
#include <string>

namespace tidemill {

/// What the process tells Slurm. The table in README.md is the contract; scripts rely on it.
enum class ExitCode : int {
  done = 0,
  failed = 1,
  bad_config = 2,
  bad_data = 3,
  refused = 4,
  locked = 5,
  resume_later = 75,
};

/// Base of all errors that carry an exit code. Messages say what was expected, what was found, where, and what to do.
class Error : public std::runtime_error {
 public:
  explicit Error(std::string const& message, ExitCode code = ExitCode::failed)
      : std::runtime_error(message), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

/// Options or configuration that cannot work: a person must change them.
struct ConfigError : Error {
  explicit ConfigError(std::string const& message) : Error(message, ExitCode::bad_config) {}
};

/// Input data that cannot be used: a person must repair or replace it.
struct DataError : Error {
  explicit DataError(std::string const& message) : Error(message, ExitCode::bad_data) {}
};

/// The work was stopped by a signal after a committed checkpoint; running the same command again continues it.
struct StoppedAtCheckpoint : Error {
  explicit StoppedAtCheckpoint(std::string const& message) : Error(message, ExitCode::resume_later) {}
};

}  // namespace tidemill
