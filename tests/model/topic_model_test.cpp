// Random topics, subscriptions, filter policies and publishes against a naive reference, with
// restarts from the journal in between: every queue holds exactly the messages its policy lets
// through, those of FIFO topics in order.
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>

#include "squire/sns/actions.hpp"
#include "squire/sns/envelopes.hpp"
#include "support/counting_ids.hpp"
#include "support/crash_journal.hpp"
#include "support/manual_clock.hpp"
#include "support/naive_filter.hpp"
#include "support/signing_key.hpp"

namespace squire::test {
namespace {

using nlohmann::json;

const std::string kTopic = "arn:aws:sns:us-east-1:000000000000:";
const std::string kQueue = "arn:aws:sqs:us-east-1:000000000000:";

// What a subscription should have brought into its queue.
struct ReferenceSubscription {
  std::string arn;
  json policy;  // null: none
};

struct ReferenceTopic {
  bool is_fifo = false;
  std::map<std::string, ReferenceSubscription> subscriptions;  // by queue
  std::map<std::string, TimePoint> duplicates;                 // FIFO: deduplication ids
};

class TopicModel {
 public:
  explicit TopicModel(unsigned seed) : random_(seed) {
    start();
    install_signing_key(*broker_);
    for (const char* name : {"one", "two", "three.fifo"}) create_topic(name);
    for (const char* name : {"a", "b", "c", "d.fifo", "e.fifo"}) create_queue(name);
    commit();
  }

  void run(int steps) {
    for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) {
      SCOPED_TRACE("step " + std::to_string(i));
      step();
    }
    check_queues();
  }

 private:
  int random(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }

  template <typename Map>
  auto& pick(Map& map) {
    return *std::next(map.begin(), random(static_cast<int>(map.size())));
  }

  void start() {
    broker_.reset();
    broker_.emplace(engine::Env{clock_, ids_, journal_}, engine::Rules{}, &envelopes_);
    broker_->load();
  }

  void commit() { journal_.commit(); }

  // Everything answered is committed before; nothing else may differ afterwards.
  void crash() {
    commit();
    journal_.crash();
    start();
  }

  service::Call call() { return {*broker_, {"000000000000", "us-east-1"}, "http://x", nullptr}; }

  void create_topic(const std::string& name) {
    auto context = call();
    const bool is_fifo = name.ends_with(".fifo");
    sns::StringMap attributes;
    if (is_fifo) attributes["FifoTopic"] = "true";
    ASSERT_TRUE(sns::CreateTopic::run(context, {name, attributes, {}, {}}).has_value());
    topics_[name].is_fifo = is_fifo;
  }

  void create_queue(const std::string& name) {
    ASSERT_TRUE(broker_->create_queue({"us-east-1", "000000000000", name}, {}, {}).has_value());
    queues_[name];
  }

  void step() {
    const int choice = random(100);
    if (choice < 15) return subscribe();
    if (choice < 20) return unsubscribe();
    if (choice < 28) return change_policy();
    if (choice < 85) return publish();
    if (choice < 92) return check_queues();
    if (choice < 96) return clock_.advance(Milliseconds(1000 * random(200)));
    crash();
  }

  json random_policy() {
    static const char* kPolicies[] = {
        R"({"color":["red","blue"]})",
        R"({"color":[{"anything-but":"red"}]})",
        R"({"size":[{"numeric":[">=",2,"<",5]}]})",
        R"({"color":[{"prefix":"b"}],"size":[1,2,3]})",
        R"({"$or":[{"color":["green"]},{"size":[{"numeric":["<",2]}]}]})",
        R"({"color":[{"exists":false}]})",
        R"({"color":[{"wildcard":"*e*"}]})",
        R"({"nested":{"deep":[true,null]}})"};
    return random(4) == 0 ? json() : json::parse(kPolicies[random(8)]);
  }

  json random_message() {
    json message = {{"number", ++published_count_}};
    static const char* kColors[] = {"red", "green", "blue", "black"};
    if (random(4) != 0) message["color"] = kColors[random(4)];
    if (random(4) != 0) message["size"] = random(6);
    if (random(4) == 0) message["nested"] = {{"deep", random(2) ? json(true) : json()}};
    return message;
  }

