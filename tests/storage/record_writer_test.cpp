#include "storage/record_writer.hpp"

#include <gtest/gtest.h>

#include "support/temporary_directory.hpp"

namespace squire::storage {
namespace {

using engine::MessageKey;
using engine::Record;

// Counts the rows that SQLite inserted, replaced and deleted.
class RecordWriterTest : public testing::Test {
 protected:
  template <typename... Records>
  int changes_after(bool with_deliveries, Records... records) {
    std::vector<Record> batch;
    (batch.push_back(std::move(records)), ...);
    const int before = sqlite3_total_changes(database_.handle());
    writer_.write(batch, with_deliveries);
    return sqlite3_total_changes(database_.handle()) - before;
  }

  std::int64_t value_of(const char* sql) {
    Statement statement(database_.handle(), sql);
    return statement.next() ? statement.integer(0) : -1;
  }

  static engine::MessageRow message(MessageKey key) {
    engine::MessageRow row;
    row.key = key;
    row.body = std::make_shared<const engine::Body>("x");
    return row;
  }

  static engine::LazyDelivery delivery(MessageKey key, std::uint32_t receive_count) {
    return {{key, {}, {}, {}, receive_count}};
  }

  static std::unique_ptr<engine::MessageMoved> moved(MessageKey from, MessageKey to) {
    auto moved = std::make_unique<engine::MessageMoved>();
    moved->from = from;
    moved->row = message(to);
    moved->delivery = delivery(to, 3).row;
    return moved;
  }

