#include "squire/storage/sqlite_journal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <mutex>
#include <random>
#include <sstream>
#include <thread>

#include "storage/contents.hpp"
#include "storage/random_records.hpp"
#include "support/commit_waiter.hpp"
#include "support/temporary_directory.hpp"

namespace squire::storage {
namespace {

using engine::MessageKey;
using engine::Record;
using engine::Ticket;
using test::CommitWaiter;
using test::Contents;
using Durability = SqliteOptions::Durability;

engine::QueueRow queue_row(std::uint32_t number) {
  return {number, {"us-east-1", "000000000000", "orders"}, {}, {}, {}, {}};
}

engine::MessageRow message_row(MessageKey key, std::string body) {
  engine::MessageRow row;
  row.key = key;
  row.body = std::make_shared<const engine::Body>(std::move(body));
  return row;
}

engine::DeliveryRow delivery_row(MessageKey key, std::uint32_t receive_count) {
  return {key, {}, {}, {}, receive_count};
}

// The record for the journal, after the model has seen it.
Record applied(Contents& contents, Record record) {
  contents.apply(record);
  return record;
}

std::string file_bytes(const std::filesystem::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

class SqliteJournalTest : public testing::Test {
 protected:
  const std::filesystem::path& path() const { return directory_.path(); }
  std::filesystem::path copy() const { return path() / "copy"; }

  test::TemporaryDirectory directory_;
};

class RandomLifeTest : public SqliteJournalTest, public testing::WithParamInterface<Durability> {};

TEST_P(RandomLifeTest, IsLoadedAsItWasAppended) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  test::RandomRecords records(seed);
  Contents expected;
  for (int life = 0; life < 8; ++life) {
    SqliteJournal journal({.directory = path(), .durability = GetParam()});
    const auto waiter = CommitWaiter::of(journal);
    ASSERT_EQ(test::difference(test::load_lines(journal), lines(expected)), "");
    for (int i = 0; i < 1000; ++i) {
      const Ticket ticket = journal.append(applied(expected, records.next()));
      // Sometimes one record is a batch, sometimes hundreds are.
      if (random() % (life % 2 == 0 ? 4 : 200) == 0) {
        ASSERT_TRUE(waiter->wait(journal, ticket)) << journal.failure();
      }
    }
  }
  EXPECT_EQ(test::difference(test::load_lines(path()), lines(expected)), "");
}

INSTANTIATE_TEST_SUITE_P(, RandomLifeTest, testing::Values(Durability::Full, Durability::Relaxed),
                         [](const auto& info) {
                           return info.param == Durability::Full ? "Full" : "Relaxed";
                         });

TEST_F(SqliteJournalTest, KeepsWhatWasAnsweredAcrossACrashAtAnyMoment) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  test::RandomRecords records(seed);
  Contents expected;
  SqliteJournal journal({.directory = path()});
  const auto waiter = CommitWaiter::of(journal);
  for (int crash = 0; crash < 20; ++crash) {
    Ticket last = 0;
    for (int i = static_cast<int>(random() % 100); i >= 0; --i) {
      last = std::max(last, journal.append(applied(expected, records.next())));
    }
    ASSERT_TRUE(waiter->wait(journal, last));
    test::copy_database(path(), copy());
    // Deliveries are written later.
    ASSERT_EQ(test::difference(test::load_lines(copy(), false), lines(expected, false)), "");
    std::filesystem::remove_all(copy());
  }
}

TEST_F(SqliteJournalTest, LosesOnlyTheLastCommitsWhenTheEndOfTheLogIsMissing) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  test::RandomRecords records(seed);
  Contents expected;
  std::vector<std::vector<std::string>> states = {lines(expected, false)};
  {
    SqliteJournal journal({.directory = path()});
    const auto waiter = CommitWaiter::of(journal);
    for (int i = 0; i < 100; ++i) {
      EXPECT_TRUE(waiter->wait(journal, journal.append(applied(expected, records.next()))));
      states.push_back(lines(expected, false));
    }
    test::copy_database(path(), path() / "whole");
  }
  const auto log_size = std::filesystem::file_size(path() / "whole/squire.db-wal");
  // The tables are in the first half.
  for (int i = 0; i < 30; ++i) {
    std::filesystem::remove_all(copy());
    test::copy_database(path() / "whole", copy());
    std::filesystem::resize_file(copy() / "squire.db-wal", log_size - random() % (log_size / 2));
    EXPECT_NE(std::ranges::find(states, test::load_lines(copy(), false)), states.end());
  }
}

