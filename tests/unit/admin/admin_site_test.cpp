#include "squire/admin/admin_site.hpp"

#include <gmock/gmock.h>

#include "support/admin_fixture.hpp"
#include "support/temporary_directory.hpp"

namespace squire::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class AdminSiteTest : public AdminFixture {};

TEST_F(AdminSiteTest, HealthIsReadyOnceTheDaemonIs) {
  EXPECT_EQ(get("/_squire/health")["status"], "ready");
  EXPECT_EQ(get("/_squire/health?verbose")["version"], "1.2.3");
  admin::AdminSite starting(broker, {});
  const wire::Form form;
  const auto reply =
      starting.handle({"GET", "/_squire/health", form, "", "", ""}, nullptr)->run(true);
  EXPECT_EQ(reply->status, 503u);
  EXPECT_EQ(Json::parse(reply->body)["status"], "starting");
}

TEST_F(AdminSiteTest, ABrowserGetsTheConsole) {
  for (const auto& [path, accept] :
       {std::pair("/", "text/html,*/*;q=0.8"), std::pair("/_squire/console", "*/*")}) {
    const auto answer = ask("GET", path, "", accept);
    EXPECT_EQ(answer.content_type, "text/html; charset=utf-8") << path;
    EXPECT_THAT(answer.headers, HasSubstr("Content-Encoding: gzip\r\n"));
    EXPECT_TRUE(answer.body.starts_with("\x1f\x8b")) << "gzip begins so";
  }
  EXPECT_EQ(ask("GET", "/", "", "application/json").status, 0u);
}

TEST_F(AdminSiteTest, OtherPathsAreNotItsOwn) {
  for (const char* path : {"/", "/000000000000/orders", "/squire/health"}) {
    EXPECT_EQ(ask("GET", path).status, 0u) << path;
  }
}

TEST_F(AdminSiteTest, APathThatIsNotThereIsNotFoundAndSaysWhereToLook) {
  for (const char* path :
       {"/_squire", "/_squire/health/", "/_squire/queues/a/b", "/_aws/nothing"}) {
    const auto answer = ask("GET", path);
    EXPECT_EQ(answer.status, 404u) << path;
    EXPECT_THAT(answer.body, HasSubstr("/_squire/"));
  }
}

TEST_F(AdminSiteTest, AnotherMethodIsToldWhichAreAllowed) {
  const auto answer = ask("PUT", "/_squire/outbox");
  EXPECT_EQ(answer.status, 405u);
  EXPECT_EQ(answer.headers, "Allow: GET, DELETE\r\n");
}

TEST_F(AdminSiteTest, EveryEndpointOfTheListAnswers) {
  make_queue("q");
  make_topic("t");
  const auto list = get("/_squire/");
  for (const auto& endpoint : list["endpoints"]) {
    std::string path = endpoint["path"];
    if (path.ends_with("queues/{name}") || path.ends_with("}/messages")) {
      path.replace(path.find("{name}"), 6, "q");
    } else if (path.find("{name}") != std::string::npos) {
      path.replace(path.find("{name}"), 6, "t");
    }
    const auto answer = ask(endpoint["method"], path);
    EXPECT_NE(answer.status, 405u) << path;
    EXPECT_TRUE(answer.content_type != "application/json" || Json::accept(answer.body)) << path;
    EXPECT_FALSE(endpoint["help"].get<std::string>().empty());
  }
}

TEST_F(AdminSiteTest, SettingsAreShownAsTheyAreGiven) {
  EXPECT_EQ(get("/_squire/settings"), Json({{"port", 4566}, {"smtp_password", "***"}}));
}

TEST_F(AdminSiteTest, TheOverviewCountsEverything) {
  auto queue = make_queue("q");
  const auto topic = make_topic("t");
  subscribe_queue(topic, "q");
  send(*queue, "one");
  send(*queue, "two");
  receive_one(*queue);
  const auto overview = get("/_squire/overview");
  EXPECT_EQ(overview["queues"], 1);
  EXPECT_EQ(overview["topics"], 1);
  EXPECT_EQ(overview["subscriptions"], 1);
  EXPECT_EQ(overview["messages"], Json({{"visible", 1}, {"inFlight", 1}, {"delayed", 0}}));
}

