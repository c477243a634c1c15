# Flags for our own code only: warnings are errors, and the numbers do not depend on the optimiser.
add_library(tidemill_flags INTERFACE)
target_include_directories(tidemill_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(tidemill_flags INTERFACE TIDEMILL_VERSION="${PROJECT_VERSION}")
set(cxx_only "$<COMPILE_LANGUAGE:CXX>")
target_compile_options(tidemill_flags INTERFACE
  $<${cxx_only}:-Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror>
  # GCC 12 reports string concatenation falsely (bug 105651).
  $<$<AND:${cxx_only},$<CXX_COMPILER_ID:GNU>>:-Wno-restrict>
  # A fused multiply-add chosen by the compiler in the body of a vector loop but not in its tail would make a row's
  # value depend on where its rank's part begins.
  $<${cxx_only}:-ffp-contract=off>)
if(CMAKE_UNITY_BUILD)
  # Several sources in one unit: a local name may be that of a helper in another file.
  target_compile_options(tidemill_flags INTERFACE $<${cxx_only}:-Wno-shadow>)
endif()
if(TIDEMILL_CUDA)
  # fmt 9 takes nvcc for a compiler of another age; its format-string check is made by the host build.
  target_compile_definitions(tidemill_flags INTERFACE FMT_CONSTEVAL= FMT_USE_CONSTEXPR=1)
endif()
if(TIDEMILL_ARCHITECTURE)
  target_compile_options(tidemill_flags INTERFACE $<${cxx_only}:-march=${TIDEMILL_ARCHITECTURE}>)
endif()
if(TIDEMILL_SANITIZE)
  # The sanitized build is for running the unit tests once: what takes longest is compiling it, so only the layers with
  # the inner loops are optimised (see kernels and io).
  target_compile_options(tidemill_flags INTERFACE
    $<${cxx_only}:-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g1
      # Costly to compile and of little use here: AddressSanitizer sees null pointers, x86 loads from anywhere.
      -fno-sanitize=null,alignment,vptr
      # GCC 12 reports the standard library's own <regex> falsely under the sanitizers (bug 105562).
      $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>>)
  target_link_options(tidemill_flags INTERFACE -fsanitize=address,undefined)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  # Some options above and beside single files speak of GCC's warnings.
  target_compile_options(tidemill_flags INTERFACE $<${cxx_only}:-Wno-unknown-warning-option;-Wno-pass-failed>)
endif()
if(TIDEMILL_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)
    message(FATAL_ERROR "TIDEMILL_FUZZ needs clang and its libFuzzer: configure with -DCMAKE_CXX_COMPILER=clang++")
  endif()
  target_compile_options(tidemill_flags INTERFACE $<${cxx_only}:-fsanitize=fuzzer-no-link>)
endif()