// The child answers message n by writing n into the pipe, and is killed without warning.
TEST_F(SqliteJournalTest, KeepsEveryAnsweredMessageWhenTheProcessIsKilled) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    SqliteJournal journal({.directory = path()});
    const auto waiter = CommitWaiter::of(journal);
    journal.append(queue_row(1));
    for (std::uint64_t i = 0;; ++i) {
      const Ticket ticket = journal.append(message_row({1, i}, "body " + std::to_string(i)));
      if (i % 7 != 0) continue;
      if (!waiter->wait(journal, ticket)) ::_exit(1);
      if (::write(ends[1], &i, sizeof i) != sizeof i) ::_exit(1);
    }
  }
  ::close(ends[1]);
  std::uint64_t answered = 0;
  while (answered < 2000 && ::read(ends[0], &answered, sizeof answered) == sizeof answered) {
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  while (::read(ends[0], &answered, sizeof answered) == sizeof answered) {
  }
  ::close(ends[0]);
  ASSERT_GE(answered, 2000u);

  std::uint64_t next = 0;
  SqliteJournal journal({.directory = path()});
  journal.load([&](const Record& record) {
    const auto* row = std::get_if<engine::MessageRow>(&record);
    if (row == nullptr) return;
    EXPECT_EQ(row->key.sequence, next);
    EXPECT_EQ(row->body->text(), "body " + std::to_string(next));
    ++next;
  });
  EXPECT_GT(next, answered);
}

TEST_F(SqliteJournalTest, KeepsAMoveAndItsReceiveCountTogether) {
  SqliteJournal journal({.directory = path()});
  const auto waiter = CommitWaiter::of(journal);
  journal.append(queue_row(1));
  journal.append(queue_row(2));
  ASSERT_TRUE(waiter->wait(journal, journal.append(message_row({1, 5}, "poison"))));
  auto moved = std::make_unique<engine::MessageMoved>();
  moved->from = {1, 5};
  moved->row = message_row({2, 9}, "poison");
  moved->delivery = delivery_row({2, 9}, 4);
  ASSERT_TRUE(waiter->wait(journal, journal.append(std::move(moved))));
  test::copy_database(path(), copy());
  const auto lines = test::load_lines(copy());
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_THAT(lines[2], testing::StartsWith("message 2/9"));
  EXPECT_EQ(lines[3], "delivery 2/9 0 0 0 4 0");
}

TEST_F(SqliteJournalTest, KeepsADeliveryThatIsNotLazyFromItsAnswerOn) {
  SqliteJournal journal({.directory = path()});
  const auto waiter = CommitWaiter::of(journal);
  journal.append(queue_row(1));
  ASSERT_TRUE(waiter->wait(journal, journal.append(message_row({1, 1}, "x"))));
  for (std::uint32_t count = 1; count < 20; ++count) {
    // What was lazy before is outdated.
    journal.append(engine::LazyDelivery{delivery_row({1, 1}, 1000)});
    const Ticket ticket = journal.append(delivery_row({1, 1}, count));
    ASSERT_GT(ticket, 0u);
    ASSERT_TRUE(waiter->wait(journal, ticket));
    std::filesystem::remove_all(copy());
    test::copy_database(path(), copy());
    ASSERT_EQ(test::load_lines(copy()).back(),
              "delivery 1/1 0 0 0 " + std::to_string(count) + " 0");
  }
}

TEST_F(SqliteJournalTest, WritesLazyDeliveriesSoonThoughNobodyWaitsForThem) {
  SqliteJournal journal({.directory = path()});
  const auto waiter = CommitWaiter::of(journal);
  journal.append(queue_row(1));
  ASSERT_TRUE(waiter->wait(journal, journal.append(message_row({1, 1}, "x"))));
  EXPECT_EQ(journal.append(engine::LazyDelivery{delivery_row({1, 1}, 1)}), 0u);
  EXPECT_EQ(journal.append(engine::LazyDelivery{delivery_row({1, 1}, 2)}), 0u);
  std::vector<std::string> lines;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (lines.size() < 3 && std::chrono::steady_clock::now() < deadline) {
    std::filesystem::remove_all(copy());
    test::copy_database(path(), copy());
    lines = test::load_lines(copy());
  }
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[2], "delivery 1/1 0 0 0 2 0");
}

