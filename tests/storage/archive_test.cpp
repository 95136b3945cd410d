// Archives of topics, which have gaps wherever a topic was not archived for a while, a life ended
// or something expired: every journal gives the same rows.
#include <gtest/gtest.h>

#include <future>
#include <random>

#include "squire/storage/memory_journal.hpp"
#include "squire/storage/sqlite_journal.hpp"
#include "support/journal_contents.hpp"
#include "support/temporary_directory.hpp"

namespace squire::storage {
namespace {

using engine::ArchiveQuery;

// Both ends of the numbers, and both signs of rowids.
constexpr std::uint32_t kTopics[] = {1, (1u << 23) - 1, 1u << 23, (1u << 24) - 1};

std::string text(const engine::Journal::ArchiveRows& rows) {
  std::string text;
  for (const auto& row : rows) {
    text += std::to_string(row.message.key.queue) + "/" + std::to_string(row.message.key.sequence) +
            "@" + std::to_string(row.message.sent_at.time_since_epoch().count()) + " " +
            row.message.body->text() + "\n";
  }
  return text;
}

std::string read(engine::Journal& journal, const ArchiveQuery& query) {
  auto rows = std::make_shared<std::promise<std::string>>();
  auto answer = rows->get_future();
  journal.read_archive(query, [rows](auto found) { rows->set_value(text(found)); });
  if (answer.wait_for(std::chrono::seconds(30)) != std::future_status::ready) return "no answer";
  return answer.get();
}

// Archives of a few topics, in the making.
class RandomArchives {
 public:
  explicit RandomArchives(std::uint32_t seed) : random_(seed) {}

  engine::Record next() {
    const auto topic = kTopics[number(std::size(kTopics))];
    auto& last = last_[topic];
    const int dice = number(100);
    if (dice < 3) return engine::ArchiveExpired{topic, time(number(50'000))};
    if (dice < 4) return engine::TopicGone{topic};
    last.sequence += gap();
    last.published_at += number(4) == 0 ? number(3000) : 0;
    auto row = std::make_unique<engine::ArchivedRow>();
    row->message.key = {topic, last.sequence};
    row->message.sent_at = time(last.published_at);
    row->message.body = std::make_shared<const engine::Body>(std::to_string(number(1000)));
    return row;
  }

  ArchiveQuery query() {
    const auto topic = kTopics[number(std::size(kTopics))];
    const auto last = last_[topic];
    ArchiveQuery query{topic, 0, time(number(last.published_at + 3000)), 0};
    if (number(2) == 0) query.sequence = number(static_cast<int>(last.sequence) + 10);
    query.count_max = 1 + number(number(3) == 0 ? 500 : 3);
    return query;
  }

 private:
  struct Last {
    std::uint64_t sequence = 0;
    int published_at = 0;
  };

  int number(int end) { return std::uniform_int_distribution(0, end - 1)(random_); }
  static TimePoint time(int after) { return TimePoint(Milliseconds(1'700'000'000'000 + after)); }
  // As within a life, of some messages that were not archived, and of a restart.
  int gap() { return number(3) > 0 ? 1 : number(4) > 0 ? 1 + number(20) : 65'536; }

  std::mt19937 random_;
  std::map<std::uint32_t, Last> last_;
};

TEST(ArchiveTest, EveryJournalAnswersEveryQueryAlike) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  test::TemporaryDirectory directory;
  for (std::uint32_t round = 0; round < 5; ++round) {
    RandomArchives archives(seed + round);
    // The same records once more, for the other journal.
    RandomArchives same(seed + round);
    RandomArchives naive(seed + round);
    const auto path = directory.path() / std::to_string(round);
    auto sqlite = std::make_unique<SqliteJournal>(SqliteOptions{.directory = path});
    MemoryJournal memory;
    test::Contents contents;
    for (int step = 0; step < 60; ++step) {
      for (int i = 0; i < 20; ++i) {
        sqlite->append(archives.next());
        memory.append(same.next());
        contents.apply(naive.next());
      }
      if (step % 20 == 19) {
        sqlite.reset();
        sqlite = std::make_unique<SqliteJournal>(SqliteOptions{.directory = path});
      }
      for (int i = 0; i < 10; ++i) {
        const auto query = archives.query();
        EXPECT_EQ(same.query().sequence, query.sequence);
        naive.query();
        const auto expected = text(contents.read_archive(query));
        ASSERT_EQ(read(memory, query), expected);
        ASSERT_EQ(read(*sqlite, query), expected);
      }
    }
  }
}

TEST(ArchiveTest, AQueryIntoAGapFindsWhatStandsBehindIt) {
  test::TemporaryDirectory directory;
  SqliteJournal journal({.directory = directory.path()});
  for (const std::uint64_t sequence : {4, 5, 6, 65'536, 65'537}) {
    auto row = std::make_unique<engine::ArchivedRow>();
    row->message.key = {7, sequence};
    row->message.sent_at = TimePoint(Milliseconds(1000 + sequence));
    row->message.body = std::make_shared<const engine::Body>("x");
    journal.append(std::move(row));
  }
  const auto from = [](std::uint64_t sequence) { return TimePoint(Milliseconds(1000 + sequence)); };
  EXPECT_EQ(read(journal, {7, 0, {}, 1}), "7/4@1004 x\n");
  EXPECT_EQ(read(journal, {7, 0, from(6), 1}), "7/6@1006 x\n");
  EXPECT_EQ(read(journal, {7, 0, from(7), 1}), "7/65536@66536 x\n");
  EXPECT_EQ(read(journal, {7, 0, from(65'538), 1}), "");
  EXPECT_EQ(read(journal, {8, 0, from(0), 1}), "");
}

}  // namespace
}  // namespace squire::storage
