// A data directory that cannot be used is refused with a sentence that says what to do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "squire/storage/sqlite_journal.hpp"
#include "storage/contents.hpp"
#include "storage/sql.hpp"
#include "support/commit_waiter.hpp"
#include "support/temporary_directory.hpp"

namespace squire::storage {
namespace {

using test::error_of;
using testing::AllOf;
using testing::HasSubstr;

std::string open_error(const std::filesystem::path& directory) {
  return error_of([&] { SqliteJournal journal({.directory = directory}); });
}

class OpenTest : public testing::Test {
 protected:
  const std::filesystem::path& path() const { return directory_.path(); }

  void write_database(const std::string& bytes) const {
    std::ofstream(path() / "squire.db", std::ios::binary) << bytes;
  }

  void execute(const char* sql) const { test::execute(path() / "squire.db", sql); }

  test::TemporaryDirectory directory_;
};

TEST_F(OpenTest, CreatesAMissingDirectoryForItsUserAlone) {
  const auto directory = path() / "a/b/data";
  EXPECT_EQ(open_error(directory), "no error");
  struct stat info {};
  ASSERT_EQ(::stat(directory.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
}

TEST_F(OpenTest, RefusesADirectoryThatIsInUse) {
  SqliteJournal journal({.directory = path()});
  const std::string directory = path().string();
  EXPECT_EQ(open_error(path()),
            "data directory " + directory + " is in use by another squire (pid " +
                std::to_string(::getpid()) + "); stop it, or choose another --data-dir");
}

TEST_F(OpenTest, OpensADirectoryAgainAfterItWasClosed) {
  EXPECT_EQ(open_error(path()), "no error");
  EXPECT_EQ(open_error(path()), "no error");
}

TEST_F(OpenTest, RefusesAFileInPlaceOfADirectory) {
  std::ofstream(path() / "file") << "x";
  EXPECT_THAT(open_error(path() / "file"), AllOf(HasSubstr("Not a directory"), HasSubstr("file")));
  EXPECT_THAT(open_error(path() / "file/data"), HasSubstr("Not a directory"));
}

TEST_F(OpenTest, RefusesAPlaceWhereNothingCanBeCreated) {
  EXPECT_THAT(open_error("/proc/squire"), HasSubstr("/proc/squire cannot be created"));
  EXPECT_THAT(open_error("/proc"), HasSubstr("/proc cannot be written"));
}

TEST_F(OpenTest, RefusesAFileThatIsNoDatabaseAndLeavesItAlone) {
  const std::string bytes(10'000, 'x');
  write_database(bytes);
  EXPECT_THAT(open_error(path()), HasSubstr("is not a squire database"));
  EXPECT_EQ(std::filesystem::file_size(path() / "squire.db"), bytes.size());
}

TEST_F(OpenTest, RefusesTheDatabaseOfAnotherProgramAndLeavesItAlone) {
  execute("CREATE TABLE theirs (x); PRAGMA application_id = 5");
  EXPECT_THAT(open_error(path()), HasSubstr("is a database of another program"));
  EXPECT_FALSE(std::filesystem::exists(path() / "squire.db-wal"));
  execute("INSERT INTO theirs VALUES (1)");
}

TEST_F(OpenTest, RefusesTheDatabaseOfANewerSquire) {
  EXPECT_EQ(open_error(path()), "no error");
  execute("PRAGMA user_version = 7");
  EXPECT_THAT(open_error(path()),
              HasSubstr("was written by a newer squire (schema 7; this one knows 4); use that "
                        "version, or choose another --data-dir"));
}

TEST_F(OpenTest, TakesAnEmptyFileForANewDatabase) {
  write_database("");
  EXPECT_EQ(open_error(path()), "no error");
}

TEST_F(OpenTest, RefusesADatabaseThatAnotherProgramHasOpen) {
  EXPECT_EQ(open_error(path()), "no error");
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open((path() / "squire.db").c_str(), &other), SQLITE_OK);
  sqlite3_exec(other, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE", nullptr, nullptr,
               nullptr);
  EXPECT_THAT(open_error(path()), HasSubstr("is open in another program"));
  sqlite3_close(other);
}

TEST_F(OpenTest, ReportsDamageThatIsFoundWhileLoading) {
  {
    SqliteJournal journal({.directory = path()});
    journal.append(engine::QueueRow{1, {"us-east-1", "000000000000", "q"}, {}, {}, {}, {}});
    for (std::uint64_t i = 0; i < 1000; ++i) {
      engine::MessageRow row;
      row.key = {1, i};
      row.body = std::make_shared<const engine::Body>(std::string(200, 'x'));
      journal.append(std::move(row));
    }
  }
  // Everything behind the first pages: the tables' roots stay, the messages do not.
  constexpr std::streamoff kKept = 20 * 4096;
  const auto size = std::filesystem::file_size(path() / "squire.db");
  ASSERT_GT(size, 2 * kKept);
  std::fstream file(path() / "squire.db", std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(kKept);
  file << std::string(size - kKept, '\xee');
  file.close();
  EXPECT_THAT(error_of([&] { test::load_lines(path()); }), HasSubstr("malformed"));
}

TEST_F(OpenTest, ReportsADamagedIdWhileLoading) {
  {
    SqliteJournal journal({.directory = path()});
    journal.append(engine::QueueRow{1, {"us-east-1", "000000000000", "q"}, {}, {}, {}, {}});
  }
  execute("INSERT INTO message (key, id, body) VALUES (1 << 40, x'00', 'x')");
  EXPECT_EQ(error_of([&] { test::load_lines(path()); }), "squire.db: an id is damaged");
}

class LostQueueTest : public OpenTest {
 protected:
  void SetUp() override {
    SqliteJournal journal({.directory = path()});
    for (const std::uint32_t queue : {1, 2}) {
      const auto name = "q" + std::to_string(queue);
      journal.append(engine::QueueRow{queue, {"us-east-1", "000000000000", name}, {}, {}, {}, {}});
      for (std::uint64_t i = 0; i < 300; ++i) {
        engine::MessageRow row;
        row.key = {queue, i};
        row.body = std::make_shared<const engine::Body>("x");
        journal.append(std::move(row));
      }
    }
  }

  std::string error() const {
    return error_of([&] { test::load_lines(path()); });
  }

  std::int64_t count_messages() const {
    return test::number_of(path() / "squire.db", "SELECT count(*) FROM message");
  }
};

TEST_F(LostQueueTest, IsReportedAndItsMessagesStay) {
  execute("DELETE FROM queue WHERE number = 2");
  for (int start = 0; start < 2; ++start) {
    EXPECT_THAT(error(), AllOf(HasSubstr((path() / "squire.db").string()),
                               HasSubstr("300 messages are of queues that its table queue does not "
                                         "have, by number 2"),
                               HasSubstr("squire --salvage")));
    EXPECT_EQ(count_messages(), 600);
  }
}

TEST_F(LostQueueTest, IsReportedAlsoWhenAllAreLost) {
  execute("DELETE FROM queue");
  EXPECT_THAT(error(), HasSubstr("600 messages"));
  EXPECT_EQ(count_messages(), 600);
}

TEST_F(LostQueueTest, WithAnImpossibleNameIsReported) {
  execute("UPDATE queue SET region = x'ff00' WHERE number = 2");
  EXPECT_THAT(error(), HasSubstr("number 2 is no queue"));
  EXPECT_EQ(count_messages(), 600);
}

TEST_F(OpenTest, TellsOfADamagedLogWhatWasDropped) {
  const auto copy = path() / "copy";
  {
    SqliteJournal journal({.directory = path()});
    const auto waiter = test::CommitWaiter::of(journal);
    for (std::uint32_t i = 0; i < 50; ++i) {
      const auto ticket = journal.append(engine::SequenceRow{i, 1});
      ASSERT_TRUE(waiter->wait(journal, ticket));
    }
    test::copy_database(path(), copy);
  }
  const auto log = copy / "squire.db-wal";
  const auto events_of = [&] {
    std::string events;
    SqliteJournal journal(
        {.directory = copy, .on_event = [&](const std::string& event) { events += event; }});
    return events;
  };
  std::filesystem::copy_file(log, path() / "log");
  EXPECT_EQ(events_of(), "");
  std::filesystem::copy_file(path() / "log", log,
                             std::filesystem::copy_options::overwrite_existing);
  // Inside of a page, half way.
  const auto place = std::filesystem::file_size(log) / 2;
  std::fstream file(log, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(place));
  file.put('\x55').put('\xaa').put('\x55');
  file.close();
  EXPECT_THAT(events_of(), AllOf(HasSubstr("squire.db-wal is damaged behind its frame "),
                                 HasSubstr("commits were dropped")));
}

}  // namespace
}  // namespace squire::storage