TEST_F(SqliteJournalTest, AnswersAtOnceWhenRelaxedAndCommitsSoon) {
  SqliteJournal journal({.directory = path(), .durability = Durability::Relaxed});
  const auto waiter = CommitWaiter::of(journal);
  EXPECT_TRUE(journal.is_durable(journal.append(queue_row(1))));
  EXPECT_TRUE(journal.is_durable(journal.append(message_row({1, 1}, "x"))));
  EXPECT_EQ(journal.backlog_count(), 2u);
  ASSERT_TRUE(waiter->wait_for_count(1));
  EXPECT_EQ(journal.backlog_count(), 0u);
  test::copy_database(path(), copy());
  EXPECT_EQ(test::load_lines(copy()).size(), 2u);
}

TEST_F(SqliteJournalTest, NeverWritesAMessageThatIsGoneBeforeItsCommit) {
  {
    SqliteJournal journal({.directory = path(), .durability = Durability::Relaxed});
    journal.append(queue_row(1));
    journal.append(message_row({1, 1}, "a secret that nobody stored"));
    journal.append(message_row({1, 2}, "a body to be found"));
    journal.append(engine::MessageGone{{1, 1}});
  }
  const std::string bytes = file_bytes(path() / "squire.db");
  EXPECT_THAT(bytes, testing::HasSubstr("a body to be found"));
  EXPECT_THAT(bytes, testing::Not(testing::HasSubstr("a secret")));
}

TEST_F(SqliteJournalTest, TellsEveryWaiterOfACommitAndForgetsTheDead) {
  SqliteJournal journal({.directory = path()});
  const auto first = CommitWaiter::of(journal);
  const auto second = CommitWaiter::of(journal);
  CommitWaiter::of(journal).reset();
  ASSERT_TRUE(first->wait(journal, journal.append(queue_row(1))));
  EXPECT_TRUE(first->wait_for_count(1));
  EXPECT_TRUE(second->wait_for_count(1));
}

TEST_F(SqliteJournalTest, NumbersTicketsFromManyThreadsAndCommitsThemAll) {
  constexpr std::uint64_t kEach = 2000;
  {
    SqliteJournal journal({.directory = path()});
    journal.append(queue_row(0));
    std::vector<std::thread> threads;
    for (std::uint32_t queue = 1; queue <= 4; ++queue) {
      threads.emplace_back([&journal, queue] {
        const auto waiter = CommitWaiter::of(journal);
        journal.append(queue_row(queue));
        for (std::uint64_t i = 0; i < kEach; ++i) {
          const Ticket ticket = journal.append(message_row({queue, i}, "x"));
          if (i % 50 == 0) {
            EXPECT_TRUE(waiter->wait(journal, ticket));
          }
          journal.append(engine::LazyDelivery{delivery_row({queue, i}, 1)});
          if (i % 2 == 0) journal.append(engine::MessageGone{{queue, i}});
        }
      });
    }
    for (auto& thread : threads) thread.join();
  }
  EXPECT_EQ(test::load_lines(path()).size(), 5 + 4 * kEach / 2 * 2);
}

class FullDiskTest : public SqliteJournalTest {
 protected:
  // Sends until there is no room for more; the bodies of all, whether committed or not.
  void fill() {
    journal_.append(queue_row(1));
    do {
      last_ = journal_.append(message_row({1, ++count_}, std::string(3000, 'x')));
      while (!journal_.is_durable(last_) && journal_.room() != engine::Room::None) {
        std::this_thread::yield();
      }
    } while (journal_.room() == engine::Room::Enough);
  }

  std::string events() {
    const std::lock_guard lock(mutex_);
    return events_;
  }

  std::mutex mutex_;
  std::string events_;
  SqliteJournal journal_{
      {.directory = path(), .pages_max = 200, .on_event = [this](const std::string& event) {
         const std::lock_guard lock(mutex_);
         events_ += event + "\n";
       }}};
  std::shared_ptr<CommitWaiter> waiter_ = CommitWaiter::of(journal_);
  std::uint64_t count_ = 0;
  Ticket last_ = 0;
};

TEST_F(FullDiskTest, KeepsWhatDidNotFitUntilDeletionsMakeRoom) {
  fill();
  EXPECT_GT(count_, 10u);
  EXPECT_FALSE(journal_.has_failed());
  EXPECT_EQ(journal_.room(), engine::Room::None);
  EXPECT_FALSE(journal_.is_durable(last_));
  EXPECT_TRUE(journal_.is_durable(last_ - 1));
  EXPECT_FALSE(journal_.flush());
  EXPECT_THAT(events(), testing::HasSubstr("is full"));
  Ticket gone = 0;
  for (std::uint64_t i = 1; i <= 5; ++i) gone = journal_.append(engine::MessageGone{{1, i}});
  EXPECT_TRUE(waiter_->wait(journal_, gone));
  EXPECT_TRUE(journal_.is_durable(last_));
  EXPECT_NE(journal_.room(), engine::Room::None);
  EXPECT_TRUE(journal_.flush());
  test::copy_database(path(), copy());
  EXPECT_EQ(test::load_lines(copy()).size(), 1 + count_ - 5);
}

