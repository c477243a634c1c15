#include "jobs/joined_input.hpp"

#include "drivers/partition/join.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/tables/read_table.hpp"
#include "jobs/lists.hpp"

namespace tidemill::jobs {

JoinedInput read_joined(io::Comm const& comm, std::string const& file, std::string const& join) {
  JoinedInput input;
  input.table = io::read_table(comm, file);
  input.digests["input"] = io::digest_of_file(comm, file);
  for (std::string const& part : split_list(join)) {
    std::size_t const colon = part.rfind(':');
    if (colon == std::string::npos) throw ConfigError("--join: expected FILE:KEY, found '" + part + "'");
    std::string const side = part.substr(0, colon);
    std::string const key = part.substr(colon + 1);
    input.table = drivers::left_join(comm, input.table, io::read_table(comm, side), key);
    input.digests["join by " + key] = io::digest_of_file(comm, side);
  }
  return input;
}

}  // namespace tidemill::jobs