TEST_F(AdminSiteTest, HealthKnowsWhenTheDataIsGone) {
  site.set_data_lost(true);
  EXPECT_EQ(ask("GET", "/_squire/health").status, 503u);
  EXPECT_EQ(Json::parse(ask("GET", "/_squire/health").body)["status"], "failed");
  EXPECT_EQ(ask("GET", "/_localstack/health").status, 503u);
  site.set_data_lost(false);
  EXPECT_EQ(get("/_squire/health")["status"], "ready");
}

// ---- queues

TEST_F(AdminSiteTest, AQueueIsShownWithCountsAndTheAgeOfItsOldestMessage) {
  auto queue = make_queue("q");
  EXPECT_TRUE(get("/_squire/queues/q")["oldestAgeSeconds"].is_null());
  send(*queue, "one");
  clock.advance(90s);
  send(*queue, "two");
  const auto handle = receive_one(*queue);
  queue->remove(handle).value();
  const auto shown = get("/_squire/queues/q");
  EXPECT_EQ(shown["sent"], 2);
  EXPECT_EQ(shown["received"], 1);
  EXPECT_EQ(shown["deleted"], 1);
  EXPECT_EQ(shown["visible"], 1);
  EXPECT_EQ(shown["oldestAgeSeconds"], 0.0);
  EXPECT_EQ(shown["url"], "http://localhost:4566/000000000000/q");
}

TEST_F(AdminSiteTest, RatesFollowTheLastSeconds) {
  auto queue = make_queue("q");
  for (int i = 0; i < 10; ++i) send(*queue, "m");
  clock.advance(1s);
  broker.tick();
  EXPECT_DOUBLE_EQ(get("/_squire/queues/q")["sentPerSecond"], 5.0);
  for (int second = 0; second < 20; ++second) {
    clock.advance(1s);
    broker.tick();
  }
  EXPECT_DOUBLE_EQ(get("/_squire/queues/q")["sentPerSecond"], 0.0);
}

TEST_F(AdminSiteTest, QueuesComeInPagesSearchedAndSorted) {
  for (const char* name : {"b-orders", "a-orders", "mail"}) make_queue(name);
  send(*broker.find_queue({"us-east-1", "000000000000", "b-orders"}), "m");
  const auto names = [&](const std::string& target) {
    std::vector<std::string> found;
    const auto page = get(target);
    for (const auto& queue : page["queues"]) found.push_back(queue["name"]);
    return found;
  };
  EXPECT_THAT(names("/_squire/queues"), ElementsAre("a-orders", "b-orders", "mail"));
  EXPECT_THAT(names("/_squire/queues?search=orders"), ElementsAre("a-orders", "b-orders"));
  EXPECT_EQ(names("/_squire/queues?sort=visible").front(), "b-orders");
  EXPECT_EQ(names("/_squire/queues?sort=oldest").front(), "b-orders");
  const auto page = get("/_squire/queues?limit=2");
  EXPECT_EQ(page["count"], 3);
  EXPECT_THAT(names("/_squire/queues?limit=2&after=" + page["next"].get<std::string>()),
              ElementsAre("mail"));
  for (const char* bad : {"limit=0", "limit=1001", "limit=x", "after=-1", "sort=size"}) {
    EXPECT_EQ(ask("GET", std::string("/_squire/queues?") + bad).status, 400u) << bad;
  }
}

TEST_F(AdminSiteTest, AQueueOfAnotherAccountIsFoundByItsNameIfItIsTheOnlyOne) {
  broker.create_queue({"eu-west-1", "111111111111", "far"}, {}, {}).value();
  EXPECT_EQ(get("/_squire/queues/far")["account"], "111111111111");
  broker.create_queue({"eu-west-1", "222222222222", "far"}, {}, {}).value();
  EXPECT_EQ(ask("GET", "/_squire/queues/far").status, 404u);
  EXPECT_EQ(get("/_squire/queues/far?account=222222222222")["account"], "222222222222");
}

TEST_F(AdminSiteTest, MessagesAreSeenWithoutBeingReceived) {
  auto queue = make_queue("q");
  send(*queue, "one");
  send(*queue, "two");
  receive_one(*queue, "AKIAX");
  const auto all = get("/_squire/queues/q/messages");
  EXPECT_EQ(all["count"], 2);
  const auto in_flight = get("/_squire/queues/q/messages?state=inFlight")["messages"];
  ASSERT_EQ(in_flight.size(), 1u);
  EXPECT_EQ(in_flight[0]["body"], "one");
  EXPECT_EQ(in_flight[0]["receiver"]["accessKey"], "AKIAX");
  EXPECT_EQ(in_flight[0]["receiveCount"], 1);
  const auto visible = get("/_squire/queues/q/messages?state=visible")["messages"];
  ASSERT_EQ(visible.size(), 1u);
  EXPECT_TRUE(visible[0]["visibleAt"].is_null());
  EXPECT_EQ(get("/_squire/queues/q")["received"], 1);
  EXPECT_EQ(ask("GET", "/_squire/queues/q/messages?state=lost").status, 400u);
}

