#include "io/csv/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <limits>
#include <memory>
#include <utility>

#include "io/csv/column_builder.hpp"
#include "io/csv/dialect.hpp"
#include "io/csv/fields.hpp"
#include "io/csv/row_index.hpp"
#include "io/csv/text_source.hpp"
#include "io/error.hpp"

namespace tidemill::io::csv {
namespace {

constexpr std::size_t sample_rows = 1000;

using Builders = std::vector<std::unique_ptr<ColumnBuilder>>;

struct Job {
  Comm const& comm;
  TextFormat const& format;
  TextPart part;
  Dialect dialect;
  ValueRules rules;
  std::size_t block_bytes;
};

std::size_t columns_of(Job const& job) { return job.dialect.names.size(); }

/// Columns that are to be read as text are so whatever was seen in them.
std::vector<Kinds> forced_kinds(Job const& job, std::vector<Kinds> kinds) {
  for (std::size_t c = 0; c < kinds.size(); ++c) {
    auto const& forced = job.format.text_columns;
    if (std::find(forced.begin(), forced.end(), job.dialect.names[c]) != forced.end()) kinds[c] = text_value;
  }
  return kinds;
}

/// Kinds of the first rows, from the part of the text that every rank has: a good first guess of the types.
std::vector<Kinds> kinds_of_sample(Job const& job, std::string_view head, bool head_is_all) {
  std::vector<Kinds> kinds(columns_of(job), no_value);
  std::string tabbed;
  std::size_t at = job.dialect.first_row;
  if (job.dialect.blanks) {
    tabbed = with_tabs(head.substr(std::min(at, head.size())));
    head = tabbed;
    at = 0;
  }
  Row row;
  for (std::size_t seen = 0; seen < sample_rows && at < head.size(); ++seen, at = row.next) {
    read_row(head, at, job.rules.delimiter, row);
    bool const whole = row.next < head.size() || (head_is_all && row.closed);
    if (!whole || row.fields.size() != kinds.size()) break;
    std::string scratch;
    for (std::size_t c = 0; c < kinds.size(); ++c) {
      std::string_view const value = clean_field(row.fields[c], job.rules.delimiter, scratch).value;
      if (!job.rules.is_missing(value)) kinds[c] = static_cast<Kinds>(kinds[c] | kind_of(value, job.rules.decimal));
    }
  }
  return forced_kinds(job, kinds);
}

Builders make_builders(Job const& job, std::vector<Kinds> const& kinds, std::vector<std::size_t> const& wanted) {
  Builders builders;
  for (std::size_t const c : wanted) {
    builders.push_back(std::make_unique<ColumnBuilder>(job.dialect.names[c], kinds[c], job.rules));
  }
  return builders;
}

/// Rows of a chunk, judged by its first block; a little more than likely, so that arrays grow once.
std::size_t expected_rows(RowIndex const& index, std::size_t block, std::size_t chunk) {
  return block == 0 ? 0 : index.rows() * (chunk / block + 1) + index.rows() / 8;
}

void parse_chunk(Job const& job, std::size_t first, std::size_t end, std::vector<std::size_t> const& wanted,
                 Builders& builders) {
  RowIndex index;
  for (std::size_t at = first; at < end;) {
    std::size_t const next = index_rows(job.part, at, end, job.block_bytes, columns_of(job), index);
    if (at == first) {
      for (auto const& builder : builders) builder->reserve(expected_rows(index, next - at, end - first));
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) builders[i]->append(job.part, index, wanted[i]);
    at = next;
  }
}

/// One chunk per thread; the error of the lowest chunk is the one that is thrown.
std::vector<Builders> parse_part(Job const& job, std::vector<Kinds> const& kinds,
                                 std::vector<std::size_t> const& wanted) {
  auto const chunks = static_cast<std::ptrdiff_t>(std::max<std::size_t>(job.part.chunks(), 1));
  std::vector<Builders> per_chunk(static_cast<std::size_t>(chunks));
  std::vector<std::exception_ptr> errors(per_chunk.size());
#pragma omp parallel for schedule(static, 1)
  for (std::ptrdiff_t c = 0; c < chunks; ++c) {
    auto const chunk = static_cast<std::size_t>(c);
    try {
      per_chunk[chunk] = make_builders(job, kinds, wanted);
      if (job.part.chunks() == 0) continue;
      parse_chunk(job, job.part.cuts[chunk], job.part.cuts[chunk + 1], wanted, per_chunk[chunk]);
    } catch (...) {
      errors[chunk] = std::current_exception();
    }
  }
  for (std::exception_ptr const& error : errors) {
    if (error) std::rethrow_exception(error);
  }
  return per_chunk;
}

template <class T>
void append_values(std::vector<T>& to, std::vector<T>& from) {
  if (to.empty()) {
    to = std::move(from);
  } else {
    to.insert(to.end(), from.begin(), from.end());
  }
}

/// One column from the threads' parts, with a dictionary of this rank.
Column join_parts(Job const& job, std::vector<Builders>& per_thread, std::size_t i) {
  Column whole = per_thread.front()[i]->take();
  if (!whole.is_text()) {
    for (std::size_t t = 1; t < per_thread.size(); ++t) {
      Column part = per_thread[t][i]->take();
      append_values(whole.integers, part.integers);
      append_values(whole.reals, part.reals);
    }
    return whole;
  }
  TextPool const& first_pool = per_thread.front()[i]->pool();
  for (std::size_t k = 0; k < first_pool.size(); ++k) whole.dictionary.emplace_back(first_pool.text(k));
  if (per_thread.size() == 1) return whole;
  TextPool merged(job.rules.missing);
  for (std::string const& text : whole.dictionary) merged.code_of(text);
  for (std::size_t t = 1; t < per_thread.size(); ++t) {
    TextPool const& pool = per_thread[t][i]->pool();
    std::vector<std::int32_t> code(pool.size());
    for (std::size_t k = 0; k < code.size(); ++k) code[k] = merged.code_of(pool.text(k));
    Column part = per_thread[t][i]->take();
    for (std::int32_t const c : part.codes) {
      whole.codes.push_back(c == missing_code ? missing_code : code[static_cast<std::size_t>(c)]);
    }
  }
  for (std::size_t k = whole.dictionary.size(); k < merged.size(); ++k) whole.dictionary.emplace_back(merged.text(k));
  return whole;
}

std::vector<Kinds> unite_over_ranks(Comm const& comm, std::vector<Kinds> kinds) {
  std::size_t const columns = kinds.size();
  std::vector<Kinds> const all = comm.gather_all(std::span<Kinds const>(kinds));
  for (std::size_t i = 0; i < all.size(); ++i) kinds[i % columns] = static_cast<Kinds>(kinds[i % columns] | all[i]);
  return kinds;
}

/// The first line of this rank on which column `c` holds a number beyond the range of a double.
std::uint64_t first_line_beyond(Job const& job, std::size_t c) {
  RowIndex index;
  std::string scratch;
  for (std::size_t at = job.part.begin(); at < job.part.end();) {
    at = index_rows(job.part, at, job.part.end(), job.block_bytes, columns_of(job), index);
    for (std::size_t row = 0; row < index.rows(); ++row) {
      std::string_view const value = clean_field(index.field(row, c), job.rules.delimiter, scratch).value;
      if (kind_of(value, job.rules.decimal) != too_large_value) continue;
      return static_cast<std::uint64_t>(job.part.line_of(index.base + index.row_start[row]));
    }
  }
  return std::numeric_limits<std::uint64_t>::max();
}

void refuse_too_large(Job const& job, std::vector<Kinds> const& kinds) {
  for (std::size_t c = 0; c < kinds.size(); ++c) {
    if ((kinds[c] & too_large_value) == 0 || type_for(kinds[c]) != ColumnType::real) continue;
    std::uint64_t line = first_line_beyond(job, c);
    line = job.comm.min(line);
    throw DataError(fmt::format("{}: line {}, column '{}': the number is beyond the range of a double; correct it",
                                job.part.file_name, line, job.dialect.names[c]));
  }
}

/// Parses with the guessed types, then again those columns in which a value needed a wider one.
std::vector<Column> parse_columns(Job const& job, std::vector<Kinds> kinds) {
  std::vector<Column> columns(columns_of(job));
  std::vector<std::size_t> wanted(columns.size());
  for (std::size_t c = 0; c < wanted.size(); ++c) wanted[c] = c;
  while (!wanted.empty()) {
    std::vector<Builders> parts;
    agree(job.comm, "parse " + job.part.file_name, [&] { parts = parse_part(job, kinds, wanted); });
    std::vector<Kinds> seen = kinds;
    for (Builders const& builders : parts) {
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        seen[wanted[i]] = static_cast<Kinds>(seen[wanted[i]] | builders[i]->kinds());
      }
    }
    seen = unite_over_ranks(job.comm, seen);
    refuse_too_large(job, seen);
    std::vector<std::size_t> again;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      std::size_t const c = wanted[i];
      // Where no kind was known, values were only looked at.
      bool const was_unknown = kinds[c] == no_value && seen[c] != no_value;
      if (was_unknown || type_for(seen[c]) != type_for(kinds[c])) {
        again.push_back(c);
      } else {
        columns[c] = join_parts(job, parts, i);
      }
    }
    kinds = seen;
    wanted = again;
  }
  return columns;
}

