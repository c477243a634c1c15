#include "drivers/generate/exports.hpp"

#include <array>
#include <cctype>

namespace tidemill::drivers {

void for_my_days(io::Comm const& comm, DemoChain const& chain, int location,
                 std::function<void(std::int64_t day, std::vector<DemoLine> const& lines)> const& add) {
  io::RowRange const days = io::even_share(chain.days, comm.rank(), comm.size());
  for (std::int64_t i = days.first; i < days.end(); ++i) {
    std::int64_t const day = chain.first_day + i;
    add(day, make_day(chain, location, day));
  }
}

void sum_over_ranks(io::Comm const& comm, ExportTotals& totals) {
  std::array const fields{&ExportTotals::rows,      &ExportTotals::item_rows,  &ExportTotals::refund_rows,
                          &ExportTotals::void_rows, &ExportTotals::other_rows, &ExportTotals::units,
                          &ExportTotals::gross,     &ExportTotals::discount,   &ExportTotals::net};
  std::array<std::int64_t, fields.size()> values{};
  for (std::size_t i = 0; i < fields.size(); ++i) values[i] = totals.*fields[i];
  comm.sum(std::span<std::int64_t>(values));
  for (std::size_t i = 0; i < fields.size(); ++i) totals.*fields[i] = values[i];
}

std::string file_name_of(std::string const& name) {
  std::string file;
  for (char const c : name) file += c == ' ' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return file;
}

std::uint64_t day_id_of(DemoChain const& chain, int location, std::int64_t day) {
  return static_cast<std::uint64_t>(day) * chain.locations.size() + static_cast<std::uint64_t>(location);
}

}  // namespace tidemill::drivers
