#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidemill::drivers::report {

struct Point {
  double x = 0;
  double y = 0;
};

/// A drawing as inline SVG. Looks come from the page's style sheet by class name, so one drawing serves light, dark
/// and print. All texts are escaped here.
class Svg {
 public:
  enum class Anchor { start, middle, end };
  Svg(double width, double height, std::string const& title, std::string const& description);

  void line(Point from, Point to, std::string_view style);
  /// `hint`: shown by browsers on pointing; also read by screen readers.
  void rectangle(Point corner, double width, double height, std::string_view style, std::string const& hint = {});
  void circle(Point centre, double radius, std::string_view style, std::string const& hint = {});
  void text(Point at, std::string const& text, Anchor anchor, std::string_view style);
  /// A line through points; a point that is not a number breaks it.
  void polyline(std::vector<Point> const& points, std::string_view style);
  void polygon(std::vector<Point> const& points, std::string_view style, std::string const& hint = {});
  std::string finish() const;

 private:
  std::string head_;
  std::string body_;
};

/// About how wide a text is in the page's font; good enough to keep labels apart.
double text_width(std::string_view text, double font_size);

}  // namespace tidemill::drivers::report
