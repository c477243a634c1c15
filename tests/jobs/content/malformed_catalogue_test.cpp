#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "io/error.hpp"
#include "tests/support/run_command.hpp"

// Malformed catalogues of items, made here and never stored: each must end in the right exit code with a message that
// names file, place and cure, and leave no model behind.
namespace tidemill::jobs {
namespace {

using tests::run_command;
using tests::ScratchFolder;
using tests::world;

struct BadCatalogue {
  std::string what;
  std::string bytes;
  std::vector<std::string> options;
  int code;
  std::vector<std::string> says;
};

std::vector<BadCatalogue> bad_catalogues() {
  std::vector<std::string> const texts{"--catalogue-texts", "text"}, numbers{"--catalogue-numbers", "size"};
  return {
      {"nothing", "", {}, 3, {"line 1", "export it again"}},
      {"blank lines only", "\n \n", {}, 3, {"line 1", "export it again"}},
      {"no id column", "name,text\na,b\n", {}, 3, {"line 1", "'id'", "catalogue-id"}},
      {"id column of another name", "id,text\na,b\n", {"--catalogue-id", "key"}, 3, {"'key'", "id, text"}},
      {"no text column", "id,txt\na,b\n", texts, 3, {"line 1", "'text'", "did you mean 'txt'", "catalogue-texts"}},
      {"no attribute column",
       "id,tag\na,b\n",
       {"--catalogue-attributes", "tags"},
       3,
       {"'tags'", "did you mean 'tag'", "catalogue-attributes"}},
      {"no number column", "id,sizes\na,1\n", numbers, 3, {"'size'", "catalogue-numbers"}},
      {"texts as numbers", "id,size\na,large\n", numbers, 3, {"'size'", "'large'", "correct the cells"}},
      {"number too large", "id,size\na,1e999\n", numbers, 3, {"line 2", "'size'", "correct it"}},
      {"id missing", "id,text\na,b\n,c\n", texts, 3, {"line 3", "no id", "remove the row"}},
      {"id of blanks", "id,text\na,b\n\" \",c\n", texts, 3, {"line 3", "no id"}},
      {"id twice", "id,text\na,b\nc,d\na,e\n", texts, 3, {"'a'", "more than once", "one row per item"}},
      {"row too short", "id,text,size\na,b,1\nc,d\n", texts, 3, {"line 3", "3"}},
      {"row too long", "id,text\na,b\nc,d,e\n", texts, 3, {"line 3", "2"}},
      {"a name twice", "id,text,text\na,b,c\n", texts, 3, {"'text' twice", "rename"}},
      {"quote not closed", "id,text\na,\"b\nc,d\n", texts, 3, {"line 2", "quote"}},
      {"NUL bytes", std::string("id,text\na,\0\n", 12), texts, 3, {"NUL"}},
      {"UTF-16", std::string("\xff\xfei\0d\0,\0", 8), {}, 3, {"UTF-16"}},
      {"damaged gzip", std::string("\x1f\x8b\x08\0\0\0\0\0\0\3garbage", 17), {}, 3, {"damaged"}},
      {"cut HDF5", std::string("\x89HDF\r\n\x1a\n\0\0\0\0", 12), {}, 3, {"damaged"}},
      {"JSON cut off", "{\"a\": [\"x\", ", {}, 3, {"repair the file"}},
      {"JSON without lists", "{\"a\": 3}", {}, 3, {"'a' has no list", "repair the file"}},
      {"JSON with objects in lists", "{\"a\": [{\"x\": 1}]}", {}, 3, {"as an attribute", "repair the file"}},
      {"JSON with fractions", "{\"a\": [1.5]}", {}, 3, {"1.5", "repair the file"}},
      {"separator of two characters", "id,tags\na,b\n", {"--separator", ";;"}, 2, {"--separator", "one character"}},
  };
}

void expect_refused_catalogue(BadCatalogue const& one, std::string const& catalogue, std::string const& interactions,
                              std::string const& output) {
  std::vector<std::string> arguments{"--model",     "content", "--interactions", interactions,
                                     "--catalogue", catalogue, "--output",       output};
  arguments.insert(arguments.end(), one.options.begin(), one.options.end());
  try {
    run_command(world(), "train", arguments);
    ADD_FAILURE() << one.what << " was accepted";
  } catch (Error const& error) {
    std::string const message = error.what();
    EXPECT_EQ(static_cast<int>(error.code()), one.code) << one.what << ": " << message;
    if (one.code == 3) {
      EXPECT_NE(message.find(catalogue), std::string::npos) << one.what << " does not name the file: " << message;
    }
    for (std::string const& part : one.says) {
      EXPECT_NE(message.find(part), std::string::npos) << one.what << " does not say '" << part << "': " << message;
    }
  }
  EXPECT_FALSE(std::filesystem::exists(output)) << one.what;
}

TEST(MalformedCatalogues, AreRefusedWithFilePlaceAndCure) {
  ScratchFolder const folder;
  std::vector<BadCatalogue> const cases = bad_catalogues();
  auto const write = [](std::filesystem::path const& path, std::string const& bytes) {
    if (world().is_root()) std::ofstream(path, std::ios::binary) << bytes;
    world().barrier();
  };
  write(folder / "pairs.csv", "user,item\n1,a\n2,b\n");
  for (std::size_t i = 0; i < cases.size(); ++i) {
    std::filesystem::path const path = folder / ("catalogue " + std::to_string(i));
    write(path, cases[i].bytes);
    expect_refused_catalogue(cases[i], path, folder / "pairs.csv", folder / "m.h5");
  }
  expect_refused_catalogue({"no such file", "", {}, 3, {"cannot open", "check that it exists"}}, folder / "absent.csv",
                           folder / "pairs.csv", folder / "m.h5");
}

}  // namespace
}  // namespace tidemill::jobs
