// What only tests ask for: a clock that can be moved, and waiting for what should come.
#include <gmock/gmock.h>

#include "squire/engine/queue/move_tasks.hpp"
#include "support/admin_fixture.hpp"
#include "support/broker_fixture.hpp"

namespace squire::test {
namespace {

class TestingTest : public AdminFixture {
 protected:
  TestingTest() { testing_site.set_ready(); }

  // A request to the site with testing: true, and the waiter it was given.
  struct Handled {
    Handled(admin::AdminSite& site, const std::string& query) {
      EXPECT_TRUE(form.parse(query));
      exchange = site.handle({"GET", "/_squire/wait", form, "", "", ""}, waiter);
    }
    wire::Form form;
    std::shared_ptr<CountingWaiter> waiter = std::make_shared<CountingWaiter>();
    std::unique_ptr<service::AdminExchange> exchange;
  };

  Json post_clock(const std::string& body, unsigned status = 200) {
    const wire::Form form;
    const auto reply =
        testing_site.handle({"POST", "/_squire/clock", form, body, "", ""}, nullptr)->run(true);
    EXPECT_EQ(reply->status, status) << reply->body;
    return Json::parse(reply->body);
  }

  static constexpr TimePoint kStart = ManualClock::kStart;

  static admin::AdminSettings with_clock(ManualClock& clock, service::Faults& faults) {
    admin::AdminSettings settings{"1.2.3", "000000000000", "us-east-1", "", {}};
    settings.advance_clock = [&clock](Milliseconds by) { clock.advance(by); };
    settings.reset_clock = [&clock] { clock.set_back(clock.now() - kStart); };
    settings.faults = &faults;
    return settings;
  }

