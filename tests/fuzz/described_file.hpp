#pragma once

#include <string_view>

#include "io/hdf5/file.hpp"

namespace tidemill::tests {

/// Writes what a text describes, a line per object, so that a fuzzer's changes give whole HDF5 files with hostile
/// content:
///   text OBJECT KEY VALUE     int OBJECT KEY NUMBER     real OBJECT KEY NUMBER      attributes
///   i8|i32|i64|u8|u32|u64|f32|f64 NAME WIDTH NUMBER...             texts NAME WORD...          datasets
/// Lines that say nothing of the kind are passed over. Throws what Hdf5File throws.
void write_described(io::Hdf5File& file, std::string_view text);

/// Reads all datasets of all groups in every way that Hdf5File has, and all attributes of them.
void read_everything(io::Hdf5File& file);

/// Whether the bytes are an HDF5 file and no description of one.
bool is_raw_hdf5(std::string_view bytes);

}  // namespace tidemill::tests