  std::vector<Record> put_;
  test::TemporaryDirectory directory_;
  Database database_{SqliteOptions{.directory = directory_.path()}};
  RecordWriter writer_{database_};
};

TEST_F(RecordWriterTest, WritesNothingForAMessageThatComesAndGoesInOneBatch) {
  EXPECT_EQ(changes_after(true, message({1, 1}), delivery({1, 1}, 1), engine::MessageGone{{1, 1}}),
            0);
}

TEST_F(RecordWriterTest, WritesNothingForAMoveWhoseMessageIsGoneInTheSameBatch) {
  EXPECT_EQ(
      changes_after(true, message({1, 1}), moved({1, 1}, {2, 1}), engine::MessageGone{{2, 1}}), 0);
}

TEST_F(RecordWriterTest, WritesTheLastDeliveryOfAMessageOnly) {
  EXPECT_EQ(changes_after(false, message({1, 1}), delivery({1, 1}, 1), delivery({1, 1}, 2)), 1);
  EXPECT_EQ(changes_after(false, delivery({1, 1}, 3)), 0);
  EXPECT_TRUE(writer_.has_deliveries());
  EXPECT_EQ(changes_after(true), 1);
  EXPECT_FALSE(writer_.has_deliveries());
  EXPECT_EQ(value_of("SELECT receive_count FROM delivery"), 3);
}

TEST_F(RecordWriterTest, NeverWritesTheDeliveryOfAMessageThatIsGone) {
  changes_after(false, message({1, 1}), message({1, 2}), delivery({1, 1}, 1), delivery({1, 2}, 1));
  EXPECT_EQ(changes_after(false, engine::MessageGone{{1, 1}}), 1);
  // Once noted, once deleted, and no longer noted.
  EXPECT_EQ(changes_after(true, engine::QueuePurged{1, 10}), 3);
}

TEST_F(RecordWriterTest, WritesTheDeliveryOfAMoveWithTheMove) {
  changes_after(false, message({1, 1}), message({1, 2}), delivery({1, 2}, 1));
  EXPECT_EQ(changes_after(false, moved({1, 1}, {2, 1})), 3);
  EXPECT_EQ(value_of("SELECT receive_count FROM delivery"), 3);
  EXPECT_TRUE(writer_.has_deliveries());
}

TEST_F(RecordWriterTest, DeletesNeighboursTogetherAndNothingBetweenStrangers) {
  for (std::uint64_t i = 0; i < 10; ++i) changes_after(true, message({1, i}), delivery({1, i}, 1));
  EXPECT_EQ(changes_after(false, engine::MessageGone{{1, 7}}, engine::MessageGone{{1, 2}},
                          engine::MessageGone{{1, 3}}, engine::MessageGone{{1, 4}}),
            8);
  EXPECT_EQ(value_of("SELECT count(*) FROM message"), 6);
  EXPECT_EQ(value_of("SELECT count(*) FROM delivery"), 6);
  EXPECT_EQ(value_of("SELECT max(key & 0xFF) FROM message WHERE key & 0xFF < 5"), 1);
}

TEST_F(RecordWriterTest, KeepsWhatIsPutAfterAPurgeInTheSameBatch) {
  changes_after(false, message({1, 1}));
  changes_after(false, message({1, 2}), engine::QueuePurged{1, 10}, message({1, 3}));
  EXPECT_EQ(value_of("SELECT sum(key & 0xFF) FROM message"), 3);
}

TEST_F(RecordWriterTest, DeletesALargePurgeInPortions) {
  const std::int64_t count = 12'000;
  for (std::int64_t i = 0; i < count; ++i) put_.push_back(message({1, std::uint64_t(i)}));
  put_.push_back(message({2, 0}));
  writer_.write(put_, false);
  int writes = 0;
  std::int64_t left = count;
  changes_after(false, engine::QueuePurged{1, 11'000});
  for (; writer_.has_purges(); ++writes) {
    const std::int64_t now = value_of("SELECT count(*) FROM message WHERE key >> 40 = 1");
    EXPECT_GT(left, now);
    EXPECT_GT(now, 1000);
    left = now;
    changes_after(false);
  }
  EXPECT_EQ(writes, 2);
  EXPECT_EQ(value_of("SELECT count(*) FROM message"), 1001);
  EXPECT_EQ(value_of("SELECT count(*) FROM purged"), 0);
}

TEST_F(RecordWriterTest, GoesOnWithAPurgeAfterARestartAndHidesItUntilThen) {
  for (std::uint64_t i = 0; i < 7000; ++i) put_.push_back(message({1, i}));
  put_.push_back(engine::QueueRow{1, {"us-east-1", "000000000000", "q"}, {}, {}, {}, {}});
  writer_.write(put_, false);
  changes_after(false, engine::QueuePurged{1, 6999});
  ASSERT_TRUE(writer_.has_purges());
  EXPECT_GT(value_of("SELECT count(*) FROM message"), 1);
  EXPECT_EQ(value_of("SELECT count(*) FROM readable_message"), 1);
  RecordWriter restarted(database_);
  ASSERT_TRUE(restarted.has_purges());
  restarted.finish_purges();
  EXPECT_EQ(value_of("SELECT count(*) FROM message"), 1);
}

TEST_F(RecordWriterTest, KeepsAMessageThatIsPutAmongThoseStillToBeDeleted) {
  for (std::uint64_t i = 0; i < 12'000; ++i) put_.push_back(message({1, i}));
  writer_.write(put_, false);
  changes_after(false, engine::QueuePurged{1, 13'000});
  ASSERT_TRUE(writer_.has_purges());
  changes_after(false, message({1, 12'500}));
  EXPECT_FALSE(writer_.has_purges());
  EXPECT_EQ(value_of("SELECT sum(key & 0xFFFF) FROM message"), 12'500);
}

TEST_F(RecordWriterTest, DeletesOneQueueAndNotItsNeighbours) {
  for (const std::uint32_t queue : {0u, 1u, (1u << 23) - 1, 1u << 23, (1u << 24) - 1}) {
    changes_after(false, message({queue, 0}), message({queue, MessageKey::kSequenceMax}));
  }
  std::int64_t left = 10;
  for (const std::uint32_t queue : {1u << 23, 0u, (1u << 24) - 1, 1u, (1u << 23) - 1}) {
    changes_after(false, engine::QueueGone{queue});
    EXPECT_EQ(value_of("SELECT count(*) FROM message"), left -= 2);
  }
}

}  // namespace
}  // namespace squire::storage
