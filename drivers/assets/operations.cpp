#include "drivers/assets/operations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <set>

#include "drivers/assets/measure.hpp"
#include "drivers/assets/pixels.hpp"
#include "drivers/assets/share_files.hpp"
#include "io/error.hpp"
#include "io/images/jpeg.hpp"
#include "io/images/picture_file.hpp"
#include "io/images/png.hpp"
#include "io/store/posix.hpp"
#include "kernels/image/filters.hpp"

namespace tidemill::drivers {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 5> operation_names{"resize", "convert", "reencode", "denoise", "sharpen"};

struct State {
  std::int64_t bytes = io::missing_integer, width = io::missing_integer, height = io::missing_integer;
  bool is_measured = false;
  PictureMeasures measures;
};

struct Done {
  std::string path, target;
  io::PictureStatus status = io::PictureStatus::decoded;
  std::string problem;
  State before, after;
};

State state_of(io::PictureFile const& file) {
  return {file.bytes, file.width, file.height, true, measure_quality(file.picture)};
}

kernels::Pixels changed(io::Picture const& picture, OperationParams const& params, double noise) {
  kernels::Exec const exec;
  kernels::Pixels const pixels = pixels_of(picture);
  kernels::Extent const size{picture.height, picture.width};
  switch (params.operation) {
    case PictureOperation::resize:
      if (std::max(size.height, size.width) <= params.side) return pixels;
      return kernels::resized(exec, pixels, kernels::scaled_to(size, params.side));
    case PictureOperation::denoise:
      return kernels::denoised(exec, pixels, params.strength > 0 ? params.strength : std::max(1.0, 3 * noise));
    case PictureOperation::sharpen:
      return kernels::sharpened(exec, pixels, params.strength > 0 ? params.strength : 0.6);
    case PictureOperation::convert:
    case PictureOperation::reencode:
      break;
  }
  return pixels;
}

io::PictureFormat format_of_result(OperationParams const& params, io::PictureFormat original) {
  return params.format == io::PictureFormat::unknown ? original : params.format;
}

/// The path with an extension that says what the bytes are; kept when it does already.
std::string named_for(std::string const& path, io::PictureFormat format) {
  if (io::declared_format(path) == format) return path;
  return fs::path(path).replace_extension(format == io::PictureFormat::png ? ".png" : ".jpg").generic_string();
}

std::string encoded(io::Picture const& picture, io::PictureFormat format, int quality) {
  return format == io::PictureFormat::png ? io::encode_png(picture) : io::encode_jpeg(picture, quality);
}

/// Writes, reads back, and only then renames. Returns what is in the file.
State publish(fs::path const& path, std::string const& bytes, io::PictureLimits const& limits) {
  io::make_folders(path.parent_path());
  fs::path const temporary = path.string() + ".tmp";
  io::write_file(temporary, bytes);
  io::sync_file(temporary);
  io::PictureFile const file = io::read_picture(io::read_file(temporary), path, limits);
  if (file.status != io::PictureStatus::decoded) {
    io::remove_if_present(temporary);
    throw Error(
        fmt::format("{}: what was written cannot be read back ({}); is the disk sound?", path.string(), file.problem));
  }
  io::rename_file(temporary, path);
  return state_of(file);
}

Done process(fs::path const& folder, io::ListedFile const& listed, OperationParams const& params) {
  Done done{listed.path, "", listed.status, "", {}, {}};
  done.before.bytes = listed.bytes;
  if (listed.status != io::PictureStatus::decoded) return done;
  io::PictureFile const file = io::read_picture(folder / listed.path, params.limits);
  done.status = file.status;
  done.problem = file.problem;
  if (file.status != io::PictureStatus::decoded) return done;
  done.before = state_of(file);
  io::PictureFormat const format = format_of_result(params, file.detected);
  done.target = named_for(listed.path, format);
  io::Picture const result = picture_of(changed(file.picture, params, done.before.measures.noise));
  done.after = publish(params.target / done.target, encoded(result, format, params.quality), params.limits);
  return done;
}

/// Refuses folders within each other, and files whose results would overwrite each other.
void check_targets(fs::path const& folder, OperationParams const& params) {
  auto const holds = [](fs::path const& outer, fs::path const& inner) {
    auto const [mismatch, at] = std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
    return mismatch == outer.end();
  };
  fs::path const from = fs::canonical(folder), to = fs::weakly_canonical(params.target);
  if (holds(from, to) || holds(to, from)) {
    throw ConfigError(fmt::format("the target {} and the originals {} must not lie in each other; name another target",
                                  to.string(), from.string()));
  }
}

/// Where the result of a file will stand, by what its first bytes say; empty when it is no JPEG or PNG.
std::string planned_target(fs::path const& folder, io::ListedFile const& listed, OperationParams const& params) {
  if (listed.status != io::PictureStatus::decoded) return "";
  char head[32] = {};
  std::ifstream file(folder / listed.path, std::ios::binary);
  file.read(head, sizeof head);
  io::PictureFormat const format = io::detected_format({head, static_cast<std::size_t>(file.gcount())});
  if (format != io::PictureFormat::jpeg && format != io::PictureFormat::png) return "";
  return named_for(listed.path, format_of_result(params, format));
}

void check_names(io::Comm const& comm, fs::path const& folder, SharedFiles const& shared,
                 OperationParams const& params) {
  std::string mine;
  for (io::ListedFile const& file : shared.mine) {
    std::string const target = planned_target(folder, file, params);
    if (!target.empty()) mine += file.path + '\0' + target + '\0';
  }
  std::map<std::string, std::string> taken;
  for (std::string const& part : comm.gather_all_texts(mine)) {
    for (std::size_t at = 0; at < part.size();) {
      std::string const path = part.c_str() + at, target = part.c_str() + at + path.size() + 1;
      at += path.size() + target.size() + 2;
      auto const [other, is_new] = taken.emplace(target, path);
      if (is_new) continue;
      throw ConfigError(fmt::format("{} and {} would both become {}; rename one, or work on their folders one by one",
                                    other->second, path, target));
    }
  }
}

struct OperationColumns {
  std::vector<Done> const& rows;
  io::Table& table;

