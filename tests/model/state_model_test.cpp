// A broker that imported another one's export answers as that one does, whatever happened to it
// before and wherever either of them keeps its messages.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <sstream>

#include "squire/sns/actions.hpp"
#include "squire/sns/envelopes.hpp"
#include "squire/storage/memory_journal.hpp"
#include "squire/storage/sqlite_journal.hpp"
#include "squire/storage/state_file.hpp"
#include "support/counting_ids.hpp"
#include "support/manual_clock.hpp"
#include "support/signing_key.hpp"
#include "support/temporary_directory.hpp"

namespace squire::test {
namespace {

using engine::StringMap;

const std::vector<std::string> kQueues = {"a", "b", "dead", "c.fifo", "d.fifo"};
const std::string kArn = "arn:aws:sqs:us-east-1:000000000000:";

ResourceName name_of(const std::string& name) {
  return {"us-east-1", "000000000000", name};
}

class Life {
 public:
  Life(ManualClock& clock, bool is_durable, const std::filesystem::path& directory)
      : clock_(clock), directory_(directory) {
    if (is_durable) {
      journal_ = std::make_unique<storage::SqliteJournal>(
          storage::SqliteOptions{.directory = directory / "data"});
    } else {
      std::filesystem::create_directories(directory / "data");
      journal_ = std::make_unique<storage::MemoryJournal>();
    }
    broker_.emplace(engine::Env{clock_, ids_, *journal_}, engine::Rules{}, &envelopes_);
    broker_->load();
  }

  void furnish() {
    install_signing_key(*broker_);
    for (const auto& name : kQueues) {
      StringMap attributes{{"VisibilityTimeout", "30"}};
      if (name.ends_with(".fifo")) attributes["FifoQueue"] = "true";
      if (name == "a") {
        attributes["RedrivePolicy"] =
            R"({"deadLetterTargetArn":")" + kArn + R"(dead","maxReceiveCount":2})";
      }
      EXPECT_TRUE(broker_->create_queue(name_of(name), attributes, {}).has_value());
    }
    service::Call call(*broker_, {"000000000000", "us-east-1"}, "http://x", nullptr);
    topic_ = sns::CreateTopic::run(call, {"topic", {}, {}, {}}).value().topic_arn;
    for (const char* queue : {"a", "b"}) {
      EXPECT_TRUE(sns::Subscribe::run(
          call, {topic_, "sqs", kArn + queue, {{"RawMessageDelivery", "true"}}, true}));
    }
  }