  void subscribe() {
    auto& [topic_name, topic] = pick(topics_);
    auto& [queue_name, messages] = pick(queues_);
    if (!topic.is_fifo && queue_name.ends_with(".fifo")) return;
    if (topic.subscriptions.contains(queue_name)) return;
    const json policy = random_policy();
    sns::Subscribe::Request request;
    request.topic_arn = kTopic + topic_name;
    request.protocol = "sqs";
    request.endpoint = kQueue + queue_name;
    request.attributes = {{"RawMessageDelivery", "true"}, {"FilterPolicyScope", "MessageBody"}};
    if (!policy.is_null()) request.attributes["FilterPolicy"] = policy.dump();
    auto context = call();
    const auto subscribed = sns::Subscribe::run(context, request);
    ASSERT_TRUE(subscribed.has_value()) << subscribed.error().message;
    topic.subscriptions[queue_name] = {subscribed->subscription_arn, policy};
  }

  void unsubscribe() {
    auto& topic = pick(topics_).second;
    if (topic.subscriptions.empty()) return;
    auto& [queue, subscription] = pick(topic.subscriptions);
    auto context = call();
    ASSERT_TRUE(sns::Unsubscribe::run(context, {subscription.arn}).has_value());
    topic.subscriptions.erase(queue);
  }

  void change_policy() {
    auto& topic = pick(topics_).second;
    if (topic.subscriptions.empty()) return;
    auto& subscription = pick(topic.subscriptions).second;
    subscription.policy = random_policy();
    auto context = call();
    const auto text =
        subscription.policy.is_null() ? std::string("{}") : subscription.policy.dump();
    ASSERT_TRUE(
        sns::SetSubscriptionAttributes::run(context, {subscription.arn, "FilterPolicy", text})
            .has_value());
  }

  void publish() {
    auto& [name, topic] = pick(topics_);
    const json message = random_message();
    sns::Publish::Request request;
    request.topic_arn = kTopic + name;
    request.message = message.dump();
    if (topic.is_fifo) {
      request.message_group_id = "group";
      request.message_deduplication_id = "id-" + std::to_string(random(400));
      const auto first = topic.duplicates.find(*request.message_deduplication_id);
      const bool is_duplicate =
          first != topic.duplicates.end() && clock_.now() < first->second + Seconds(300);
      if (!is_duplicate) topic.duplicates[*request.message_deduplication_id] = clock_.now();
      if (is_duplicate) request.message = "a duplicate";
    }
    auto context = call();
    const auto published = sns::Publish::run(context, request);
    ASSERT_TRUE(published.has_value()) << published.error().message;
    if (request.message == "a duplicate") return;
    for (const auto& [queue, subscription] : topic.subscriptions) {
      if (subscription.policy.is_null() || NaiveFilter::matches(subscription.policy, message)) {
        queues_[queue].push_back(request.message);
      }
    }
  }

  // Takes everything out of every queue.
  void check_queues() {
    for (auto& [name, expected] : queues_) {
      std::vector<std::string> got;
      auto& queue = *broker_->find_queue({"us-east-1", "000000000000", name});
      for (;;) {
        engine::ReceiveOptions options;
        options.count_max = 10;
        const auto received = broker_->receive(queue, options, nullptr).value();
        if (received.messages.empty()) break;
        for (const auto& message : received.messages) {
          got.push_back(message.row.body->text());
          ASSERT_TRUE(queue.remove(message.handle().encode()).has_value());
        }
      }
      if (!name.ends_with(".fifo")) {
        std::sort(got.begin(), got.end());
        std::sort(expected.begin(), expected.end());
      }
      EXPECT_EQ(got, expected) << name;
      expected.clear();
    }
  }

  std::mt19937 random_;
  ManualClock clock_;
  CountingIds ids_;
  CrashJournal journal_;
  const sns::Envelopes envelopes_;
  std::optional<engine::Broker> broker_;
  std::map<std::string, ReferenceTopic> topics_;
  std::map<std::string, std::vector<std::string>> queues_;  // what each should hold
  int published_count_ = 0;
};

class TopicModelTest : public testing::TestWithParam<unsigned> {};

TEST_P(TopicModelTest, EveryQueueHoldsWhatItsPoliciesLetThrough) {
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  TopicModel(GetParam()).run(3000);
}

INSTANTIATE_TEST_SUITE_P(Seeds, TopicModelTest, testing::Range(1u, 9u));

}  // namespace
}  // namespace squire::test
