#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "squire/admin/admin_site.hpp"
#include "squire/sqs/actions.hpp"
#include "squire/sts/actions.hpp"
#include "support/topic_fixture.hpp"

namespace squire::test {

// The admin site over a broker in memory, without a socket.
class AdminFixture : public TopicFixture {
 protected:
  using Json = nlohmann::json;

  struct Answer {
    unsigned status = 0;
    std::string content_type;
    std::string headers;
    std::string body;
  };

  AdminFixture() { site.set_ready(); }

  Answer ask(const std::string& method, const std::string& target, const std::string& body = {},
             const std::string& accept = {}) {
    const auto question = std::min(target.find('?'), target.size());
    wire::Form form;
    EXPECT_TRUE(form.parse(std::string_view(target).substr(std::min(question + 1, target.size()))));
    const auto path = target.substr(0, question);
    return ask({method, path, form, body, accept, "http://localhost:4566"});
  }

  Answer ask(const service::SiteRequest& request) {
    const auto exchange = site.handle(request, nullptr);
    if (!exchange) return {};
    const auto reply = exchange->run(true);
    EXPECT_TRUE(reply.has_value()) << request.path << " waits";
    return {reply->status, std::string(reply->content_type), reply->headers, reply->body};
  }

  Json get(const std::string& target) {
    const auto answer = ask("GET", target);
    EXPECT_EQ(answer.status, 200u) << target << ": " << answer.body;
    return Json::parse(answer.body);
  }

  // Sends as a client of that access key.
  std::string send(engine::Queue& queue, const std::string& body, const std::string& key = "AKIA") {
    engine::OutgoingMessage message;
    message.body = std::make_shared<engine::Body>(body);
    message.client = client(key);
    return to_string(queue.send(message).value().message_id);
  }

  static engine::ClientPtr client(const std::string& key) {
    return std::make_shared<const engine::Client>(engine::Client{"000000000000", key, "127.0.0.1"});
  }

  // One receive; the handle of what it got.
  std::string receive_one(engine::Queue& queue, const std::string& key = "AKIB") {
    engine::ReceiveOptions options;
    options.client = client(key);
    const auto received = broker.receive(queue, options, nullptr).value();
    return received.messages.empty() ? "" : received.messages.front().handle().encode();
  }

  // The names of the events of a message, in order.
  std::vector<std::string> events_of(const std::string& id) {
    std::vector<std::string> names;
    const auto history = get("/_squire/messages/" + id);
    for (const auto& event : history["events"]) names.push_back(event["event"]);
    return names;
  }

  static admin::AdminSettings settings() {
    admin::AdminSettings settings{"1.2.3", "000000000000", "us-east-1", "",
                                  R"({"port":4566,"smtp_password":"***"})"};
    settings.session_id = "11111111-2222-4333-8444-555555555555";
    settings.init_scripts = {"a.sh", "b.py"};
    settings.services = {&sqs::service(), &sns::service(), &sts::service()};
    return settings;
  }

  admin::AdminSite site{broker, settings()};
};

}  // namespace squire::test
