#include "drivers/report/card.hpp"

#include <fmt/format.h>

#include "drivers/report/text.hpp"

namespace tidemill::drivers::report {

std::string card(std::string const& name, std::string const& value, std::string const& note) {
  return fmt::format(
      "<div class=\"card\"><div class=\"name\">{}</div><div class=\"value\">{}</div><div "
      "class=\"note\">{}</div></div>\n",
      escape_html(name), escape_html(value), note);
}

}  // namespace tidemill::drivers::report