/// Dictionaries in UTF-8. The encoding is the whole file's: one value that is no UTF-8 makes all of it latin-1.
void settle_encoding(Job const& job, std::vector<Column>& columns) {
  std::string const& encoding = job.format.encoding;
  bool bad = false;
  auto const check = [&](std::string const& text, std::string const& column) {
    if (is_utf8(text)) return;
    bad = true;
    if (encoding == "utf-8") {
      throw DataError(
          fmt::format("{}: line {}, column '{}': not UTF-8 text; give the encoding (latin-1) or convert the file",
                      job.part.file_name, job.part.line_of(job.part.text.find(text)), column));
    }
  };
  agree(job.comm, "check text", [&] {
    for (std::string const& name : job.dialect.names) check(name, name);
    for (Column const& column : columns) {
      for (std::string const& text : column.dictionary) check(text, column.name);
    }
  });
  bool const latin1 = encoding == "latin-1" || job.comm.max(static_cast<int>(bad)) == 1;
  if (!latin1) return;
  for (Column& column : columns) {
    column.name = utf8_from_latin1(column.name);
    for (std::string& text : column.dictionary) text = utf8_from_latin1(text);
  }
}

void check_format(TextFormat const& format) {
  if (format.encoding != "auto" && format.encoding != "utf-8" && format.encoding != "latin-1") {
    throw ConfigError("unknown encoding '" + format.encoding + "'; use utf-8, latin-1 or auto");
  }
}

