#include "io/hdf5/write_failures.hpp"

#include <mpi.h>

#include <utility>

namespace {

bool has_failed = false;

/// Notes what went wrong, and lets `status` say that all bytes were written.
int note(int code, MPI_Status* status, int count, MPI_Datatype type) {
  MPI_Count size = 0;
  PMPI_Type_size_x(type, &size);
  MPI_Count const expected = size * count;
  MPI_Count written = expected;
  if (status != MPI_STATUS_IGNORE) {
    if (code == MPI_SUCCESS) PMPI_Get_elements_x(status, MPI_BYTE, &written);
    PMPI_Status_set_elements_x(status, MPI_BYTE, expected);
  }
  has_failed = has_failed || code != MPI_SUCCESS || written != expected;
  return MPI_SUCCESS;
}

int note(int code) {
  has_failed = has_failed || code != MPI_SUCCESS;
  return MPI_SUCCESS;
}

}  // namespace

// The names that HDF5 calls: these stand before those of the MPI library, as the profiling interface provides.
extern "C" {

int MPI_File_write_at(MPI_File file, MPI_Offset offset, void const* bytes, int count, MPI_Datatype type,
                      MPI_Status* status) {
  return note(PMPI_File_write_at(file, offset, bytes, count, type, status), status, count, type);
}

int MPI_File_write_at_all(MPI_File file, MPI_Offset offset, void const* bytes, int count, MPI_Datatype type,
                          MPI_Status* status) {
  return note(PMPI_File_write_at_all(file, offset, bytes, count, type, status), status, count, type);
}

int MPI_File_set_size(MPI_File file, MPI_Offset size) { return note(PMPI_File_set_size(file, size)); }

int MPI_File_sync(MPI_File file) { return note(PMPI_File_sync(file)); }

}  // extern "C"

namespace tidemill::io {

bool take_write_failure() { return std::exchange(has_failed, false); }

}  // namespace tidemill::io
