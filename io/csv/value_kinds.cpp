#include "io/csv/value_kinds.hpp"

#include "io/csv/number.hpp"

namespace tidemill::io::csv {

Kinds kind_of(std::string_view value, char decimal) {
  std::int64_t integer = 0;
  double real = 0;
  if (parse_integer(value, integer) == Parsed::ok) return integer_value;
  switch (parse_real(value, decimal, real)) {
    case Parsed::ok:
      return real_value;
    case Parsed::out_of_range:
      return too_large_value;
    case Parsed::not_one:
      break;
  }
  if (parse_date(value, integer)) return date_value;
  if (parse_time(value, integer)) return time_value;
  return text_value;
}

ColumnType type_for(Kinds kinds) {
  if ((kinds & ~(integer_value | real_value | too_large_value)) == 0) {
    return kinds == integer_value ? ColumnType::integer : ColumnType::real;
  }
  if (kinds == date_value) return ColumnType::date;
  return kinds == time_value ? ColumnType::time : ColumnType::text;
}

}  // namespace tidemill::io::csv
