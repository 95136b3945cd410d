// What a new kind of rows gets by describing itself: no line of the engine or of storage names it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>

#include "squire/core/internal_errors.hpp"
#include "squire/engine/broker.hpp"
#include "squire/storage/maintenance.hpp"
#include "squire/storage/sqlite_journal.hpp"
#include "squire/storage/state_file.hpp"
#include "storage/contents.hpp"
#include "storage/sql.hpp"
#include "support/counting_ids.hpp"
#include "support/manual_clock.hpp"
#include "support/temporary_directory.hpp"

namespace squire::storage {
namespace {

using engine::Column;
using engine::RowKinds;
using engine::StringMap;
using test::error_of;
using test::execute;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A column of every type.
struct DeviceRow {
  static constexpr engine::RowTraits kRow{
      .table = "device", .noun = "device", .order = engine::RowOrder::AsMade, .since = 5};

  enum class State : std::uint8_t { New, Active };

  std::string account;
  std::string name;
  std::uint32_t topic = 0;
  State state = State::New;
  bool is_known = false;
  std::uint64_t count = 0;
  std::optional<int> rate;
  TimePoint seen_at;
  Uuid id;
  ResourceName queue;
  std::optional<ResourceName> other;
  StringMap tags;
  MessageAttributes attributes;

  template <typename Columns, typename Self>
  static void columns(Columns& c, Self& row) {
    c.key("account", row.account);
    c.key("name", row.name);
    c.owner("topic", row.topic);
    c("state", row.state, State::Active);
    c("is_known", row.is_known);
    c("count", row.count);
    c("rate", row.rate);
    c("seen_at", row.seen_at);
    c("id", row.id);
    c.arn("queue", "sqs", row.queue);
    c.arn("other", "sqs", row.other);
    c("tags", row.tags);
    c("attributes", row.attributes);
  }
  std::string fault() const { return name == "impossible" ? "an impossible device" : ""; }
};

DeviceRow device(const std::string& name) {
  DeviceRow row;
  row.account = "000000000000";
  row.name = name;
  row.topic = 1;
  row.state = DeviceRow::State::Active;
  row.is_known = true;
  row.count = 7'000'000'000;
  row.rate = 3;
  row.seen_at = TimePoint(Milliseconds(1'700'000'000'000));
  row.id = {{1, 2, 3}};
  row.queue = {"us-east-1", "000000000000", "q"};
  row.other = ResourceName{"eu-west-1", "000000000000", "other"};
  row.tags = {{"a", "b,:c"}};
  row.attributes = {{"n", {"Number", "5"}}, {"b", {"Binary", std::string("\0\xff", 2)}}};
  return row;
}

RowKinds with_devices() {
  auto kinds = engine::engine_row_kinds();
  kinds.push_back(&engine::kind_of<DeviceRow>());
  return kinds;
}

engine::TopicRow topic() {
  return {1, {"us-east-1", "000000000000", "t"}, {}, {}, {}, {}, {}};
}

class RowKindTest : public testing::Test {
 protected:
  std::filesystem::path data() const { return directory_.path() / "data"; }
  SqliteOptions options() const { return {.directory = data(), .kinds = with_devices()}; }

  // The devices, in the order in which they are loaded.
  std::vector<std::string> load() const {
    std::vector<std::string> lines;
    SqliteJournal journal(options());
    journal.load([&](const engine::Record& record) {
      if (engine::row_of<DeviceRow>(record)) lines.push_back(test::line(record));
    });
    return lines;
  }

  std::int64_t count(const std::string& table) const {
    return test::number_of(data() / "squire.db", "SELECT count(*) FROM " + table);
  }

  static std::string line(DeviceRow row) {
    return test::line(engine::Record(engine::RowPut(std::move(row))));
  }