  // One thing that clients might do.
  void step(std::mt19937& random) {
    const auto below = [&](int end) { return std::uniform_int_distribution(0, end - 1)(random); };
    const auto name = kQueues[static_cast<std::size_t>(below(static_cast<int>(kQueues.size())))];
    auto& queue = *broker_->find_queue(name_of(name));
    switch (below(12)) {
      case 0:
        return clock_.advance(Milliseconds(below(20'000)));
      case 1:
        return static_cast<void>(below(10) ? Result<engine::Ticket>(0) : queue.purge());
      case 2:
      case 3:
      case 4:
        for (const auto& handle : receive(queue, below(10) + 1)) {
          if (below(3) == 0) static_cast<void>(queue.remove(handle).value());
          if (below(3) == 0) {
            static_cast<void>(queue.change_visibility(handle, Seconds(below(60))));
          }
        }
        return;
      case 5: {
        service::Call call(*broker_, {"000000000000", "us-east-1"}, "http://x", nullptr);
        sns::Publish::Request request;
        request.topic_arn = topic_;
        request.message = "published " + std::to_string(++sent_);
        EXPECT_TRUE(sns::Publish::run(call, std::move(request)).has_value());
        return;
      }
      default:
        return send(name, "message " + std::to_string(++sent_), below(40), below(3),
                    below(4) ? 0 : below(100));
    }
  }

  void send(const std::string& name, const std::string& body, int deduplication, int group = 0,
            int delay = 0) {
    engine::OutgoingMessage message;
    message.body = std::make_shared<engine::Body>(body);
    if (name.ends_with(".fifo")) {
      engine::Details details;
      details.group_id = "group " + std::to_string(group);
      details.deduplication_id = std::to_string(deduplication);
      details.attributes["Text"] = {"String", "<é>"};
      message.details = std::make_shared<engine::Details>(std::move(details));
    } else if (delay > 0) {
      message.delay = Seconds(delay);
    }
    static_cast<void>(broker_->find_queue(name_of(name))->send(message).value());
  }

  // The handles of what was received; the messages are added to the log.
  std::vector<std::string> receive(engine::Queue& queue, int count) {
    engine::ReceiveOptions options;
    options.count_max = count;
    const auto received = broker_->receive(queue, options, nullptr).value();
    std::vector<std::string> handles;
    for (const auto& message : received.messages) {
      handles.push_back(message.handle().encode());
      const std::string group = message.row.details ? message.row.details->group_id : "";
      log.push_back(queue.name().name + ": " + group + ": " + message.row.body->text() + " " +
                    to_string(message.row.id) + " " +
                    std::to_string(message.row.sent_at.time_since_epoch().count()) + " count " +
                    std::to_string(message.delivery.receive_count));
    }
    return handles;
  }

  // Everything there is to receive now; what FIFO queues give is deleted, so that the next of its
  // group follows. No queue promises an order but within a group.
  std::vector<std::string> drain() {
    std::vector<std::string> all;
    for (const auto& name : kQueues) {
      log.clear();
      auto& queue = *broker_->find_queue(name_of(name));
      const auto counts = queue.counts();
      all.push_back(name + ": " + std::to_string(counts.visible) + " " +
                    std::to_string(counts.in_flight) + " " + std::to_string(counts.delayed));
      const bool is_fifo = name.ends_with(".fifo");
      for (;;) {
        const auto handles = receive(queue, is_fifo ? 1 : 10);
        if (handles.empty()) break;
        if (is_fifo) static_cast<void>(queue.remove(handles.front()).value());
      }
      const auto group = [](const std::string& line) { return line.substr(0, line.rfind(": ")); };
      is_fifo ? std::stable_sort(log.begin(), log.end(),
                                 [&](const auto& a, const auto& b) { return group(a) < group(b); })
              : std::sort(log.begin(), log.end());
      all.insert(all.end(), log.begin(), log.end());
    }
    return all;
  }

  // Of whatever queues.
  void drain_what_there_is() {
    for (const auto& queue : broker_->all_queues()) {
      for (int i = 0; i < 1000 && !receive(*queue, 10).empty(); ++i) {
      }
    }
    broker_->tick();
  }

  std::string export_state() {
    const std::string file = directory_ / ("export" + std::to_string(++files_));
    broker_->export_to(file);
    return file;
  }

  void import_state(const std::string& file) {
    const std::string own = directory_ / "data" / "import";
    std::filesystem::copy_file(file, own);
    storage::check_state(own);
    broker_->import_from(own);
  }

  std::vector<std::string> log;

 private:
  ManualClock& clock_;
  const std::filesystem::path directory_;
  CountingIds ids_;
  const sns::Envelopes envelopes_;
  std::unique_ptr<engine::Journal> journal_;
  std::optional<engine::Broker> broker_;
  std::string topic_;
  int sent_ = 0;
  int files_ = 0;
};

// The first line that differs; empty if there is none.
std::string difference(const std::vector<std::string>& mine,
                       const std::vector<std::string>& theirs) {
  const auto [at, other] = std::mismatch(mine.begin(), mine.end(), theirs.begin(), theirs.end());
  if (at == mine.end() && other == theirs.end()) return {};
  return (at == mine.end() ? "nothing" : *at) +
         "\nimported: " + (other == theirs.end() ? "nothing" : *other);
}

// Whether the exporting and the importing broker are durable.
class StateModelTest : public testing::TestWithParam<std::pair<bool, bool>> {};

TEST_P(StateModelTest, AnImportedStateAnswersAsTheExportedOne) {
  for (int round = 0; round < 12 && !HasFailure(); ++round) {
    const auto seed = std::random_device()();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    TemporaryDirectory directory;
    ManualClock clock;
    Life one(clock, GetParam().first, directory.path() / "one");
    Life other(clock, GetParam().second, directory.path() / "other");
    for (Life* life : {&one, &other}) life->furnish();
    for (int i = 0; i < 30; ++i) other.step(random);
    for (int i = 0; i < 400; ++i) one.step(random);
    other.import_state(one.export_state());
    // Accepted by both, or by neither because the deduplication id was used: the counts tell.
    const int deduplication = static_cast<int>(random() % 40);
    for (Life* life : {&one, &other}) life->send("c.fifo", "probe", deduplication);
    for (const int seconds : {0, 10, 31, 100, 31, 200}) {
      SCOPED_TRACE(std::to_string(seconds) + " seconds later");
      clock.advance(Seconds(seconds));
      // A new message has an id of its own.
      auto [mine, theirs] = std::pair(one.drain(), other.drain());
      const auto is_new = [](const std::string& line) { return line.find("probe") != line.npos; };
      std::erase_if(mine, is_new);
      std::erase_if(theirs, is_new);
      EXPECT_EQ(difference(mine, theirs), "");
    }
  }
}

TEST(StateDamageTest, ADamagedFileIsRefusedOrHarmless) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  TemporaryDirectory directory;
  ManualClock clock;
  Life one(clock, false, directory.path() / "one");
  one.furnish();
  for (int i = 0; i < 200; ++i) one.step(random);
  const auto file = one.export_state();
  std::ostringstream whole;
  whole << std::ifstream(file, std::ios::binary).rdbuf();
  for (int round = 0; round < 200; ++round) {
    auto bytes = whole.str();
    for (auto left = random() % 4 == 0 ? 100 : 1 + random() % 5; left > 0; --left) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    if (random() % 10 == 0) bytes.resize(random() % bytes.size());
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
    Life other(clock, false, directory.path() / std::to_string(round));
    other.furnish();
    try {
      other.import_state(file);
      clock.advance(Seconds(31));
      other.drain_what_there_is();
    } catch (const storage::StorageError&) {
      EXPECT_FALSE(other.drain().empty()) << "what was there is still there";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, StateModelTest,
                         testing::Values(std::pair(false, false), std::pair(false, true),
                                         std::pair(true, false), std::pair(true, true)),
                         [](const auto& info) {
                           const auto kind = [](bool is_durable) {
                             return is_durable ? "Durable" : "Memory";
                           };
                           return std::string(kind(info.param.first)) + "To" +
                                  kind(info.param.second);
                         });

}  // namespace
}  // namespace squire::test
