#include "drivers/report/svg.hpp"

#include <fmt/format.h>

#include <cmath>

#include "drivers/report/text.hpp"

namespace tidemill::drivers::report {
namespace {

std::string with_hint(std::string_view element, std::string const& hint) {
  if (hint.empty()) return "/>\n";
  return fmt::format("><title>{}</title></{}>\n", escape_html(hint), element);
}

std::string list_of(std::vector<Point> const& points) {
  std::string list;
  for (Point const& point : points) list += fmt::format("{:.1f},{:.1f} ", point.x, point.y);
  if (!list.empty()) list.pop_back();
  return list;
}

}  // namespace

Svg::Svg(double width, double height, std::string const& title, std::string const& description) {
  head_ = fmt::format(
      "<svg role=\"img\" aria-label=\"{0}\" viewBox=\"0 0 {2:.0f} {3:.0f}\" style=\"max-width:{2:.0f}px\">"
      "<title>{0}</title><desc>{1}</desc>\n",
      escape_html(title), escape_html(description), width, height);
}

void Svg::line(Point from, Point to, std::string_view style) {
  body_ += fmt::format("<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>\n", style, from.x,
                       from.y, to.x, to.y);
}

void Svg::rectangle(Point corner, double width, double height, std::string_view style, std::string const& hint) {
  body_ += fmt::format("<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"", style,
                       corner.x, corner.y, width, height) +
           with_hint("rect", hint);
}

void Svg::circle(Point centre, double radius, std::string_view style, std::string const& hint) {
  body_ +=
      fmt::format("<circle class=\"{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\"", style, centre.x, centre.y, radius) +
      with_hint("circle", hint);
}

void Svg::text(Point at, std::string const& text, Anchor anchor, std::string_view style) {
  static constexpr char const* anchors[] = {"start", "middle", "end"};
  body_ += fmt::format("<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", style, at.x, at.y,
                       anchors[static_cast<int>(anchor)], escape_html(text));
}

void Svg::polyline(std::vector<Point> const& points, std::string_view style) {
  std::vector<Point> piece;
  auto const flush = [&] {
    // A piece of one point would be invisible as a line.
    if (piece.size() == 1) circle(piece[0], 1.5, style);
    if (piece.size() > 1) body_ += fmt::format("<polyline class=\"{}\" points=\"{}\"/>\n", style, list_of(piece));
    piece.clear();
  };
  for (Point const& point : points) {
    std::isfinite(point.x) && std::isfinite(point.y) ? piece.push_back(point) : flush();
  }
  flush();
}

void Svg::polygon(std::vector<Point> const& points, std::string_view style, std::string const& hint) {
  body_ += fmt::format("<polygon class=\"{}\" points=\"{}\"", style, list_of(points)) + with_hint("polygon", hint);
}

std::string Svg::finish() const { return head_ + body_ + "</svg>\n"; }

double text_width(std::string_view text, double font_size) {
  return 0.56 * font_size * static_cast<double>(code_points(text));
}

}  // namespace tidemill::drivers::report