  template <class Get>
  void integer(std::string const& name, Get const& get) const {
    std::vector<std::int64_t> before, after;
    for (Done const& row : rows) {
      before.push_back(get(row.before));
      after.push_back(get(row.after));
    }
    table.add(io::integer_column(name + "_before", before));
    table.add(io::integer_column(name + "_after", after));
  }
  void real(std::string const& name, double PictureMeasures::*measure) const {
    std::vector<double> before, after;
    auto const get = [&](State const& state) { return state.is_measured ? state.measures.*measure : std::nan(""); };
    for (Done const& row : rows) {
      before.push_back(get(row.before));
      after.push_back(get(row.after));
    }
    table.add(io::real_column(name + "_before", before));
    table.add(io::real_column(name + "_after", after));
  }
};

io::Table table_of(io::Comm const& comm, io::RowRange const& range, std::vector<Done> const& rows) {
  io::Table table;
  table.range = range;
  std::vector<std::string> path, target, status, problem;
  for (Done const& row : rows) {
    path.push_back(row.path);
    target.push_back(row.target);
    status.push_back(name_of(row.status));
    problem.push_back(row.problem);
  }
  table.add(io::text_column(comm, "path", path));
  table.add(io::text_column(comm, "target", target));
  table.add(io::text_column(comm, "status", status));
  table.add(io::text_column(comm, "problem", problem));
  OperationColumns const columns{rows, table};
  columns.integer("bytes", [](State const& s) { return s.bytes; });
  columns.integer("width", [](State const& s) { return s.width; });
  columns.integer("height", [](State const& s) { return s.height; });
  columns.real("sharpness", &PictureMeasures::sharpness);
  columns.real("noise", &PictureMeasures::noise);
  columns.real("luma_mean", &PictureMeasures::luma_mean);
  columns.real("luma_range", &PictureMeasures::luma_range);
  columns.real("colourfulness", &PictureMeasures::colourfulness);
  return table;
}

}  // namespace

PictureOperation picture_operation_named(std::string const& name) {
  for (std::size_t i = 0; i < operation_names.size(); ++i) {
    if (operation_names[i] == name) return static_cast<PictureOperation>(i);
  }
  std::vector<std::string> const names = picture_operation_names();
  throw ConfigError(fmt::format("unknown operation '{}'; did you mean '{}'? There are: {}", name,
                                io::nearest_name(name, names), fmt::join(names, ", ")));
}

std::vector<std::string> picture_operation_names() { return {operation_names.begin(), operation_names.end()}; }

OperationResult apply_operation(io::Comm const& comm, io::Progress& progress, fs::path const& folder,
                                OperationParams const& params) {
  SharedFiles const shared = share_files(comm, folder);
  io::agree(comm, "check the target", [&] { check_targets(folder, params); });
  check_names(comm, folder, shared, params);

  std::vector<Done> rows;
  std::set<fs::path> touched;
  progress.begin("change pictures", static_cast<std::int64_t>(shared.mine.size()));
  io::agree(comm, "change pictures", [&] {
    for (io::ListedFile const& file : shared.mine) {
      rows.push_back(process(folder, file, params));
      if (!rows.back().target.empty()) touched.insert((params.target / rows.back().target).parent_path());
      progress.advance();
    }
    for (fs::path const& changed_folder : touched) io::sync_folder(changed_folder);
  });
  progress.end(fmt::format("{} files", shared.range.total));

  OperationResult result;
  for (Done const& row : rows) {
    ++result.count[static_cast<std::size_t>(row.status)];
    result.written += row.target.empty() ? 0 : 1;
  }
  comm.sum(std::span<std::int64_t>(result.count));
  result.written = comm.sum(result.written);
  result.files = table_of(comm, shared.range, rows);
  return result;
}

}  // namespace tidemill::drivers
