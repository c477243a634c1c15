#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "io/comm/comm.hpp"

namespace tidemill::tests {

/// One process, for all inputs of a fuzzer's run.
io::Comm const& fuzz_comm();

/// An empty folder that is this process's own.
std::filesystem::path const& fuzz_folder();

/// The input as a file in fuzz_folder.
std::filesystem::path fuzz_file(std::string_view name, std::string_view bytes);

/// Calls `read` and lets pass what bad input may end in: tidemill::Error. Everything else that is thrown ends the
/// fuzzer, and so do broken promises.
void expect_error_or_success(std::function<void()> const& read);

/// Ends the fuzzer unless `kept`.
void promise(bool kept, char const* what);

/// What the layer of a target needs beside MPI: start_io.cpp or start_kokkos.cpp.
void start_kernels(int& argc, char** argv);

/// Defined once by each target.
void fuzz_one(std::string_view bytes);

}  // namespace tidemill::tests
