#include "tests/fuzz/described_file.hpp"

#include <cmath>
#include <cstdint>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include "tests/fuzz/fuzz_target.hpp"

namespace tidemill::tests {
namespace {

/// Numbers as far as they can be read; whole types take what they can hold.
template <class T>
void write_numbers(io::Hdf5File& file, std::string const& name, std::int64_t width, std::istringstream& words) {
  std::vector<T> values;
  for (std::string word; words >> word;) {
    if constexpr (std::is_floating_point_v<T>) {
      values.push_back(static_cast<T>(std::strtod(word.c_str(), nullptr)));
    } else {
      values.push_back(static_cast<T>(std::strtoll(word.c_str(), nullptr, 10)));
    }
  }
  auto const size = static_cast<std::int64_t>(values.size());
  if (width < 1 || size % width != 0) width = 1;
  file.write_rows<T>(name, std::span<T const>(values), io::RowRange{0, size / width, size / width}, width);
}

void write_dataset(io::Hdf5File& file, std::string const& kind, std::istringstream& words) {
  std::string name;
  words >> name;
  if (kind == "texts") {
    std::vector<std::string> values;
    for (std::string word; words >> word;) values.push_back(word);
    return file.write_texts(name, values);
  }
  std::int64_t width = 1;
  words >> width;
  if (kind == "i8") write_numbers<std::int8_t>(file, name, width, words);
  if (kind == "u32") write_numbers<std::uint32_t>(file, name, width, words);
  if (kind == "u64") write_numbers<std::uint64_t>(file, name, width, words);
  if (kind == "i32") write_numbers<std::int32_t>(file, name, width, words);
  if (kind == "i64") write_numbers<std::int64_t>(file, name, width, words);
  if (kind == "u8") write_numbers<std::uint8_t>(file, name, width, words);
  if (kind == "f32") write_numbers<float>(file, name, width, words);
  if (kind == "f64") write_numbers<double>(file, name, width, words);
}

void write_attribute_of(io::Hdf5File& file, std::string const& kind, std::istringstream& words) {
  std::string object, key, value;
  words >> object >> key;
  std::getline(words >> std::ws, value);
  if (!file.has(object)) file.create_group(object);
  // What does not fit a line is written with a bar.
  for (char& c : value) c = c == '|' ? '\n' : c;
  if (kind == "text") file.set_attribute(object, key, value);
  if (kind == "int")
    file.set_attribute(object, key, static_cast<std::int64_t>(std::strtoll(value.c_str(), nullptr, 10)));
  if (kind == "real") file.set_attribute(object, key, std::strtod(value.c_str(), nullptr));
}

void read_in_every_way(io::Hdf5File& file, std::string const& name) {
  expect_error_or_success([&] { file.read_all<float>(name); });
  expect_error_or_success([&] { file.read_all<std::int64_t>(name); });
  expect_error_or_success([&] { file.read_texts(name); });
  expect_error_or_success([&] { file.read_rows<std::int32_t>(name, file.row_count(name) / 2, 1); });
}

void read_attributes(io::Hdf5File& file, std::string const& object) {
  expect_error_or_success([&] {
    for (std::string const& key : file.attributes_of(object)) {
      expect_error_or_success([&] { file.text_attribute(object, key); });
      expect_error_or_success([&] { file.integer_attribute(object, key); });
      expect_error_or_success([&] { file.real_attribute(object, key); });
    }
  });
}

void read_group(io::Hdf5File& file, std::string const& group, int depth) {
  read_attributes(file, group);
  for (std::string const& name : file.datasets_in(group)) {
    std::string const whole = group == "/" ? name : group + "/" + name;
    read_attributes(file, whole);
    read_in_every_way(file, whole);
  }
  for (std::string const& name : file.groups_in(group)) {
    if (depth < 8) read_group(file, group == "/" ? name : group + "/" + name, depth + 1);
  }
}

}  // namespace

void write_described(io::Hdf5File& file, std::string_view text) {
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string kind;
    words >> kind;
    // An object that is there twice, or cannot be made, is the description's fault.
    expect_error_or_success([&] {
      if (kind == "text" || kind == "int" || kind == "real") {
        write_attribute_of(file, kind, words);
      } else {
        write_dataset(file, kind, words);
      }
    });
  }
}

void read_everything(io::Hdf5File& file) { read_group(file, "/", 0); }

bool is_raw_hdf5(std::string_view bytes) { return bytes.starts_with("\211HDF"); }

}  // namespace tidemill::tests
