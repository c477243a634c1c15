#include "io/store/audit.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "io/error.hpp"
#include "io/store/posix.hpp"
#include "tests/support/world.hpp"

namespace tidemill::io {
namespace {

using tests::ScratchFolder;
using tests::world;
namespace fs = std::filesystem;

/// Not collective: each test works on rank 0 alone.
class AuditLogFile : public testing::Test {
 protected:
  void SetUp() override {
    if (!world().is_root()) GTEST_SKIP() << "rank 0 only";
    for (int i = 1; i <= 5; ++i) append_audit(tenant(), "publish", {{"to", "2026-11-0" + std::to_string(i)}});
  }
  fs::path tenant() const { return folder_.path(); }
  fs::path log() const { return folder_ / "audit.jsonl"; }
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    std::string const text = read_file(log());
    for (std::size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
      all.push_back(text.substr(at, end - at));
    }
    return all;
  }
  /// Without waiting for the disk.
  void put(std::string const& text) const { std::ofstream(log(), std::ios::binary) << text; }
  void write_lines(std::vector<std::string> const& all) const {
    std::string text;
    for (std::string const& line : all) text += line + "\n";
    put(text);
  }
  std::size_t faults() const { return read_audit(tenant()).faults.size(); }
  /// A fault is found at once, and still after the next entry.
  void expect_found_for_ever() const {
    EXPECT_GT(faults(), 0u);
    append_audit(tenant(), "pin", {});
    EXPECT_GT(faults(), 0u);
  }
  ScratchFolder folder_;
};

TEST_F(AuditLogFile, EntriesFormAChain) {
  AuditLog const log = read_audit(tenant());
  ASSERT_EQ(log.entries.size(), 5u);
  EXPECT_TRUE(log.faults.empty() && log.notes.empty());
  EXPECT_EQ(log.entries[4].sequence, 5);
  EXPECT_EQ(log.entries[4].detail("to"), "2026-11-05");
  EXPECT_EQ(log.entries[0].previous, std::string(64, '0'));
  EXPECT_FALSE(log.entries[0].user.empty() || log.entries[0].host.empty());
}

/// Every byte of the last line, every 31st of the others, changed to another one.
TEST_F(AuditLogFile, EveryChangedByteIsFound) {
  std::string const whole = read_file(log());
  for (std::size_t at = 0; at < whole.size(); at += at + 300 < whole.size() ? 31 : 1) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    put(changed);
    EXPECT_GT(faults(), 0u) << "byte " << at;
  }
}

TEST_F(AuditLogFile, EveryRemovedLineIsFound) {
  std::vector<std::string> const whole = lines();
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::vector<std::string> less = whole;
    less.erase(less.begin() + static_cast<std::ptrdiff_t>(i));
    write_lines(less);
    EXPECT_GT(faults(), 0u) << "line " << i;
  }
  fs::remove(log());
  expect_found_for_ever();
}

TEST_F(AuditLogFile, SwappedLinesAreFound) {
  std::vector<std::string> swapped = lines();
  std::swap(swapped[1], swapped[2]);
  write_lines(swapped);
  expect_found_for_ever();
}

TEST_F(AuditLogFile, AChangedLastLineStaysFound) {
  std::vector<std::string> changed = lines();
  changed[4].replace(changed[4].find("2026-11-05"), 10, "2026-11-04");
  write_lines(changed);
  expect_found_for_ever();
}

TEST_F(AuditLogFile, ACutTailStaysFound) {
  std::vector<std::string> cut = lines();
  cut.resize(3);
  write_lines(cut);
  expect_found_for_ever();
}

/// What a kill can leave: a torn last line, or a line that audit.head does not know yet.
TEST_F(AuditLogFile, WhatAKillLeavesIsMendedByTheNextEntry) {
  std::string const before = read_file(log());
  std::string const head = read_file(folder_ / "audit.head");
  append_audit(tenant(), "rollback", {});
  std::string const after = read_file(log());
  for (std::size_t size = before.size(); size <= after.size(); size += size + 20 < after.size() ? 19 : 1) {
    put(after.substr(0, size));
    write_file(folder_ / "audit.head", head);
    AuditLog const log = read_audit(tenant());
    EXPECT_TRUE(log.faults.empty()) << size << ": " << log.faults.front();
    EXPECT_EQ(log.notes.empty(), size == before.size());
    append_audit(tenant(), "gc", {});
    AuditLog const mended = read_audit(tenant());
    EXPECT_TRUE(mended.faults.empty() && mended.notes.empty()) << size;
    EXPECT_EQ(mended.entries.size(), size == after.size() ? 7u : 6u);
  }
}

TEST_F(AuditLogFile, AnyTextIsKept) {
  std::map<std::string, std::string> const details{{"a \"b\"\n", "\t\x01 \xc3\xa4 \xff"}};
  append_audit(tenant(), "promote", details);
  AuditLog const log = read_audit(tenant());
  EXPECT_TRUE(log.faults.empty());
  EXPECT_EQ(log.entries.back().detail("a \"b\"\n").substr(0, 5), "\t\x01 \xc3\xa4");
}

}  // namespace
}  // namespace tidemill::io
