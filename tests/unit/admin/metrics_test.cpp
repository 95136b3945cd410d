#include "squire/admin/metrics.hpp"

#include <gmock/gmock.h>

#include "support/admin_fixture.hpp"

namespace squire::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class MetricsTest : public AdminFixture {
 protected:
  void answer(std::string_view action, std::string_view code, std::chrono::microseconds duration) {
    const service::HttpRequest request{"POST", "/", "", "", "", "", "12345"};
    service::HttpReply reply;
    reply.body = "123";
    metrics.answered({request, reply, "sqs", action, code, "", "", request.body.size(), duration});
  }

  admin::Metrics metrics{broker, {[] { return std::size_t{7}; }}};
};

TEST_F(MetricsTest, RequestsAreCountedByActionAndCode) {
  answer("SendMessage", "", 120us);
  answer("SendMessage", "", 3ms);
  answer("SendMessage", "OverLimit", 10us);
  const auto text = metrics.text();
  EXPECT_THAT(text,
              HasSubstr(R"(squire_requests_total{action="SendMessage",code="",service="sqs"} 2)"));
  EXPECT_THAT(
      text,
      HasSubstr(R"(squire_requests_total{action="SendMessage",code="OverLimit",service="sqs"} 1)"));
  EXPECT_THAT(text, HasSubstr("squire_request_bytes_total 15\n"));
  EXPECT_THAT(text, HasSubstr("squire_reply_bytes_total 9\n"));
}

TEST_F(MetricsTest, DurationsFallIntoBuckets) {
  answer("SendMessage", "", 120us);
  answer("SendMessage", "OverLimit", 3ms);
  const auto text = metrics.text();
  const std::string bucket =
      R"(squire_request_duration_seconds_bucket{action="SendMessage",service="sqs",le=)";
  EXPECT_THAT(text, HasSubstr(bucket + "\"0.0001\"} 0\n"));
  EXPECT_THAT(text, HasSubstr(bucket + "\"0.00025\"} 1\n"));
  EXPECT_THAT(text, HasSubstr(bucket + "\"+Inf\"} 2\n"));
}

TEST_F(MetricsTest, QueuesAndTopicsAreGauges) {
  auto queue = make_queue("orders");
  send(*queue, "one");
  send(*queue, "two");
  receive_one(*queue);
  clock.advance(5s);
  subscribe(make_topic("t"), "http", "http://localhost:1/");
  const auto text = metrics.text();
  const std::string labels = R"({account="000000000000",region="us-east-1",queue="orders")";
  EXPECT_THAT(text, HasSubstr("squire_queue_messages" + labels + R"(,state="visible"} 1)"));
  EXPECT_THAT(text, HasSubstr("squire_queue_messages" + labels + R"(,state="in_flight"} 1)"));
  EXPECT_THAT(text, HasSubstr("squire_queue_oldest_message_age_seconds" + labels + "} 5\n"));
  EXPECT_THAT(text, HasSubstr("squire_queue_sent_messages_total" + labels + "} 2\n"));
  EXPECT_THAT(text, HasSubstr(R"(topic="t",state="pending"} 1)"));
  EXPECT_THAT(text, HasSubstr("squire_connections 7\n"));
  broker.delete_queue({"us-east-1", "000000000000", "orders"}).value();
  EXPECT_THAT(metrics.text(), Not(HasSubstr("orders")));
}

TEST_F(MetricsTest, TheSiteServesThemToPrometheus) {
  admin::AdminSite with_metrics(broker, {}, &metrics);
  const wire::Form form;
  const auto reply = with_metrics.handle({"GET", "/metrics", form, "", "", ""}, nullptr)->run(true);
  EXPECT_EQ(reply->status, 200u);
  EXPECT_EQ(reply->content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(reply->body, HasSubstr("squire_connections 7\n"));
  EXPECT_EQ(ask("GET", "/metrics").status, 404u) << "where nothing is measured";
}

}  // namespace
}  // namespace squire::test
