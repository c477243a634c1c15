#include "jobs/command.hpp"

#include <cstdio>

namespace tidemill::jobs {

void print_result(Context const& context, std::string const& text) {
  if (context.comm.is_root()) std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace tidemill::jobs
