#include "sns/delivery/endpoint_targets.hpp"

#include <utility>

#include "sns/delivery/lambda_event.hpp"
#include "sns/delivery/links.hpp"
#include "sns/delivery/subscription_target.hpp"

namespace squire::sns {
namespace {

using delivery::Outcome;
using engine::DeliveryProtocol;
using engine::ReceivedMessage;

constexpr Milliseconds kAttemptTimeout{15'000};
// From the first attempt to the last (SNS Developer Guide, "Message delivery retries").
constexpr Seconds kHttpRetryTimeMax{3600};
constexpr std::string_view kUserAgent = "Amazon Simple Notification Service Agent";

bool is_success(unsigned status) {
  return status >= 200 && status < 300;
}

// The endpoint understood and refused: trying again would bring the same (SNS Developer
// Guide, "Message delivery retries").
bool is_client_error(unsigned status) {
  return status >= 300 && status < 500 && status != 429;
}

Outcome to_outcome(const outbound::Answer& answer) {
  const auto kind = is_success(answer.status)        ? Outcome::Kind::Delivered
                    : is_client_error(answer.status) ? Outcome::Kind::Refused
                                                     : Outcome::Kind::Failed;
  const bool has_error = kind != Outcome::Kind::Delivered && !answer.error.empty();
  return {kind, has_error ? answer.error : "status " + std::to_string(answer.status)};
}

// Sends it; what is answered is how the attempt ends.
void post(outbound::Sender& sender, outbound::Request request, const AttemptPtr& attempt) {
  request.timeout = kAttemptTimeout;
  request.on_turn = [attempt] { attempt->begin(); };
  sender.send(std::move(request),
              [attempt](const outbound::Answer& answer) { attempt->end(to_outcome(answer)); });
}

class HttpTarget final : public SubscriptionTarget {
 public:
  using SubscriptionTarget::SubscriptionTarget;

  std::optional<Milliseconds> retry_after(const ReceivedMessage& message) override {
    const auto delay = SubscriptionTarget::retry_after(message);
    const TimePoint end = message.delivery.first_received_at + kHttpRetryTimeMax;
    const bool is_late = delay && subscription() && now() + *delay > end;
    return is_late ? std::nullopt : delay;
  }

 private:
  void send(AttemptPtr attempt) override {
    const auto& message = attempt->message();
    const auto type = type_of(message);
    outbound::Request request;
    request.url = subscription()->row().endpoint;
    request.headers = {{"x-amz-sns-message-type", std::string(type)},
                       {"x-amz-sns-message-id", to_string(message.row.id)},
                       {"x-amz-sns-topic-arn", topic().arn()}};
    if (type != kSubscriptionConfirmation) {
      request.headers.emplace_back("x-amz-sns-subscription-arn", subscription()->arn());
    }
    if (subscription()->is_raw() && type == kNotification) {
      request.headers.emplace_back("x-amz-sns-rawdelivery", "true");
    }
    request.headers.emplace_back("Content-Type", policy().content_type);
    request.headers.emplace_back("User-Agent", kUserAgent);
    request.headers.emplace_back("Accept-Encoding", "gzip,deflate");
    request.body = text_of(message);
    post(sender(), std::move(request), attempt);
  }
};

class LambdaTarget final : public SubscriptionTarget {
 public:
  using SubscriptionTarget::SubscriptionTarget;

 private:
  void send(AttemptPtr attempt) override {
    const auto function = settings().functions.find(function_name(subscription()->row().endpoint));
    if (function == settings().functions.end()) {
      return attempt->end(
          {Outcome::Kind::Refused, "there is no function of that name in the settings"});
    }
    outbound::Request request;
    request.url = function->second + "/2015-03-31/functions/function/invocations";
    request.is_confined = false;  // the settings say where it is
    request.headers = {{"Content-Type", "application/json"},
                       {"X-Amz-Invocation-Type", "Event"},
                       {"User-Agent", std::string(kUserAgent)}};
    request.body = to_lambda_event(text_of(attempt->message()), subscription()->arn());
    post(sender(), std::move(request), attempt);
  }
};

class MailTarget final : public SubscriptionTarget {
 public:
  using SubscriptionTarget::SubscriptionTarget;

 private:
  void send(AttemptPtr attempt) override {
    // It is in the outbox, too; without a mail server that is all.
    if (settings().mailer == nullptr) return attempt->end({Outcome::Kind::Unwanted, {}});
    const auto& row = attempt->message().row;
    outbound::Mail mail;
    mail.to = subscription()->row().endpoint;
    mail.text = text_of(attempt->message());
    if (row.details) {
      const auto subject = row.details->attributes.find(kMailSubject);
      if (subject != row.details->attributes.end()) mail.subject = subject->second.value;
    }
    mail.on_turn = [attempt] { attempt->begin(); };
    settings().mailer->send(std::move(mail),
                            [attempt, &sender = sender()](const outbound::Answer& answer) {
                              sender.post([attempt, answer] { attempt->end(to_outcome(answer)); });
                            });
  }
};

}  // namespace

std::unique_ptr<delivery::Target> make_target(engine::Broker& broker, outbound::Sender& sender,
                                              const CourierSettings& settings,
                                              std::shared_ptr<engine::Topic> topic,
                                              const engine::Subscription& subscription) {
  const auto& id = subscription.row().id;
  switch (subscription.protocol()) {
    case DeliveryProtocol::Lambda:
      return std::make_unique<LambdaTarget>(broker, sender, settings, std::move(topic), id);
    case DeliveryProtocol::Email:
    case DeliveryProtocol::EmailJson:
      return std::make_unique<MailTarget>(broker, sender, settings, std::move(topic), id);
    default:
      return std::make_unique<HttpTarget>(broker, sender, settings, std::move(topic), id);
  }
}

}  // namespace squire::sns
