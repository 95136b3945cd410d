#include "sns/courier.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "sns/lambda_event.hpp"
#include "sns/links.hpp"
#include "squire/core/internal_errors.hpp"

namespace squire::sns {
namespace {

using engine::DeliveryProtocol;
using engine::ReceivedMessage;

constexpr int kPortion = 10;
constexpr Milliseconds kAttemptTimeout{15'000};
// How long a message is invisible to its own courier: longer than an attempt takes. One that waits
// for its turn still may turn up again and again; it is under way.
constexpr Seconds kAttemptVisibility{60};
// Between two words on what was given up.
constexpr Seconds kTellInterval{60};
// From the first attempt to the last (SNS Developer Guide, "Message delivery retries").
constexpr Seconds kHttpRetryTimeMax{3600};
constexpr std::string_view kUserAgent = "Amazon Simple Notification Service Agent";

std::string_view get(const engine::StringMap& attributes, std::string_view name) {
  const auto at = attributes.find(name);
  return at == attributes.end() ? std::string_view() : std::string_view(at->second);
}

bool is_success(unsigned status) {
  return status >= 200 && status < 300;
}

// The endpoint understood and refused: trying again would bring the same (SNS Developer
// Guide, "Message delivery retries").
bool is_client_error(unsigned status) {
  return status >= 300 && status < 500 && status != 429;
}

std::string_view type_of(const ReceivedMessage& message) {
  const auto& details = message.row.details;
  return details && !details->notification_type.empty()
             ? std::string_view(details->notification_type)
             : kNotification;
}

}  // namespace

class Courier::Waker final : public Waiter, public std::enable_shared_from_this<Waker> {
 public:
  explicit Waker(outbound::Sender& outbound) : outbound_(outbound) {}

  void notify() override {
    if (is_scheduled_.exchange(true)) return;
    outbound_.post([self = shared_from_this()] {
      self->is_scheduled_ = false;
      if (const auto alive = self->courier.lock()) alive->work();
    });
  }

  std::weak_ptr<Courier> courier;  // constant once the courier was started