TEST_F(AdminSiteTest, MessagesComeInPages) {
  auto queue = make_queue("q");
  for (int i = 0; i < 5; ++i) send(*queue, std::to_string(i));
  std::string bodies;
  std::string after;
  for (int pages = 0; pages < 3; ++pages) {
    const auto page = get("/_squire/queues/q/messages?limit=2&after=" + after);
    for (const auto& message : page["messages"]) bodies += message["body"];
    if (!page.contains("next")) break;
    after = page["next"];
  }
  EXPECT_EQ(bodies, "01234");
}

TEST_F(AdminSiteTest, AnyListIsATableForPeople) {
  make_queue("orders");
  const auto table = ask("GET", "/_squire/queues", "", "text/plain");
  EXPECT_EQ(table.content_type, "text/plain; charset=utf-8");
  EXPECT_TRUE(table.body.starts_with("name    ")) << table.body;
  EXPECT_THAT(table.body, HasSubstr("\norders  "));
  EXPECT_EQ(ask("GET", "/_squire/version", "", "text/plain").body, "version: 1.2.3\n");
}

TEST_F(AdminSiteTest, ATableHasThousandthsOfRatesAtMost) {
  auto queue = make_queue("orders");
  send(*queue, "m");
  for (int second = 0; second < 3; ++second) {
    clock.advance(1s);
    broker.tick();
  }
  EXPECT_EQ(get("/_squire/queues/orders")["sentPerSecond"], 0.125);
  clock.advance(1s);
  broker.tick();
  EXPECT_THAT(ask("GET", "/_squire/queues/orders", "", "text/plain").body,
              HasSubstr("\nsentPerSecond: 0.063\n"));
}

// ---- topics and filters

TEST_F(AdminSiteTest, ATopicIsShownWithItsSubscriptions) {
  const auto topic = make_topic("t");
  make_queue("q");
  subscribe_queue(topic, "q", {{"FilterPolicy", R"({"color":["red"]})"}});
  subscribe(topic, "http", "http://localhost:1/");
  const auto shown = get("/_squire/topics/t");
  EXPECT_EQ(shown["subscriptions"], 1);
  EXPECT_EQ(shown["pending"], 1);
  EXPECT_EQ(shown["filterPolicies"], 1);
  const auto subscriptions = get("/_squire/topics/t/subscriptions")["subscriptions"];
  ASSERT_EQ(subscriptions.size(), 2u);
  EXPECT_EQ(subscriptions[0]["filterPolicy"], Json({{"color", {"red"}}}));
  EXPECT_EQ(subscriptions[1]["state"], "pending");
}

TEST_F(AdminSiteTest, AFilterPolicyCanBeTried) {
  const auto ask_filter = [&](const Json& request) {
    const auto answer = ask("POST", "/_squire/filter", request.dump());
    EXPECT_EQ(answer.status, 200u) << answer.body;
    return Json::parse(answer.body);
  };
  const Json policy{{"color", {"red"}}, {"size", {{{"numeric", {">", 3}}}}}};
  auto tried = ask_filter(
      {{"policy", policy},
       {"attributes", {{"color", "red"}, {"size", {{"type", "Number"}, {"value", "4"}}}}}});
  EXPECT_EQ(tried, Json({{"matches", true}, {"reason", ""}}));
  tried = ask_filter({{"policy", policy}, {"attributes", {{"color", "red"}}}});
  EXPECT_EQ(tried["reason"],
            R"(size asks for [{"numeric":[">",3]}], but the message has no such attribute)");
  tried = ask_filter({{"policy", {{"a", {{"b", {"x"}}}}}},
                      {"scope", "MessageBody"},
                      {"body", R"({"a":{"b":"y"}})"}});
  EXPECT_EQ(tried["reason"], R"(a.b asks for ["x"], but the body has "y")");
}

