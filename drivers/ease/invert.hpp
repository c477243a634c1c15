#pragma once

#include "drivers/ease/lower_blocks.hpp"
#include "io/progress/progress.hpp"
#include "io/store/checkpoint.hpp"

namespace tidemill::drivers {

/// Collective. Replaces a symmetric positive definite matrix A by -A^-1. Per block column: the pivot block, which is
/// the Schur complement that a blocked Cholesky factorisation meets, is inverted on every rank; each rank updates its
/// rows (the blocked sweep operator: elimination carried through to the inverse, n^3 operations in all, the same work
/// in every step). Each number is made by the same operations in the same order whoever holds it. Saves a checkpoint
/// when due, and continues from one; throws StoppedAtCheckpoint when asked to stop, ConfigError when A is not positive
/// definite.
void invert_negated(io::Comm const& comm, LowerBlocks& matrix, io::CheckpointStore& checkpoints,
                    io::Progress& progress);

}  // namespace tidemill::drivers
