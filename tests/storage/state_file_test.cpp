#include "squire/storage/state_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "squire/storage/sqlite_journal.hpp"
#include "storage/contents.hpp"
#include "storage/random_records.hpp"
#include "storage/schema.hpp"
#include "storage/sql.hpp"
#include "support/commit_waiter.hpp"
#include "support/temporary_directory.hpp"

namespace squire::storage {
namespace {

using engine::Record;
using test::Contents;
using test::error_of;
using test::execute;
using testing::HasSubstr;

class StateFileTest : public testing::Test {
 protected:
  std::string file(const std::string& name = "state") const { return directory_.path() / name; }
  std::filesystem::path data() const { return directory_.path() / "data"; }

  // What a data directory has whose database is the file.
  std::vector<std::string> lines_of(const std::string& file) const {
    const auto made = directory_.path() / "made";
    std::filesystem::remove_all(made);
    std::filesystem::create_directory(made);
    std::filesystem::copy_file(file, made / "squire.db");
    return test::load_lines(made);
  }

  test::TemporaryDirectory directory_;
};

const auto kNoRows = [](const engine::Journal::Apply&) {};

TEST_F(StateFileTest, ACopyFollowsTheDatabaseWhileItIsWritten) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  test::RandomRecords records(seed);
  Contents expected;
  SqliteJournal journal({.directory = data()});
  const auto append = [&](int count) {
    for (int i = 0; i < count; ++i) {
      auto record = records.next();
      expected.apply(record);
      journal.append(std::move(record));
    }
  };
  for (int round = 0; round < 10; ++round) {
    append(2000);
    journal.begin_copy(file());
    append(2000);
    journal.flush();
    append(100);
    journal.finish_copy(kNoRows);
    EXPECT_EQ(test::difference(lines_of(file()), test::lines(expected)), "");
    std::filesystem::remove(file());
  }
}

TEST_F(StateFileTest, ReplacesAllThatAJournalHasForGood) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  test::RandomRecords records(seed);
  Contents expected;
  {
    SqliteJournal source({.directory = data()});
    for (int i = 0; i < 3000; ++i) {
      auto record = records.next();
      expected.apply(record);
      source.append(std::move(record));
    }
    source.begin_copy(file());
    source.finish_copy(kNoRows);
  }
  const auto other = directory_.path() / "other";
  std::filesystem::create_directory(other);
  std::filesystem::copy_file(file(), other / "incoming");
  {
    SqliteJournal journal({.directory = other});
    test::RandomRecords replaced(seed + 1);
    for (int i = 0; i < 3000; ++i) journal.append(replaced.next());
    journal.replace(other / "incoming");
    EXPECT_EQ(test::difference(test::load_lines(journal), test::lines(expected)), "");
    for (int i = 0; i < 500; ++i) {
      auto record = records.next();
      expected.apply(record);
      journal.append(std::move(record));
    }
  }
  EXPECT_FALSE(std::filesystem::exists(other / "incoming"));
  EXPECT_EQ(test::difference(test::load_lines(other), test::lines(expected)), "");
}

TEST_F(StateFileTest, AReplacementThatIsNotThereChangesNothing) {
  test::RandomRecords records(1);
  Contents expected;
  SqliteJournal journal({.directory = data()});
  const auto append = [&] {
    auto record = records.next();
    expected.apply(record);
    journal.append(std::move(record));
  };
  for (int i = 0; i < 100; ++i) append();
  EXPECT_THAT(error_of([&] { journal.replace(file("none")); }), HasSubstr("none"));
  for (int i = 0; i < 100; ++i) append();
  journal.flush();
  EXPECT_FALSE(journal.has_failed());
  journal.begin_copy(file());
  journal.finish_copy(kNoRows);
  EXPECT_EQ(test::difference(lines_of(file()), test::lines(expected)), "");
}

TEST_F(StateFileTest, ACopyThatCannotBeWrittenIsNoHarm) {
  SqliteJournal journal({.directory = data()});
  EXPECT_NE(error_of([&] { journal.begin_copy(file("no/such/directory")); }), "no error");
  EXPECT_FALSE(journal.has_failed());
  journal.begin_copy(file());
  journal.finish_copy(kNoRows);
  EXPECT_EQ(lines_of(file()).size(), 0u);
}

TEST_F(StateFileTest, OfAnOlderVersionIsBroughtUpToDate) {
  execute(file(), std::string(kSchemaQueues) +
                      "PRAGMA application_id = " + std::to_string(kApplicationId) +
                      "; PRAGMA user_version = 1; INSERT INTO queue VALUES"
                      " (1, 'us-east-1', '000000000000', 'orders', 0, 0, NULL, NULL);"
                      "INSERT INTO message (key, id, sent_at, available_at, sender, body)"
                      " VALUES ((1 << 40) | 7, x'00112233445566778899aabbccddeeff', 0, 0, 0, 'x');"
                      "INSERT INTO purged VALUES (1, 6);"
                      "INSERT INTO message (key, id, sent_at, available_at, sender, body)"
                      " VALUES ((1 << 40) | 6, x'00112233445566778899aabbccddeeff', 0, 0, 0, 'y')");
  const auto counts = check_state(file());
  EXPECT_EQ(counts.queues, 1u);
  EXPECT_EQ(counts.messages, 1u) << "what was purged is no message any more";
  EXPECT_EQ(lines_of(file()).size(), 2u);
}

TEST_F(StateFileTest, OfANewerVersionIsRefusedWithWhatToDo) {
  execute(file(), "PRAGMA application_id = " + std::to_string(kApplicationId) +
                      "; PRAGMA user_version = 99; CREATE TABLE t (x)");
  EXPECT_THAT(error_of([&] { check_state(file()); }),
              AllOf(HasSubstr("newer squire (schema 99"), HasSubstr("use that version")));
}

TEST_F(StateFileTest, InAnotherEncodingIsRefused) {
  execute(file(), "PRAGMA encoding = 'UTF-16'; " + std::string(kSchemaQueues) + kSchemaTopics +
                      "PRAGMA application_id = " + std::to_string(kApplicationId) +
                      "; PRAGMA user_version = 2");
  EXPECT_THAT(error_of([&] { check_state(file()); }), HasSubstr("tables"));
}

}  // namespace
}  // namespace squire::storage