  test::TemporaryDirectory directory_;
};

TEST_F(RowKindTest, IsStoredChangedRemovedAndLoadedInTheOrderOfItsMaking) {
  auto changed = device("b");
  changed.tags.clear();
  changed.rate.reset();
  changed.other.reset();
  {
    SqliteJournal journal(options());
    journal.append(topic());
    for (const char* name : {"c", "b", "a", "gone"}) journal.append(device(name));
    journal.append(changed);
    journal.append(engine::gone(device("gone")));
  }
  EXPECT_THAT(load(), ElementsAre(line(device("c")), line(changed), line(device("a"))));
}

TEST_F(RowKindTest, GoesWithTheTopicThatItBelongsTo) {
  {
    SqliteJournal journal(options());
    journal.append(topic());
    journal.append(device("a"));
    journal.append(engine::TopicGone{1});
    auto orphan = device("b");
    orphan.topic = 2;
    journal.append(std::move(orphan));
  }
  EXPECT_THAT(load(), IsEmpty());
  EXPECT_EQ(count("device"), 0) << "what is left of it is removed";
}

TEST_F(RowKindTest, OfATopicThatCannotBeLeavesTheRowsOfOthersAlone) {
  {
    SqliteJournal journal(options());
    journal.append(engine::QueueRow{1, {"us-east-1", "000000000000", "q"}, {}, {}, {}, {}});
    engine::MessageRow message;
    message.key = {1, 5};
    message.body = std::make_shared<const engine::Body>("x");
    journal.append(std::move(message));
    auto stray = device("a");
    stray.topic = (1u << 24) + 1;  // packed into a key, that is 1
    journal.append(std::move(stray));
  }
  for (int start = 0; start < 2; ++start) EXPECT_THAT(load(), IsEmpty());
  EXPECT_EQ(count("message"), 1);
}

TEST_F(RowKindTest, GetsItsTableInADirectoryOfBefore) {
  { SqliteJournal journal({.directory = data()}); }
  {
    SqliteJournal journal(options());
    journal.append(topic());
    journal.append(device("a"));
  }
  EXPECT_THAT(load(), ElementsAre(line(device("a"))));
  EXPECT_THAT(error_of([&] { SqliteJournal journal({.directory = data()}); }),
              HasSubstr("newer squire (schema 5; this one knows 4)"));
}

TEST_F(RowKindTest, IsExportedCheckedAndSalvaged) {
  const auto file = directory_.path() / "state";
  {
    SqliteJournal journal(options());
    journal.append(topic());
    journal.append(device("a"));
    journal.begin_copy(file);
    journal.finish_copy([](const engine::Journal::Apply&) {});
  }
  compact_state(file, with_devices());
  EXPECT_EQ(check_state(file, with_devices()).topics, 1u);
  EXPECT_THAT(salvage(data(), with_devices()).lines, testing::Contains("device: 1 rows read"));
}

TEST_F(RowKindTest, WithADamagedColumnIsLeftOutBySalvaging) {
  for (const char* sql : {"UPDATE device SET state = 256 WHERE name = 'a'",
                          "UPDATE device SET tags = x'00' WHERE name = 'a'",
                          "UPDATE device SET id = x'00' WHERE name = 'a'"}) {
    SCOPED_TRACE(sql);
    std::filesystem::remove_all(data());
    {
      SqliteJournal journal(options());
      journal.append(topic());
      journal.append(device("a"));
      journal.append(device("b"));
    }
    execute(data() / "squire.db", sql);
    EXPECT_THAT(salvage(data(), with_devices()).lines,
                testing::Contains("device: 1 rows read, 1 damaged rows left out"));
  }
}

TEST_F(RowKindTest, WithAFaultIsRefusedInAFileFromSomewhereElse) {
  struct {
    const char* sql;
    const char* fault;
  } const kCases[] = {
      {"UPDATE device SET state = 2", "a device of no state"},
      {"UPDATE device SET seen_at = -1", "a time of before 1970"},
      {"UPDATE device SET name = 'impossible'", "an impossible device"},
      {"UPDATE device SET state = 256", "the state of a device is damaged"},
      {"UPDATE device SET queue = 'none'", "the queue of a device is damaged"},
      {"UPDATE device SET id = x'00'", "an id is damaged"},
      {"UPDATE device SET tags = x'00'", "attributes or tags are damaged"},
      {"ALTER TABLE device ADD COLUMN more", "does not have the tables"},
  };
  for (const auto& [sql, fault] : kCases) {
    SCOPED_TRACE(sql);
    const auto file = directory_.path() / "state";
    std::filesystem::remove_all(data());
    std::filesystem::remove(file);
    {
      SqliteJournal journal(options());
      journal.append(topic());
      journal.append(device("a"));
      journal.begin_copy(file);
      journal.finish_copy([](const engine::Journal::Apply&) {});
    }
    execute(file, sql);
    EXPECT_THAT(error_of([&] { check_state(file, with_devices()); }), HasSubstr(fault));
  }
}

TEST_F(RowKindTest, OfTheEngineHasTheColumnsOfItsTable) {
  { SqliteJournal journal({.directory = data()}); }
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open((data() / "squire.db").c_str(), &database), SQLITE_OK);
  for (const auto* kind : engine::engine_row_kinds()) {
    std::vector<std::string> expected;
    if (kind->order == engine::RowOrder::AsMade) expected.emplace_back("place");
    for (const Column& column : kind->columns) expected.emplace_back(column.name);
    std::vector<std::string> columns;
    const auto sql = std::string("PRAGMA table_info(") + kind->table + ")";
    sqlite3_exec(
        database, sql.c_str(),
        [](void* to, int, char** texts, char**) {
          static_cast<std::vector<std::string>*>(to)->emplace_back(texts[1]);
          return 0;
        },
        &columns, nullptr);
    EXPECT_EQ(columns, expected) << kind->table;
  }
  sqlite3_close(database);
}

// ---- a store of its own ------------------------------------------------------------------------

class Devices final : public engine::StoreOf<Devices, DeviceRow> {
 public:
  explicit Devices(const engine::Env& env) : env_(env) {}

