#include <algorithm>

#include "io/hdf5/file.hpp"
#include "io/hdf5/file_state.hpp"

namespace tidemill::io {
namespace {

void write_attribute(hid_t object, std::string const& key, hid_t type, void const* value, bool& ok) {
  if (H5Aexists(object, key.c_str()) > 0) H5Adelete(object, key.c_str());
  Handle const space(H5Screate(H5S_SCALAR), H5Sclose);
  Handle const attribute(H5Acreate2(object, key.c_str(), type, space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  ok = attribute.is_valid() && H5Awrite(attribute.get(), type, value) >= 0;
}

}  // namespace

void Hdf5File::set_attribute(std::string const& object, std::string const& key, std::string const& value) {
  hid_t const owner = state_->object(object);
  Handle const type = text_type(value.size());
  bool ok = false;
  std::string const padded = value.empty() ? std::string(1, '\0') : value;
  write_attribute(owner, key, type.get(), padded.data(), ok);
  if (!ok) state_->fail(object + "@" + key, "write attribute");
}

void Hdf5File::set_attribute(std::string const& object, std::string const& key, std::int64_t value) {
  hid_t const owner = state_->object(object);
  bool ok = false;
  write_attribute(owner, key, H5T_STD_I64LE, &value, ok);
  if (!ok) state_->fail(object + "@" + key, "write attribute");
}

void Hdf5File::set_attribute(std::string const& object, std::string const& key, double value) {
  hid_t const owner = state_->object(object);
  bool ok = false;
  write_attribute(owner, key, H5T_IEEE_F64LE, &value, ok);
  if (!ok) state_->fail(object + "@" + key, "write attribute");
}

bool Hdf5File::has_attribute(std::string const& object, std::string const& key) {
  return has(object) && H5Aexists(state_->object(object), key.c_str()) > 0;
}

std::vector<std::string> Hdf5File::attributes_of(std::string const& object) {
  std::vector<std::string> keys;
  auto const visit = [](hid_t, char const* key, H5A_info_t const*, void* out) -> herr_t {
    static_cast<std::vector<std::string>*>(out)->push_back(key);
    return 0;
  };
  state_->check(H5Aiterate_by_name(state_->file.get(), object.c_str(), H5_INDEX_NAME, H5_ITER_INC, nullptr, visit,
                                   &keys, H5P_DEFAULT),
                object, "list attributes");
  std::sort(keys.begin(), keys.end());
  return keys;
}

std::string Hdf5File::text_attribute(std::string const& object, std::string const& key) {
  Handle const attribute(H5Aopen(state_->object(object), key.c_str(), H5P_DEFAULT), H5Aclose);
  if (!attribute.is_valid()) state_->fail(object + "@" + key, "find attribute");
  Handle const stored(H5Aget_type(attribute.get()), H5Tclose);
  if (H5Tget_class(stored.get()) != H5T_STRING || H5Tis_variable_str(stored.get()) > 0 ||
      !holds_one_value(attribute.get())) {
    state_->fail(object + "@" + key, "read text attribute");
  }
  std::string value(H5Tget_size(stored.get()), '\0');
  Handle const type = text_type(value.size());
  state_->check(H5Aread(attribute.get(), type.get(), value.data()), object + "@" + key, "read attribute");
  value.resize(std::min(value.find('\0'), value.size()));
  return value;
}

std::int64_t Hdf5File::integer_attribute(std::string const& object, std::string const& key) {
  Handle const attribute(H5Aopen(state_->object(object), key.c_str(), H5P_DEFAULT), H5Aclose);
  std::int64_t value = 0;
  if (!attribute.is_valid() || !holds_one_value(attribute.get()) ||
      H5Aread(attribute.get(), H5T_NATIVE_INT64, &value) < 0) {
    state_->fail(object + "@" + key, "read integer attribute");
  }
  return value;
}

double Hdf5File::real_attribute(std::string const& object, std::string const& key) {
  Handle const attribute(H5Aopen(state_->object(object), key.c_str(), H5P_DEFAULT), H5Aclose);
  double value = 0;
  if (!attribute.is_valid() || !holds_one_value(attribute.get()) ||
      H5Aread(attribute.get(), H5T_NATIVE_DOUBLE, &value) < 0) {
    state_->fail(object + "@" + key, "read real attribute");
  }
  return value;
}

}  // namespace tidemill::io