TEST_F(FullDiskTest, HasRoomAgainOnceEnoughIsFree) {
  fill();
  journal_.append(engine::QueuePurged{1, count_});
  EXPECT_TRUE(waiter_->wait(journal_, last_));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (journal_.room() != engine::Room::Enough && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(journal_.room(), engine::Room::Enough);
  EXPECT_TRUE(waiter_->wait(journal_, journal_.append(message_row({1, ++count_}, "x"))));
}

TEST_F(FullDiskTest, ServesReadersAndCopiesBehindWhatDidNotFit) {
  fill();
  EXPECT_THROW(
      {
        journal_.begin_copy(path() / "state");
        journal_.finish_copy([](const auto&) {});
      },
      StorageError);
  bool is_read = false;
  journal_.read_archive({7, 0, {}, 10}, [&](auto) { is_read = true; });
  EXPECT_TRUE(waiter_->wait(journal_, journal_.append(engine::QueuePurged{1, count_})));
  EXPECT_TRUE(journal_.flush());
  EXPECT_TRUE(is_read);
}

TEST_F(SqliteJournalTest, FailsAtItsEndWhereThereIsNoRoomForTheLastBatch) {
  std::uint64_t answered = 0;
  {
    SqliteJournal journal({.directory = path(), .pages_max = 60});
    journal.append(queue_row(1));
    while (journal.flush()) journal.append(message_row({1, ++answered}, std::string(3000, 'x')));
  }
  EXPECT_EQ(test::load_lines(path()).size(), answered);
}

// Every statement of every kind of record may be the one that finds the disk full.
TEST_F(SqliteJournalTest, IsNeverAheadOfTheDiskWhicheverBatchDidNotFit) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  test::RandomRecords records(seed);
  std::mt19937 random(seed);
  Contents expected;
  int full_count = 0;
  {
    SqliteJournal journal({.directory = path(), .pages_max = 26});
    for (int i = 0; i < 20'000; ++i) {
      journal.append(applied(expected, records.next()));
      if (random() % 50 == 0) full_count += !journal.flush();
    }
    for (const std::uint32_t queue : {0u, 1u, 2u, (1u << 23) - 1, 1u << 23}) {
      journal.append(applied(expected, engine::QueueGone{queue}));
    }
    for (int i = 0; i < 40 && !journal.flush(); ++i) {
    }
    ASSERT_TRUE(journal.flush());
  }
  EXPECT_GT(full_count, 0);
  EXPECT_EQ(test::difference(test::load_lines(path()), lines(expected)), "");
}

TEST_F(SqliteJournalTest, CommitsNothingBeforeItWasLoaded) {
  {
    SqliteJournal journal({.directory = path()});
    journal.append(queue_row(1));
    for (std::uint64_t i = 0; i < 20'000; ++i) journal.append(message_row({1, i}, "x"));
    journal.append(engine::QueuePurged{1, 15'000});
  }
  SqliteJournal journal({.directory = path()});
  int loaded_count = 0;
  journal.load([&](const Record& record) {
    if (loaded_count++ > 0) return;
    // As the engine does for what it finds on its way.
    journal.append(engine::SequenceRow{engine::row_of<engine::QueueRow>(record)->number, 70'000});
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    EXPECT_EQ(journal.backlog_count(), 1u);
  });
  EXPECT_EQ(loaded_count, 5001);
  EXPECT_TRUE(journal.flush());
  EXPECT_EQ(journal.backlog_count(), 0u);
}

TEST_F(SqliteJournalTest, SkipsAndRemovesWhatIsLeftOfQueuesThatAreGone) {
  {
    SqliteJournal journal({.directory = path()});
    journal.append(queue_row(1));
    journal.append(engine::QueueGone{1});
    journal.append(engine::SequenceRow{1, 1000});
  }
  EXPECT_TRUE(test::load_lines(path()).empty());
  SqliteJournal journal({.directory = path()});
  EXPECT_TRUE(test::load_lines(journal).empty());
  EXPECT_EQ(journal.backlog_count(), 0u);
}

}  // namespace
}  // namespace squire::storage
