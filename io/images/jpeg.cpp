#include "io/images/jpeg.hpp"

#include <fmt/format.h>
#include <jerror.h>
#include <jpeglib.h>  // needs <cstdio> before it

#include <csetjmp>
#include <cstdio>
#include <cstdlib>

#include "io/error.hpp"

namespace tidemill::io {
namespace {

/// A file of many tiny scans takes minutes to decode; honest ones have about ten.
constexpr int max_scans = 500;

/// The library's errors jump; so functions between setjmp and longjmp hold no objects with destructors.
struct Errors {
  jpeg_error_mgr base;
  std::jmp_buf escape;
  char text[JMSG_LENGTH_MAX];
  int code;
  bool is_damaged, is_cut;
};

void leave(j_common_ptr info) {
  auto* const errors = reinterpret_cast<Errors*>(info->err);
  errors->code = info->err->msg_code;
  info->err->format_message(info, errors->text);
  std::longjmp(errors->escape, 1);
}

void note(j_common_ptr info, int level) {
  if (level >= 0) return;
  auto* const errors = reinterpret_cast<Errors*>(info->err);
  int const code = info->err->msg_code;
  if (errors->text[0] == '\0') info->err->format_message(info, errors->text);
  // Remarks about what surrounds the pixels; every other warning means that pixels were guessed.
  bool const is_harmless = code == JWRN_EXTRANEOUS_DATA || code == JWRN_JFIF_MAJOR || code == JWRN_ADOBE_XFORM ||
                           code == JWRN_TOO_MUCH_DATA || code == JWRN_BOGUS_ICC;
  if (code == JWRN_JPEG_EOF) {
    errors->is_cut = true;
  } else if (!is_harmless) {
    errors->is_damaged = true;
  }
}

void count_scans(j_common_ptr info) {
  auto const* const decoder = reinterpret_cast<j_decompress_ptr>(info);
  if (decoder->input_scan_number <= max_scans) return;
  auto* const errors = reinterpret_cast<Errors*>(info->err);
  std::snprintf(errors->text, sizeof errors->text, "more than %d scans", max_scans);
  std::longjmp(errors->escape, 1);
}

jpeg_error_mgr* set_up(Errors& errors) {
  jpeg_error_mgr* const base = jpeg_std_error(&errors.base);
  base->error_exit = leave;
  base->emit_message = note;
  base->output_message = [](j_common_ptr) {};
  errors.text[0] = '\0';
  errors.code = 0;
  errors.is_damaged = errors.is_cut = false;
  return base;
}

/// Adobe writes CMYK inverted.
void to_rgb(std::uint8_t const* cmyk, bool inverted, int count, std::uint8_t* rgb) {
  for (int i = 0; i < count; ++i) {
    int const black = inverted ? cmyk[4 * i + 3] : 255 - cmyk[4 * i + 3];
    for (int c = 0; c < 3; ++c) {
      int const ink = inverted ? cmyk[4 * i + c] : 255 - cmyk[4 * i + c];
      rgb[3 * i + c] = static_cast<std::uint8_t>((ink * black + 127) / 255);
    }
  }
}

struct Decoder {
  jpeg_decompress_struct info{};
  jpeg_progress_mgr progress{};
  Errors errors{};
  Decoder() {
    info.err = set_up(errors);
    progress.progress_monitor = count_scans;
  }
  ~Decoder() { jpeg_destroy_decompress(&info); }
  Decoder(Decoder const&) = delete;
  Decoder& operator=(Decoder const&) = delete;
};

/// False when the library gave up; its words are in `errors`.
bool read_header(Decoder& decoder, std::string_view bytes) {
  if (setjmp(decoder.errors.escape) != 0) return false;
  jpeg_create_decompress(&decoder.info);
  decoder.info.progress = &decoder.progress;
  jpeg_mem_src(&decoder.info, reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size());
  jpeg_read_header(&decoder.info, TRUE);
  bool const is_cmyk = decoder.info.jpeg_color_space == JCS_CMYK || decoder.info.jpeg_color_space == JCS_YCCK;
  decoder.info.out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;
  decoder.info.dct_method = JDCT_ISLOW;
  return true;
}

/// `row` holds one row of four bytes per pixel.
bool read_pixels(Decoder& decoder, std::uint8_t* rgb, std::uint8_t* row) {
  if (setjmp(decoder.errors.escape) != 0) return false;
  jpeg_decompress_struct& info = decoder.info;
  jpeg_start_decompress(&info);
  while (info.output_scanline < info.output_height) {
    std::size_t const at = std::size_t{3} * info.output_scanline * info.output_width;
    JSAMPROW target = info.out_color_space == JCS_CMYK ? row : rgb + at;
    if (jpeg_read_scanlines(&info, &target, 1) != 1) return false;
    if (info.out_color_space == JCS_CMYK) {
      to_rgb(row, info.saw_Adobe_marker != 0, static_cast<int>(info.output_width), rgb + at);
    }
  }
  jpeg_finish_decompress(&info);
  return true;
}

bool is_unsupported(int code) {
  return code == JERR_SOF_UNSUPPORTED || code == JERR_BAD_PRECISION || code == JERR_CONVERSION_NOTIMPL ||
         code == JERR_ARITH_NOTIMPL || code == JERR_NOT_COMPILED || code == JERR_BAD_J_COLORSPACE;
}

DecodedPicture failure(Decoder const& decoder) {
  DecodedPicture result;
  result.status = is_unsupported(decoder.errors.code) ? PictureStatus::unsupported : PictureStatus::corrupt;
  result.problem = decoder.errors.text;
  return result;
}

struct Encoder {
  jpeg_compress_struct info{};
  Errors errors{};
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  Encoder() { info.err = set_up(errors); }
  ~Encoder() {
    jpeg_destroy_compress(&info);
    std::free(bytes);
  }
  Encoder(Encoder const&) = delete;
  Encoder& operator=(Encoder const&) = delete;
};

bool write_pixels(Encoder& encoder, Picture const& picture, int quality) {
  if (setjmp(encoder.errors.escape) != 0) return false;
  jpeg_compress_struct& info = encoder.info;
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, &encoder.bytes, &encoder.size);
  info.image_width = static_cast<JDIMENSION>(picture.width);
  info.image_height = static_cast<JDIMENSION>(picture.height);
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  info.dct_method = JDCT_ISLOW;
  info.optimize_coding = TRUE;
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    std::size_t const at = std::size_t{3} * info.next_scanline * info.image_width;
    JSAMPROW row = const_cast<JSAMPROW>(picture.rgb.data() + at);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  return true;
}

}  // namespace

