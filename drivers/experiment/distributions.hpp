#pragma once

namespace tidemill::drivers {

/// Chance that a standard normal value is at least as far from 0 as z.
double normal_two_sided(double z);
/// The same of Student's t with `freedom` degrees of freedom (need not be whole), by the incomplete beta function.
double student_two_sided(double t, double freedom);
/// Chance that a chi-square value with `freedom` degrees of freedom is at least x, by the incomplete gamma function.
double chi_square_upper(double x, double freedom);

/// The distance from 0 that is exceeded on either side with this chance (0 < chance < 1).
double normal_distance(double chance);
double student_distance(double chance, double freedom);

}  // namespace tidemill::drivers