  void add(const DeviceRow& row) {
    env_.journal.append(row);
    rows[row.name] = row;
  }

  using Store::restore;
  void restore(DeviceRow&& row) {
    if (row.name == "broken") throw std::runtime_error("no such device");
    rows[row.name] = std::move(row);
  }
  void walk(const engine::Journal::Apply& apply) const override {
    for (const auto& [name, row] : rows) apply(row);
  }
  std::size_t clear(std::string_view account) override {
    return std::erase_if(rows, [&](const auto& entry) {
      if (!account.empty() && entry.second.account != account) return false;
      env_.journal.append(engine::gone(entry.second));
      return true;
    });
  }
  void drop_all() override { rows.clear(); }
  bool tick() override {
    if (++tick_count == 3) throw std::runtime_error("no tick");
    return tick_count % 2 == 1;
  }

  std::map<std::string, DeviceRow> rows;
  int tick_count = 0;

 private:
  const engine::Env& env_;
};

class StoreTest : public RowKindTest {
 protected:
  void start() {
    broker_.reset();
    journal_.reset();
    journal_ = std::make_unique<SqliteJournal>(options());
    broker_.emplace(engine::Env{clock_, ids_, *journal_}, engine::Rules{});
    broker_->add(std::make_shared<Devices>(broker_->env()));
    broker_->load();
  }
  Devices& devices() { return broker_->store<Devices>(); }
  std::vector<std::string> names() {
    std::vector<std::string> names;
    for (const auto& [name, row] : devices().rows) names.push_back(name);
    return names;
  }
  // What a device goes with.
  void make_topic() {
    auto row = topic();
    row.number = 0;
    ASSERT_EQ(broker_->topics().create(std::move(row)).value().topic->number(), 1u);
  }

  test::ManualClock clock_;
  test::CountingIds ids_;
  std::unique_ptr<SqliteJournal> journal_;
  std::optional<engine::Broker> broker_;
};

TEST_F(StoreTest, HasItsRowsAgainAfterARestart) {
  start();
  make_topic();
  devices().add(device("a"));
  start();
  EXPECT_THAT(names(), ElementsAre("a"));
}

TEST_F(StoreTest, SetsARowAsideThatItCannotTake) {
  start();
  make_topic();
  for (const char* name : {"a", "broken", "c"}) devices().add(device(name));
  std::string told;
  internal_errors().listen([&](Border, std::string_view what) { told = what; });
  start();
  internal_errors().listen({});
  EXPECT_THAT(told, HasSubstr("device 000000000000 broken is set aside: no such device"));
  EXPECT_THAT(names(), ElementsAre("a", "c"));
}

TEST_F(StoreTest, IsClearedWithAnAccount) {
  start();
  make_topic();
  devices().add(device("a"));
  auto other = device("b");
  other.account = "111111111111";
  devices().add(other);
  broker_->reset("111111111111");
  EXPECT_THAT(names(), ElementsAre("a"));
  start();
  EXPECT_THAT(names(), ElementsAre("a"));
}

TEST_F(StoreTest, IsExportedAndImportedWithTheRest) {
  const auto file = directory_.path() / "state";
  start();
  make_topic();
  devices().add(device("a"));
  broker_->export_to(file);
  devices().add(device("b"));
  const auto incoming = data() / "incoming";
  std::filesystem::copy_file(file, incoming);
  check_state(incoming, journal_->kinds());
  broker_->import_from(incoming);
  EXPECT_THAT(names(), ElementsAre("a"));
}

TEST_F(StoreTest, IsTickedAsLongAsThereIsMore) {
  start();
  EXPECT_TRUE(broker_->tick());
  EXPECT_FALSE(broker_->tick());
  EXPECT_EQ(devices().tick_count, 2);
  EXPECT_FALSE(broker_->tick()) << "one that throws holds nobody up";
  EXPECT_FALSE(broker_->tick());
  EXPECT_EQ(devices().tick_count, 4);
}

// Without rows: what it has need not outlive the daemon.
class Forgetful final : public engine::Store {
 public:
  engine::RowKinds kinds() const override { return {}; }
  void restore(engine::Row&) override {}
  void walk(const engine::Journal::Apply&) const override {}
  std::size_t clear(std::string_view) override { return 0; }
  void drop_all() override {}
  bool tick() override {
    ++tick_count;
    return false;
  }

  int tick_count = 0;
};

TEST_F(StoreTest, MayHaveNoRows) {
  start();
  broker_->add(std::make_shared<Forgetful>());
  EXPECT_TRUE(broker_->tick());
  EXPECT_FALSE(broker_->tick());
  EXPECT_EQ(broker_->store<Forgetful>().tick_count, 1);
}

}  // namespace
}  // namespace squire::storage
