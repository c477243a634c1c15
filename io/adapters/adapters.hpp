#pragma once

#include "io/adapters/adapter.hpp"

namespace tidemill::io {

// One maker per adapter, each in its own file of the same name.
Adapter generic_adapter();
Adapter toast_adapter();
Adapter square_adapter();
Adapter clover_adapter();

}  // namespace tidemill::io
