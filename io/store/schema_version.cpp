#include "io/store/schema_version.hpp"

#include <fmt/format.h>

#include "io/error.hpp"

namespace tidemill::io {

void check_schema_version(std::int64_t found, std::string_view program, std::string_view where) {
  if (found <= schema_version) return;
  throw DataError(fmt::format(
      "{} was written by a newer tidemill{}{}: its layout is version {}, tidemill {} knows versions up to {}; "
      "use the newer program, or make the file again with this one",
      where, program.empty() ? "" : ", ", program, found, TIDEMILL_VERSION, schema_version));
}

}  // namespace tidemill::io
