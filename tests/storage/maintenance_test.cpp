// Compaction, salvage, and what a file keeps of what was deleted.
#include "squire/storage/maintenance.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>
#include <thread>

#include "squire/storage/memory_journal.hpp"
#include "squire/storage/state_file.hpp"
#include "storage/contents.hpp"
#include "storage/random_records.hpp"
#include "storage/schema.hpp"
#include "storage/sql.hpp"
#include "support/commit_waiter.hpp"
#include "support/temporary_directory.hpp"

namespace squire::storage {
namespace {

using test::execute;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string kSecret = "a body that nobody should find";

engine::MessageRow message_row(engine::MessageKey key, std::string body) {
  engine::MessageRow row;
  row.key = key;
  row.body = std::make_shared<const engine::Body>(std::move(body));
  return row;
}

std::string file_bytes(const std::filesystem::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

unsigned mode_of(const std::filesystem::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777 : 0;
}

class MaintenanceTest : public testing::Test {
 protected:
  std::filesystem::path data() const { return directory_.path() / "data"; }
  std::filesystem::path database() const { return data() / "squire.db"; }
  std::filesystem::path log() const { return data() / "squire.db-wal"; }

  static void put_queue(SqliteJournal& journal, std::uint32_t number) {
    journal.append(engine::QueueRow{
        number, {"us-east-1", "000000000000", "q" + std::to_string(number)}, {}, {}, {}, {}});
  }

  // A data directory as squire 0.1.0 left it: more is deleted than is there.
  void make_old(int count, int size) const {
    std::filesystem::create_directories(data());
    execute(database(), "PRAGMA page_size = 4096; PRAGMA auto_vacuum = NONE; " +
                            std::string(kSchemaQueues) + kSchemaTopics +
                            "PRAGMA application_id = " + std::to_string(kApplicationId) +
                            "; PRAGMA user_version = 2; INSERT INTO "
                            "queue VALUES (1, 'us-east-1', '000000000000', 'q', 0, 0, NULL, NULL)");
    execute(database(),
            "PRAGMA secure_delete = OFF; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; "
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
                std::to_string(3 * count) +
                ") INSERT INTO message (key, id, sent_at, available_at, sender, body)"
                " SELECT (1 << 40) | i, randomblob(16), 0, 0, 0, hex(zeroblob(" +
                std::to_string(size / 2) +
                ")) FROM n; DELETE FROM message WHERE key % 3 <> 0; PRAGMA journal_mode = WAL");
  }

  test::TemporaryDirectory directory_;
};

TEST_F(MaintenanceTest, AllFilesAreTheirOwnersAlone) {
  const auto old_mask = ::umask(0);
  {
    SqliteJournal journal({.directory = data(), .reserve_bytes = 100'000});
    put_queue(journal, 1);
    journal.append(message_row({1, 1}, "x"));
    EXPECT_TRUE(journal.flush());
    journal.begin_copy(directory_.path() / "copy");
    journal.finish_copy([](const auto&) {});
    for (const auto& entry : std::filesystem::directory_iterator(data())) {
      EXPECT_EQ(mode_of(entry.path()), 0600u) << entry.path();
    }
    EXPECT_TRUE(std::filesystem::exists(log()));
    EXPECT_TRUE(std::filesystem::exists(data() / "squire.reserve"));
  }
  EXPECT_EQ(mode_of(directory_.path() / "copy"), 0600u);
  compact_state(directory_.path() / "copy");
  EXPECT_EQ(mode_of(directory_.path() / "copy"), 0600u);
  MemoryJournal memory;
  memory.begin_copy(directory_.path() / "memory");
  memory.finish_copy([](const auto&) {});
  EXPECT_EQ(mode_of(directory_.path() / "memory"), 0600u);
  // As squire 0.1.0 made it.
  ::chmod(database().c_str(), 0644);
  compact(data());
  EXPECT_EQ(mode_of(database()), 0600u);
  ::chmod(database().c_str(), 0644);
  EXPECT_EQ(mode_of(salvage(data()).file), 0600u);
  EXPECT_FALSE(std::filesystem::exists(data() / "squire-temporary-salvage"));
  { SqliteJournal journal({.directory = data()}); }
  EXPECT_EQ(mode_of(database()), 0600u);
  ::umask(old_mask);
}

TEST_F(MaintenanceTest, ACompactedCopyHoldsNothingDeleted) {
  SqliteJournal journal({.directory = data()});
  put_queue(journal, 1);
  for (std::uint64_t i = 0; i < 20'000; ++i) journal.append(message_row({1, i}, kSecret));
  journal.append(message_row({1, 20'000}, "what is there"));
  EXPECT_TRUE(journal.flush());
  const auto file = directory_.path() / "copy";
  // Not all of it is deleted yet.
  journal.append(engine::QueuePurged{1, 20'000});
  journal.begin_copy(file);
  journal.finish_copy([](const auto&) {});
  EXPECT_THAT(file_bytes(file), HasSubstr(kSecret));
  compact_state(file);
  EXPECT_THAT(file_bytes(file), AllOf(HasSubstr("what is there"), Not(HasSubstr(kSecret))));
  EXPECT_LT(std::filesystem::file_size(file), 300'000u);
  EXPECT_EQ(check_state(file).messages, 1u);
}

TEST_F(MaintenanceTest, TheFileShrinksWhileItIsUsed) {
  SqliteJournal journal({.directory = data()});
  const auto waiter = test::CommitWaiter::of(journal);
  put_queue(journal, 1);
  for (std::uint64_t i = 0; i < 30'000; ++i) {
    journal.append(message_row({1, i}, std::string(1000, 'x')));
  }
  EXPECT_TRUE(journal.flush());
  engine::Ticket last = 0;
  for (std::uint64_t i = 0; i < 30'000; ++i) {
    if (i % 100 != 0) last = journal.append(engine::MessageGone{{1, i}});
  }
  EXPECT_TRUE(waiter->wait(journal, last));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  const auto size = [&] { return std::filesystem::file_size(database()); };
  while ((size() > 4'000'000 || std::filesystem::file_size(log()) > 0) &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_LT(size(), 4'000'000u);
  EXPECT_EQ(std::filesystem::file_size(log()), 0u) << "the log holds what was deleted";
  EXPECT_TRUE(waiter->wait(journal, journal.append(message_row({1, 40'000}, "x"))));
  test::copy_database(data(), directory_.path() / "crashed");
  EXPECT_EQ(test::load_lines(directory_.path() / "crashed").size(), 302u);
}

// SQUIRE_STEADY_MESSAGES: how many are sent and deleted. In between a backlog of a tenth of them,
// which is then worked off under load.
TEST_F(MaintenanceTest, TheFileStaysSmallUnderALoadThatNeverRests) {
  const char* given = std::getenv("SQUIRE_STEADY_MESSAGES");
  const std::uint64_t count = given ? std::strtoull(given, nullptr, 10) : 300'000;
  constexpr std::uint64_t kBatch = 500;
  constexpr std::uint64_t kBytes = 1000;
  SqliteJournal journal({.directory = data()});
  const auto waiter = test::CommitWaiter::of(journal);
  put_queue(journal, 1);
  std::uint64_t sent = 0;
  std::uint64_t deleted = 0;
  std::uint64_t most = 0;
  std::uint64_t size = 0;
  const auto began = std::chrono::steady_clock::now();
  while (deleted < count) {
    for (std::uint64_t i = 0; i < kBatch && sent < count; ++i) {
      journal.append(message_row({1, ++sent}, std::string(kBytes, 'x')));
    }
    const bool is_gathering = sent > count / 2 && sent < count * 6 / 10;
    const auto keep = sent < count ? kBatch : 0;
    const auto portion = sent - deleted > 2 * kBatch ? kBatch * 3 / 2 : kBatch;
    engine::Ticket last = journal.last_ticket();
    for (std::uint64_t i = 0; !is_gathering && i < portion && deleted + keep < sent; ++i) {
      last = journal.append(engine::MessageGone{{1, ++deleted}});
    }
    ASSERT_TRUE(waiter->wait(journal, last));
    most = std::max(most, sent - deleted);
    size = std::filesystem::file_size(database()) + std::filesystem::file_size(log());
    ASSERT_LE(size, 2 * 1100 * most + (64 << 20)) << sent << " sent";
  }
  const auto time = std::chrono::duration<double>(std::chrono::steady_clock::now() - began);
  std::printf("%llu messages in %.1f s; at most %llu live; %llu bytes in the end\n",
              static_cast<unsigned long long>(count), time.count(),
              static_cast<unsigned long long>(most), static_cast<unsigned long long>(size));
  EXPECT_LE(size, 64u << 20);
}

TEST_F(MaintenanceTest, WhatIsDeletedIsOverwrittenIfWanted) {
  {
    SqliteJournal journal({.directory = data(), .secure_delete = true});
    put_queue(journal, 1);
    for (std::uint64_t i = 0; i < 100; ++i) journal.append(message_row({1, i}, kSecret));
    EXPECT_TRUE(journal.flush());
    for (std::uint64_t i = 0; i < 100; i += 2) journal.append(engine::MessageGone{{1, i}});
    EXPECT_TRUE(journal.flush());
    journal.append(engine::QueuePurged{1, 100});
    EXPECT_TRUE(journal.flush());
  }
  EXPECT_THAT(file_bytes(database()), Not(HasSubstr(kSecret)));
}

TEST_F(MaintenanceTest, ASmallOldFileIsConvertedAtTheStart) {
  make_old(1000, 1000);
  const auto before = std::filesystem::file_size(database());
  std::string events;
  const auto open = [&] {
    events.clear();
    SqliteJournal journal(
        {.directory = data(), .on_event = [&](const std::string& event) { events += event; }});
    return test::load_lines(journal);
  };
  EXPECT_EQ(open().size(), 1001u);
  EXPECT_THAT(events, HasSubstr("was converted"));
  EXPECT_LT(std::filesystem::file_size(database()), before / 2);
  EXPECT_EQ(open().size(), 1001u);
  EXPECT_EQ(events, "");
}

TEST_F(MaintenanceTest, ALargeOldFileIsConvertedOnCommandAlone) {
  make_old(8000, 10'000);
  const auto before = std::filesystem::file_size(database());
  std::string events;
  {
    SqliteJournal journal(
        {.directory = data(), .on_event = [&](const std::string& event) { events += event; }});
    EXPECT_EQ(test::load_lines(journal).size(), 8001u);
  }
  EXPECT_THAT(events, HasSubstr("squire --compact --data-dir " + data().string()));
  EXPECT_EQ(std::filesystem::file_size(database()), before);
  const auto compacted = compact(data());
  EXPECT_EQ(compacted.bytes_before, before);
  EXPECT_EQ(compacted.bytes_after, std::filesystem::file_size(database()));
  EXPECT_LT(compacted.bytes_after, before / 2);
  EXPECT_EQ(test::load_lines(data()).size(), 8001u);
}

// SQUIRE_CONVERSION_MB: the size of the old file, a third of which is live.
TEST_F(MaintenanceTest, AConversionThatIsKilledLosesNothing) {
  const char* megabytes = std::getenv("SQUIRE_CONVERSION_MB");
  const int count = (megabytes ? std::atoi(megabytes) : 60) * 100 / 3;
  make_old(count, 10'000);
  const auto began = std::chrono::steady_clock::now();
  std::filesystem::copy(data(), directory_.path() / "whole");
  compact(directory_.path() / "whole");
  const auto time = std::chrono::steady_clock::now() - began;
  std::filesystem::remove_all(directory_.path() / "whole");
  std::mt19937 random(1);
  for (int round = 0; round < 8; ++round) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      compact(data());
      ::_exit(0);
    }
    std::this_thread::sleep_for(time * static_cast<int>(random() % 100) / 100);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    if (round % 4 == 3) {
      ASSERT_EQ(test::load_lines(data()).size(), static_cast<std::size_t>(count) + 1);
    }
  }
  compact(data());
  EXPECT_EQ(test::load_lines(data()).size(), static_cast<std::size_t>(count) + 1);
  EXPECT_FALSE(std::filesystem::exists(database().string() + ".compact"));
}

TEST_F(MaintenanceTest, CompactingKeepsEverything) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  test::RandomRecords records(seed);
  test::Contents expected;
  {
    SqliteJournal journal({.directory = data()});
    for (int i = 0; i < 5000; ++i) {
      auto record = records.next();
      expected.apply(record);
      journal.append(std::move(record));
    }
  }
  compact(data());
  EXPECT_EQ(test::difference(test::load_lines(data()), test::lines(expected)), "");
}

TEST_F(MaintenanceTest, NothingIsDoneToADirectoryInUse) {
  SqliteJournal journal({.directory = data()});
  EXPECT_THROW(compact(data()), StorageError);
  EXPECT_THROW(salvage(data()), StorageError);
}

TEST_F(MaintenanceTest, OfAWholeDatabaseAllIsSalvaged) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  test::RandomRecords records(seed);
  test::Contents expected;
  {
    SqliteJournal journal({.directory = data()});
    for (int i = 0; i < 5000; ++i) {
      auto record = records.next();
      expected.apply(record);
      journal.append(std::move(record));
    }
  }
  const auto before = file_bytes(database());
  const auto salvaged = salvage(data());
  EXPECT_EQ(file_bytes(database()), before);
  EXPECT_THROW(salvage(data()), StorageError) << "it is there already";
  const auto made = directory_.path() / "made";
  std::filesystem::create_directory(made);
  std::filesystem::copy_file(salvaged.file, made / "squire.db");
  std::vector<std::string> lines = test::load_lines(made);
  // Sequences may have been raised.
  const auto is_sequence = [](const auto& line) { return line.starts_with("sequence"); };
  auto wanted = test::lines(expected);
  std::erase_if(lines, is_sequence);
  std::erase_if(wanted, is_sequence);
  EXPECT_EQ(test::difference(lines, wanted), "");
}

class DamageTest : public MaintenanceTest {
 protected:
  static constexpr int kCount = 5000;

  void SetUp() override {
    SqliteJournal journal({.directory = data()});
    for (const std::uint32_t queue : {1, 2}) {
      put_queue(journal, queue);
      for (std::uint64_t i = 0; i < kCount; ++i) {
        journal.append(message_row({queue, 1000 * i}, std::string(500, 'x')));
      }
    }
  }

  void damage_page(std::uint64_t page) const {
    std::fstream file(database(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>((page - 1) * 4096));
    file << std::string(4096, '\xee');
  }

  std::int64_t root_of(const std::string& table) const {
    return number("SELECT rootpage FROM sqlite_schema WHERE name = '" + table + "'");
  }

  std::int64_t number(const std::string& sql) const { return test::number_of(database(), sql); }

  std::size_t salvaged_message_count(const Salvaged& salvaged) const {
    const auto made = directory_.path() / "made";
    std::filesystem::create_directory(made);
    std::filesystem::copy_file(salvaged.file, made / "squire.db");
    const auto lines = test::load_lines(made);
    return static_cast<std::size_t>(
        std::ranges::count_if(lines, [](const auto& line) { return line.starts_with("message"); }));
  }
};

TEST_F(DamageTest, OfAnyPageOfTheQueuesIsReportedAndNothingIsDeleted) {
  damage_page(static_cast<std::uint64_t>(root_of("queue")));
  const auto before = file_bytes(database());
  for (int start = 0; start < 2; ++start) {
    EXPECT_THROW(test::load_lines(data()), StorageError);
  }
  EXPECT_EQ(file_bytes(database()).size(), before.size());
  const auto salvaged = salvage(data());
  EXPECT_THAT(testing::PrintToString(salvaged.lines),
              AllOf(HasSubstr("queue: 0 rows read"), HasSubstr("salvaged-1"),
                    HasSubstr("malformed"), HasSubstr("message: 10000 rows read")));
  EXPECT_EQ(salvaged_message_count(salvaged), 2u * kCount);
}

TEST_F(DamageTest, AnEmptiedPageOfTheQueuesIsNoticed) {
  // One bit: the page's number of cells.
  std::fstream file(database(), std::ios::binary | std::ios::in | std::ios::out);
  const auto at = static_cast<std::streamoff>((root_of("queue") - 1) * 4096 + 4);
  file.seekp(at);
  file.put('\0');
  file.close();
  EXPECT_THROW(test::load_lines(data()), StorageError);
  EXPECT_EQ(number("SELECT count(*) FROM message"), 2 * kCount);
}

TEST_F(DamageTest, OfSomePagesCostsNoMoreThanTheirMessages) {
  const auto pages = std::filesystem::file_size(database()) / 4096;
  for (const auto page : {pages / 3, pages / 2, pages - 40}) damage_page(page);
  EXPECT_THROW(test::load_lines(data()), StorageError);
  const auto salvaged = salvage(data());
  // Seven messages to a page.
  EXPECT_GE(salvaged_message_count(salvaged), 2u * kCount - 3 * 8);
}

}  // namespace
}  // namespace squire::storage