TEST_F(AdminSiteTest, ABadFilterIsRefusedWithTheServicesWords) {
  const auto answer = ask("POST", "/_squire/filter", R"({"policy":{"a":"x"}})");
  EXPECT_EQ(answer.status, 400u);
  EXPECT_THAT(answer.body, HasSubstr("must be an object or an array"));
  for (const char* bad : {"", "[]", "{}", R"({"policy":{},"scope":"Elsewhere"})",
                          R"({"policy":{},"attributes":[1]})", R"({"policy":{},"body":1})"}) {
    EXPECT_EQ(ask("POST", "/_squire/filter", bad).status, 400u) << bad;
  }
}

// ---- outbox and reset

TEST_F(AdminSiteTest, TheOutboxIsReadAndEmptied) {
  const auto topic = make_topic("t");
  subscribe(topic, "sms", "+15551234567");
  publish(topic, "hello");
  const auto entries = get("/_squire/outbox?protocol=sms")["entries"];
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0]["body"], "hello");
  EXPECT_EQ(get("/_squire/outbox?protocol=email")["count"], 0);
  EXPECT_EQ(ask("DELETE", "/_squire/outbox").status, 200u);
  EXPECT_EQ(get("/_squire/outbox")["count"], 0);
}

TEST_F(AdminSiteTest, APartOfTheOutboxCanBeForgotten) {
  const auto topic = make_topic("t");
  for (const char* number : {"+15551234567", "+15557654321"}) subscribe(topic, "sms", number);
  publish(topic, "hello");
  EXPECT_EQ(ask("DELETE", "/_squire/outbox?protocol=email").status, 200u);
  EXPECT_EQ(get("/_squire/outbox")["count"], 2);
  EXPECT_EQ(ask("DELETE", "/_squire/outbox?endpoint=%2B15551234567").status, 200u);
  const auto left = get("/_squire/outbox")["entries"];
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0]["endpoint"], "+15557654321");
}

TEST_F(AdminSiteTest, AResetOfAnAccountLeavesTheOthersAlone) {
  make_queue("mine");
  const auto topic = make_topic("mine");
  subscribe(topic, "sms", "+15551234567");
  publish(topic, "hello");
  broker.create_queue({"us-east-1", "111111111111", "other"}, {}, {}).value();
  const auto answer = ask("POST", "/_squire/reset?account=000000000000");
  EXPECT_EQ(Json::parse(answer.body), Json({{"queues", 1}, {"topics", 1}}));
  EXPECT_EQ(get("/_squire/outbox")["count"], 0);
  EXPECT_EQ(get("/_squire/queues")["count"], 1);
  EXPECT_EQ(ask("POST", "/_squire/reset?account=me").status, 400u);
}

TEST_F(AdminSiteTest, AnImportWithoutAFileSaysHowToSendOne) {
  for (const char* method : {"PUT", "POST"}) {
    const auto answer = ask(method, "/_squire/import");
    EXPECT_EQ(answer.status, 400u);
    EXPECT_THAT(answer.body, testing::HasSubstr("curl -T"));
  }
  EXPECT_EQ(ask("GET", "/_squire/import").status, 405u);
}

TEST_F(AdminSiteTest, OnlyTheBodyOfAnImportIsAnUpload) {
  const TemporaryDirectory directory;
  service::TemporaryFiles files(directory.path());
  admin::AdminSettings settings{"1.2.3", "000000000000", "us-east-1", "", {}};
  settings.files = &files;
  settings.import_bytes_max = 5000;
  admin::AdminSite site(broker, std::move(settings));
  for (const char* method : {"PUT", "POST"}) {
    const auto upload = site.upload(method, "/_squire/import");
    ASSERT_TRUE(upload.has_value());
    EXPECT_EQ(upload->bytes_max, 5000u);
    EXPECT_EQ(upload->setting, "import_bytes_max");
  }
  EXPECT_FALSE(site.upload("GET", "/_squire/import"));
  EXPECT_FALSE(site.upload("POST", "/_squire/reset"));
}

TEST_F(AdminSiteTest, AResetLeavesNothing) {
  auto queue = make_queue("q");
  const auto id = send(*queue, "m");
  const auto topic = make_topic("t");
  subscribe(topic, "sms", "+15551234567");
  publish(topic, "hello");
  ask("POST", "/_squire/reset");
  EXPECT_EQ(get("/_squire/queues")["count"], 0);
  EXPECT_EQ(get("/_squire/topics")["count"], 0);
  EXPECT_EQ(get("/_squire/outbox")["count"], 0);
  EXPECT_EQ(ask("GET", "/_squire/messages/" + id).status, 404u);
}

}  // namespace
}  // namespace squire::test
