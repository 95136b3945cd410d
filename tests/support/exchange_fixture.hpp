#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "squire/admin/admin_site.hpp"
#include "squire/service/dispatcher.hpp"
#include "squire/sqs/actions.hpp"
#include "squire/sts/actions.hpp"
#include "support/broker_fixture.hpp"
#include "support/crash_journal.hpp"

namespace squire::test {

// A request that owns what HttpRequest only looks at.
struct RequestText {
  std::string method = "POST";
  std::string target = "/";
  std::string host = "localhost:4566";
  std::string content_type;
  std::string amz_target;
  std::string authorization;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};  // besides, for who signs

  service::HttpRequest view() const {
    views_.clear();
    for (const auto& [name, value] : headers) views_.push_back({name, value});
    return {method,        target, host, content_type, amz_target,
            authorization, body,   {},   views_,       "127.0.0.1"};
  }

  static RequestText json(const std::string& action, std::string body) {
    RequestText request;
    request.content_type = "application/x-amz-json-1.0";
    request.amz_target = "AmazonSQS." + action;
    request.body = std::move(body);
    return request;
  }
  static RequestText query(std::string form) {
    RequestText request;
    request.content_type = "application/x-www-form-urlencoded";
    request.body = std::move(form);
    return request;
  }
  // As an SDK signs it.
  RequestText signed_for(const std::string& access_key, const std::string& region,
                         const std::string& service = "sqs") && {
    authorization = "AWS4-HMAC-SHA256 Credential=" + access_key + "/20261123/" + region + "/" +
                    service + "/aws4_request, SignedHeaders=host;x-amz-date, Signature=abc";
    return std::move(*this);
  }

  mutable std::vector<Header> views_ = {};
};

// A dispatcher for SQS and STS in front of a broker whose clock stands still and whose journal
// commits when it is told to.
class ExchangeFixture : public testing::Test {
 protected:
  using Step = service::Exchange::Step;

  // One request under way. Not to be copied: the exchange looks into the request.
  struct Running {
    Running(service::Dispatcher& dispatcher, RequestText text)
        : request(std::move(text)), exchange(dispatcher, request.view(), waiter) {}
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    Step run() { return exchange.run(); }
    const service::HttpReply& reply() { return exchange.reply(); }

    RequestText request;
    std::shared_ptr<CountingWaiter> waiter = std::make_shared<CountingWaiter>();
    service::Exchange exchange;
  };

  ExchangeFixture() { site.set_ready(); }

  // Replaces the dispatcher by one whose settings edit() changed.
  template <typename Edit>
  void configure(Edit&& edit) {
    service::DispatcherSettings settings;
    edit(settings);
    dispatcher = std::make_unique<service::Dispatcher>(
        broker, std::vector<const service::Service*>{&sqs::service(), &sts::service()},
        std::move(settings), &site);
  }

  std::unique_ptr<Running> start(RequestText request) {
    return std::make_unique<Running>(*dispatcher, std::move(request));
  }

  // Runs a request to its end, committing as often as it takes.
  service::HttpReply call(RequestText request) {
    const auto running = start(std::move(request));
    auto step = running->run();
    while (step == Step::WaitForCommit || step == Step::Move) {
      if (step == Step::Move) running->exchange.run_elsewhere();
      journal.commit();
      step = running->run();
    }
    EXPECT_EQ(step, Step::Reply);
    return running->reply();
  }

  ManualClock clock;
  CountingIds ids;
  CrashJournal journal;
  engine::Broker broker{{clock, ids, journal}, {}};
  admin::AdminSite site{broker, {}};
  std::unique_ptr<service::Dispatcher> dispatcher = std::make_unique<service::Dispatcher>(
      broker, std::vector<const service::Service*>{&sqs::service(), &sts::service()},
      service::DispatcherSettings{}, &site);
};

}  // namespace squire::test