  service::Faults faults;
  admin::AdminSite testing_site{broker, with_clock(clock, faults)};
};

TEST_F(TestingTest, NothingOfItIsThereByDefault) {
  for (const char* target : {"/_squire/clock", "/_squire/wait?until=outbox==0"}) {
    const auto answer = ask("GET", target);
    EXPECT_EQ(answer.status, 404u) << target;
    EXPECT_THAT(answer.body, testing::HasSubstr("testing: true"));
  }
  EXPECT_EQ(ask("POST", "/_squire/clock", R"({"advance":"1h"})").status, 404u);
}

TEST_F(TestingTest, TheClockMovesAndWithItWhatIsDue) {
  auto queue = make_queue("q");
  send(*queue, "m");
  EXPECT_FALSE(receive_one(*queue).empty());
  EXPECT_TRUE(receive_one(*queue).empty());
  EXPECT_EQ(post_clock(R"({"advance":"6m"})")["advanced"], "360000ms");
  EXPECT_FALSE(receive_one(*queue).empty());
  EXPECT_EQ(post_clock(R"({"advance":"500ms"})")["advanced"], "360500ms");
}

TEST_F(TestingTest, AResetSetsTheClockBackAndEndsFaultsMoveTasksAndWaits) {
  const auto source = make_queue("source");
  make_queue("target");
  send(*source, "m");
  post_clock(R"({"advance":"6m"})");
  faults.add({});
  broker.store<engine::MoveTasks>().start(source->name(), source->name(), 1);
  Handled wait(testing_site, "queue=source&until=visible==7&timeout=10m");
  EXPECT_FALSE(wait.exchange->run(true).has_value());
  const wire::Form form;
  EXPECT_EQ(
      testing_site.handle({"POST", "/_squire/reset", form, "", "", ""}, nullptr)->run(true)->status,
      200u);
  EXPECT_EQ(clock.now(), kStart);
  EXPECT_TRUE(faults.list().empty());
  EXPECT_TRUE(broker.store<engine::MoveTasks>().list(source->name(), 10).empty());
  EXPECT_EQ(wait.exchange->run(true)->status, 408u);
}

TEST_F(TestingTest, AResetOfOneAccountLeavesWhatIsForAll) {
  post_clock(R"({"advance":"6m"})");
  faults.add({});
  wire::Form form;
  form.add("account", "111111111111");
  testing_site.handle({"POST", "/_squire/reset", form, "", "", ""}, nullptr)->run(true);
  EXPECT_EQ(clock.now(), kStart + 6min);
  EXPECT_EQ(faults.list().size(), 1u);
}

TEST_F(TestingTest, AnAdvanceIsADuration) {
  for (const char* bad :
       {"", "{}", R"({"advance":"6"})", R"({"advance":6})", R"({"advance":"-6m"})",
        R"({"advance":"6 m"})", R"({"advance":"99999999d"})"}) {
    post_clock(bad, 400);
  }
}

TEST_F(TestingTest, AWaitAnswersTheMomentItsConditionHolds) {
  auto queue = make_queue("q");
  send(*queue, "m");
  Handled wait(testing_site, "queue=q&until=total==0&timeout=30s");
  EXPECT_FALSE(wait.exchange->run(true).has_value());
  const auto handle = receive_one(*queue);
  EXPECT_EQ(wait.waiter->count, 1);
  EXPECT_FALSE(wait.exchange->run(true).has_value());
  queue->remove(handle).value();
  EXPECT_EQ(wait.waiter->count, 2);
  const auto reply = wait.exchange->run(true);
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->status, 200u);
  const auto json = Json::parse(reply->body);
  EXPECT_EQ(json["met"], true);
  EXPECT_EQ(json["values"]["deleted"], 1);
}

TEST_F(TestingTest, AWaitSeesWhatTimeBrings) {
  auto queue = make_queue("q");
  send(*queue, "m");
  receive_one(*queue);
  Handled wait(testing_site, "queue=q&until=visible==1&timeout=10m");
  EXPECT_FALSE(wait.exchange->run(true).has_value());
  clock.advance(30s);
  EXPECT_EQ(wait.waiter->count, 1);
  EXPECT_TRUE(wait.exchange->run(true).has_value());
}

TEST_F(TestingTest, AWaitForTheOutboxIsOfAProtocol) {
  const auto topic = make_topic("t");
  subscribe(topic, "sms", "+15551234567");
  Handled wait(testing_site, "until=outbox>=1&protocol=sms");
  EXPECT_FALSE(wait.exchange->run(true).has_value());
  publish(topic, "hello");
  EXPECT_EQ(wait.waiter->count, 1);
  EXPECT_EQ(wait.exchange->run(true)->status, 200u);
  Handled other(testing_site, "until=outbox>=1&protocol=email");
  EXPECT_FALSE(other.exchange->run(true).has_value());
}

TEST_F(TestingTest, AWaitEndsWithItsTimeoutAndSaysWhatItSaw) {
  make_queue("q");
  Handled wait(testing_site, "queue=q&until=visible>0,sent>0&timeout=5s");
  EXPECT_FALSE(wait.exchange->run(true).has_value());
  EXPECT_EQ(wait.exchange->deadline(), clock.now() + 5s);
  clock.advance(5s);
  const auto reply = wait.exchange->run(true);
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->status, 408u);
  EXPECT_EQ(Json::parse(reply->body)["met"], false);
  EXPECT_EQ(Json::parse(reply->body)["values"]["visible"], 0);
}

TEST_F(TestingTest, AWaitEndsWhenTheDaemonStops) {
  make_queue("q");
  Handled wait(testing_site, "queue=q&until=visible>0");
  EXPECT_EQ(wait.exchange->run(false)->status, 408u);
}

TEST_F(TestingTest, AWaitThatCannotBeUnderstoodIsRefused) {
  make_queue("q");
  for (const char* bad :
       {"", "queue=q", "queue=q&until=visible", "queue=q&until=visible=0", "queue=q&until=size==0",
        "queue=q&until=visible==x", "queue=q&until=visible==0&timeout=soon", "until=visible==0"}) {
    Handled wait(testing_site, bad);
    EXPECT_EQ(wait.exchange->run(true)->status, 400u) << bad;
  }
  Handled wait(testing_site, "queue=missing&until=visible==0");
  EXPECT_EQ(wait.exchange->run(true)->status, 404u);
}

}  // namespace
}  // namespace squire::test