/// `change` is empty or makes other rows of this rank's.
Table read_rows_of_text(Comm const& comm, std::filesystem::path const& path, TextFormat const& format,
                        std::size_t block_bytes, PartChange const& change) {
  check_format(format);
  TextSource const source(comm, path);
  Job job{comm, format, {}, find_dialect(source.head(), source.head_is_all(), format, source.name()), {}, block_bytes};
  job.rules = {job.dialect.delimiter, format.decimal, format.missing};
  job.part = source.split(comm, job.dialect.first_row, job.dialect.delimiter, job.dialect.blanks);
  if (change) job.part = change(job.part, job.rules, job.dialect.names);
  Table table;
  // Changed rows tell their types themselves.
  std::vector<Kinds> const guessed = change ? forced_kinds(job, std::vector<Kinds>(columns_of(job), no_value))
                                            : kinds_of_sample(job, source.head(), source.head_is_all());
  table.columns = parse_columns(job, guessed);
  settle_encoding(job, table.columns);
  for (Column& column : table.columns) {
    if (column.is_text()) unify_dictionary(comm, column);
  }
  table.range = range_of_part(comm, table.columns.front().size());
  return table;
}

}  // namespace

Table read_text_table(Comm const& comm, std::filesystem::path const& path, TextFormat const& format,
                      std::size_t block_bytes) {
  return read_rows_of_text(comm, path, format, block_bytes, {});
}

Table read_changed_table(Comm const& comm, std::filesystem::path const& path, TextFormat const& format,
                         PartChange const& change) {
  return read_rows_of_text(comm, path, format, std::size_t{1} << 18, change);
}

}  // namespace tidemill::io::csv