DecodedPicture decode_jpeg(std::string_view bytes, PictureLimits const& limits) {
  Decoder decoder;
  if (!read_header(decoder, bytes)) return failure(decoder);
  DecodedPicture result;
  std::int64_t const width = decoder.info.image_width, height = decoder.info.image_height;
  if (width * height > limits.max_pixels) {
    result.status = PictureStatus::too_large;
    result.problem = fmt::format("{} x {} pixels", width, height);
    return result;
  }
  Picture picture{static_cast<int>(width), static_cast<int>(height), {}};
  picture.rgb.resize(static_cast<std::size_t>(3 * width * height));
  std::vector<std::uint8_t> row(static_cast<std::size_t>(4 * width));
  if (!read_pixels(decoder, picture.rgb.data(), row.data())) return failure(decoder);
  result.problem = decoder.errors.text;
  if (decoder.errors.is_cut) {
    result.status = PictureStatus::truncated;
  } else if (decoder.errors.is_damaged) {
    result.status = PictureStatus::corrupt;
  } else {
    result.status = PictureStatus::decoded;
    result.picture = std::move(picture);
  }
  return result;
}

std::string encode_jpeg(Picture const& picture, int quality) {
  if (picture.width > 65500 || picture.height > 65500) {
    throw DataError(fmt::format("a JPEG file has at most 65500 pixels a side; this picture is {} x {}", picture.width,
                                picture.height));
  }
  Encoder encoder;
  if (!write_pixels(encoder, picture, quality)) {
    throw Error(
        fmt::format("encoding {} x {} pixels as JPEG failed: {}", picture.width, picture.height, encoder.errors.text));
  }
  return {reinterpret_cast<char const*>(encoder.bytes), encoder.size};
}

}  // namespace tidemill::io