 private:
  outbound::Sender& outbound_;
  std::atomic<bool> is_scheduled_ = false;
};

Courier::Courier(engine::Broker& broker, outbound::Sender& outbound,
                 const CourierSettings& settings, std::shared_ptr<engine::Queue> queue,
                 std::shared_ptr<engine::Topic> topic, const Uuid& subscription,
                 std::function<void()> on_end)
    : broker_(broker),
      outbound_(outbound),
      settings_(settings),
      queue_(std::move(queue)),
      topic_(std::move(topic)),
      id_(subscription),
      on_end_(std::move(on_end)),
      waker_(std::make_shared<Waker>(outbound)) {}

Courier::~Courier() = default;

void Courier::start() {
  waker_->courier = weak_from_this();
  wake();
}

void Courier::wake() {
  waker_->notify();
}

void Courier::work() {
  for (const auto& message : take_due()) {
    // One that can never be sent goes the way of those that were refused, and holds nobody up.
    const bool is_sent =
        guarded(Border::Delivery, to_string(message.row.id), [&] { send(message); });
    if (!is_sent) give_up(message, "it cannot be sent, see the log");
  }
}

std::vector<ReceivedMessage> Courier::take_due() {
  const engine::Gate::Pass pass(broker_.gate());
  refresh_policy();
  if (!slot_) slot_.emplace(waker_);
  std::vector<ReceivedMessage> due;
  while (const std::size_t count = allowance()) {
    engine::ReceiveOptions options;
    options.count_max = static_cast<int>(std::min<std::size_t>(count, kPortion));
    options.visibility_timeout = kAttemptVisibility;
    options.is_long_poll = true;
    options.is_counted = false;
    auto received = queue_->receive(options, &*slot_);
    if (received.has_error()) {
      slot_.reset();
      on_end_();
      return {};
    }
    if (received->messages.empty()) break;
    for (auto& message : received->messages) {
      if (under_way_.insert(message.row.key.sequence).second) due.push_back(std::move(message));
    }
  }
  return due;
}

std::size_t Courier::allowance() {
  const std::size_t free =
      settings_.attempts_max - std::min(settings_.attempts_max, under_way_.size());
  if (!policy_.receives_per_second_max || free == 0) return free;
  // One by one, evenly: at most a second's worth never bunches up.
  const TimePoint now = broker_.env().clock.now();
  if (now < throttled_until_) {
    broker_.env().clock.ring_at(throttled_until_, weak_from_this());
    return 0;
  }
  throttled_until_ = now + Milliseconds(1000 / std::min(*policy_.receives_per_second_max, 1000));
  return 1;
}

void Courier::refresh_policy() {
  auto subscription = topic_->find(id_);
  auto topic_settings = topic_->settings();
  if (subscription == subscription_ && topic_settings == topic_settings_) return;
  subscription_ = std::move(subscription);
  topic_settings_ = std::move(topic_settings);
  if (!subscription_) return;
  const auto topic_row = topic_->row();
  policy_ = effective_policy(subscription_->protocol(), get(topic_row.attributes, "DeliveryPolicy"),
                             get(subscription_->row().attributes, "DeliveryPolicy"));
}

void Courier::send(ReceivedMessage message) {
  const bool is_unwanted =
      !subscription_ || (type_of(message) == kNotification && !subscription_->is_confirmed());
  if (is_unwanted) return give_up(message, {});
  const auto attempt = std::make_shared<ReceivedMessage>(std::move(message));
  const auto protocol = subscription_->protocol();
  if (protocol == DeliveryProtocol::Email || protocol == DeliveryProtocol::EmailJson) {
    return send_mail(attempt);
  }
  auto request = to_request(*attempt);
  if (!request) return give_up(*attempt, "there is no function of that name in the settings");
  request->on_turn = [self = shared_from_this(), attempt] { self->begin(*attempt); };
  outbound_.send(*std::move(request),
                 [self = shared_from_this(), attempt](const outbound::Answer& result) {
                   self->finish(*attempt, result);
                 });
}

void Courier::begin(ReceivedMessage& message) {
  const engine::Gate::Pass pass(broker_.gate());
  const auto begun = queue_->begin_attempt(message.row.key, kAttemptVisibility);
  if (begun) message.delivery = *begun;
}

void Courier::send_mail(const Attempt& attempt) {
  // It is in the outbox, too; without a mail server that is all.
  if (settings_.mailer == nullptr) return give_up(*attempt, {});
  outbound::Mail mail;
  mail.to = subscription_->row().endpoint;
  mail.text = attempt->row.body->text;
  if (attempt->row.details) {
    const auto subject = attempt->row.details->attributes.find(kMailSubject);
    if (subject != attempt->row.details->attributes.end()) mail.subject = subject->second.value;
  }
  mail.on_turn = [self = shared_from_this(), attempt] { self->begin(*attempt); };
  settings_.mailer->send(
      std::move(mail), [self = shared_from_this(), attempt](const outbound::Answer& result) {
        self->outbound_.post([self, attempt, result] { self->finish(*attempt, result); });
      });
}

std::optional<outbound::Request> Courier::to_request(const ReceivedMessage& message) const {
  outbound::Request request;
  request.timeout = kAttemptTimeout;
  const auto& endpoint = subscription_->row().endpoint;
  const std::string& text = message.row.body->text;
  if (subscription_->protocol() == DeliveryProtocol::Lambda) {
    const auto function = settings_.functions.find(function_name(endpoint));
    if (function == settings_.functions.end()) return std::nullopt;
    request.url = function->second + "/2015-03-31/functions/function/invocations";
    request.is_confined = false;  // the settings say where it is
    request.headers = {{"Content-Type", "application/json"},
                       {"X-Amz-Invocation-Type", "Event"},
                       {"User-Agent", std::string(kUserAgent)}};
    request.body = to_lambda_event(text, subscription_->arn());
    return request;
  }
  const auto type = type_of(message);
  request.url = endpoint;
  request.headers = {{"x-amz-sns-message-type", std::string(type)},
                     {"x-amz-sns-message-id", to_string(message.row.id)},
                     {"x-amz-sns-topic-arn", topic_->arn()}};
  if (type != kSubscriptionConfirmation) {
    request.headers.emplace_back("x-amz-sns-subscription-arn", subscription_->arn());
  }
  if (subscription_->is_raw() && type == kNotification) {
    request.headers.emplace_back("x-amz-sns-rawdelivery", "true");
  }
  request.headers.emplace_back("Content-Type", policy_.content_type);
  request.headers.emplace_back("User-Agent", kUserAgent);
  request.headers.emplace_back("Accept-Encoding", "gzip,deflate");
  request.body = text;
  return request;
}

void Courier::finish(const ReceivedMessage& message, const outbound::Answer& result) {
  if (is_success(result.status)) {
    const engine::Gate::Pass pass(broker_.gate());
    note(engine::Event::Kind::Delivered, message, "status " + std::to_string(result.status));
    broker_.give_up(*queue_, message.row.key, nullptr);
    under_way_.erase(message.row.key.sequence);
    return wake();
  }
  const std::string why =
      !result.error.empty() ? result.error : "status " + std::to_string(result.status);
  if (is_client_error(result.status)) return give_up(message, why);
  retry_or_give_up(message, why);
}

void Courier::retry_or_give_up(const ReceivedMessage& message, const std::string& why) {
  refresh_policy();
  const auto delay = policy_.retry.delay_after(message.delivery.receive_count);
  const bool is_http = subscription_ && (subscription_->protocol() == DeliveryProtocol::Http ||
                                         subscription_->protocol() == DeliveryProtocol::Https);
  const TimePoint next = broker_.env().clock.now() + delay.value_or(Milliseconds(0));
  const bool is_late = is_http && next > message.delivery.first_received_at + kHttpRetryTimeMax;
  if (!delay || is_late) return give_up(message, why);
  const engine::Gate::Pass pass(broker_.gate());
  note(engine::Event::Kind::AttemptFailed, message, why);
  under_way_.erase(message.row.key.sequence);
  queue_->retry_at(message.row.key, next);
  wake();
}

void Courier::note(engine::Event::Kind kind, const ReceivedMessage& message, std::string detail) {
  auto& history = broker_.history();
  auto more = std::make_shared<engine::Event::More>();
  more->subscription = subscription_;
  more->detail = std::move(detail);
  history.add({broker_.env().clock.now(),
               kind,
               message.delivery.receive_count,
               message.row.id,
               {},
               nullptr,
               nullptr,
               nullptr,
               std::move(more)});
}

void Courier::give_up(const ReceivedMessage& message, const std::string& why) {
  const engine::Gate::Pass pass(broker_.gate());
  if (!why.empty()) note(engine::Event::Kind::GivenUp, message, why);
  std::shared_ptr<engine::Queue> target;
  if (subscription_ && subscription_->dead_letter_queue() && type_of(message) == kNotification &&
      !why.empty()) {
    target = broker_.find_target(*subscription_->dead_letter_queue(), *subscription_);
  }
  broker_.give_up(*queue_, message.row.key, target);
  under_way_.erase(message.row.key.sequence);
  if (!why.empty()) tell(message, why);
  wake();
}

// A dead endpoint fills no log.
void Courier::tell(const ReceivedMessage& message, const std::string& why) {
  if (!settings_.on_failure || !subscription_) return;
  const TimePoint now = broker_.env().clock.now();
  if (now < told_at_ + kTellInterval) {
    ++untold_count_;
    return;
  }
  told_at_ = now;
  std::string text = "delivery " + to_string(message.row.id) + " to " +
                     std::string(engine::protocol_name(subscription_->protocol())) +
                     " endpoint of " + subscription_->arn() + " given up after " +
                     std::to_string(message.delivery.receive_count) + " attempts: " + why;
  if (const auto more = std::exchange(untold_count_, 0)) {
    text += " (and " + std::to_string(more) + " more since the last word on it)";
  }
  settings_.on_failure(text);
}

}  // namespace squire::sns
