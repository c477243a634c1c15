#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "io/comm/comm.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// Columns of an item catalogue.
struct CatalogueColumns {
  std::string id = "id";
  std::vector<std::string> texts;       ///< read as sentences
  std::vector<std::string> attributes;  ///< lists of names, "sweet;vegan"
  std::vector<std::string> numbers;     ///< sizes, picture features, ...
  char separator = ';';                 ///< between the names of a list
};

/// What is known of items themselves: this rank's consecutive items, in the order of the file.
struct Catalogue {
  io::RowRange range;
  std::vector<std::string> ids;                      ///< as in interactions; none empty
  std::vector<std::string> texts;                    ///< the text columns with a blank between them
  std::vector<std::vector<std::string>> attributes;  ///< "column=name" (JSON: the name), ascending, without repeats
  std::vector<std::string> number_names;
  std::vector<double> numbers;  ///< row-major, number_names.size() per item; NaN: unknown
};

/// Collective. A table with one row per item (anything read_table reads), or, when the file's first character is '{',
/// JSON {"item": [attribute, ...], ...} with attributes as numbers or texts; then `columns` says nothing. An id that is
/// missing, or there twice, throws DataError naming it; so does JSON of another form.
Catalogue read_catalogue(io::Comm const& comm, std::filesystem::path const& path, CatalogueColumns const& columns);

/// The same from a table in memory. Collective.
Catalogue catalogue_of(io::Comm const& comm, io::Table const& table, CatalogueColumns const& columns,
                       std::string const& source);

}  // namespace tidemill::drivers
