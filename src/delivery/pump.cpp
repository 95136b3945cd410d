#include "squire/delivery/pump.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "squire/core/internal_errors.hpp"

namespace squire::delivery {
namespace {

using engine::ReceivedMessage;
using Kind = Outcome::Kind;

constexpr int kPortion = 10;
// How long a message is invisible to its own pump: longer than most attempts take. One that waits
// for its turn still may turn up again and again; it is under way.
constexpr Seconds kAttemptVisibility{60};
// Between two words on what was given up.
constexpr Seconds kTellInterval{60};

}  // namespace

class Pump::Waker final : public Waiter, public std::enable_shared_from_this<Waker> {
 public:
  explicit Waker(Executor& executor) : executor_(executor) {}

  void notify() override {
    if (is_scheduled_.exchange(true)) return;
    executor_.post([self = shared_from_this()] {
      self->is_scheduled_ = false;
      if (const auto alive = self->pump.lock()) alive->work();
    });
  }

  std::weak_ptr<Pump> pump;  // constant once the pump was started

 private:
  Executor& executor_;
  std::atomic<bool> is_scheduled_ = false;
};

Pump::Pump(engine::Broker& broker, Executor& executor, std::shared_ptr<engine::Queue> source,
           std::unique_ptr<Target> target, PumpListener listener)
    : broker_(broker),
      source_(std::move(source)),
      target_(std::move(target)),
      listener_(std::move(listener)),
      waker_(std::make_shared<Waker>(executor)) {}

Pump::~Pump() = default;

void Pump::start() {
  waker_->pump = weak_from_this();
  wake();
}

void Pump::wake() {
  waker_->notify();
}

void Pump::work() {
  for (auto& message : take_due()) {
    const auto attempt = std::make_shared<Attempt>(shared_from_this(), std::move(message));
    // One that can never be sent goes the way of those that were refused, and holds nobody up.
    const bool is_taken = guarded(
        Border::Delivery, [&] { return to_string(attempt->message().row.id); },
        [&] { target_->deliver(attempt); });
    if (!is_taken) attempt->end({Kind::Refused, "it cannot be sent, see the log"});
  }
}

std::vector<ReceivedMessage> Pump::take_due() {
  const engine::Gate::Pass pass(broker_.gate());
  const Pace pace = target_->pace();
  if (!slot_) slot_.emplace(waker_);
  std::vector<ReceivedMessage> due;
  while (const std::size_t count = allowance(pace)) {
    engine::ReceiveOptions options;
    options.count_max = static_cast<int>(std::min<std::size_t>(count, kPortion));
    options.visibility_timeout = kAttemptVisibility;
    options.is_long_poll = true;
    options.is_counted = false;
    auto received = source_->receive(options, &*slot_);
    if (received.has_error()) {
      slot_.reset();
      listener_.on_end();
      return {};
    }
    if (received->messages.empty()) break;
    for (auto& message : received->messages) {
      if (under_way_.insert(message.row.key.sequence).second) due.push_back(std::move(message));
    }
  }
  return due;
}

std::size_t Pump::allowance(const Pace& pace) {
  const std::size_t free = pace.attempts_max - std::min(pace.attempts_max, under_way_.size());
  if (pace.interval == Milliseconds(0) || free == 0) return free;
  // One by one, evenly: at most a second's worth never bunches up.
  Clock& clock = broker_.env().clock;
  const TimePoint now = clock.now();
  if (now < next_at_) {
    clock.ring_at(next_at_, weak_from_this());
    return 0;
  }
  next_at_ = now + pace.interval;
  return 1;
}

void Pump::begin(ReceivedMessage& message) {
  const engine::Gate::Pass pass(broker_.gate());
  const auto begun = source_->begin_attempt(message.row.key, kAttemptVisibility);
  if (begun) message.delivery = *begun;
}

void Pump::end(const ReceivedMessage& message, const Outcome& outcome) {
  const auto delay =
      outcome.kind == Kind::Failed ? target_->retry_after(message) : std::optional<Milliseconds>();
  const engine::Gate::Pass pass(broker_.gate());
  under_way_.erase(message.row.key.sequence);
  if (delay) {
    target_->note(engine::Event::Kind::AttemptFailed, message, outcome.detail);
    source_->retry_at(message.row.key, broker_.env().clock.now() + *delay);
  } else if (outcome.kind == Kind::Failed || outcome.kind == Kind::Refused) {
    give_up(message, outcome.detail);
  } else {
    if (outcome.kind == Kind::Delivered) {
      target_->note(engine::Event::Kind::Delivered, message, outcome.detail);
    }
    broker_.give_up(*source_, message.row.key, nullptr);
  }
  wake();
}

void Pump::give_up(const ReceivedMessage& message, const std::string& why) {
  target_->note(engine::Event::Kind::GivenUp, message, why);
  broker_.give_up(*source_, message.row.key, target_->dead_letter_queue(message));
  tell(message, why);
}

// A dead endpoint fills no log.
void Pump::tell(const ReceivedMessage& message, const std::string& why) {
  const std::string name = target_->name();
  if (!listener_.on_failure || name.empty()) return;
  const TimePoint now = broker_.env().clock.now();
  if (now < told_at_ + kTellInterval) {
    ++untold_count_;
    return;
  }
  told_at_ = now;
  std::string text = "delivery " + to_string(message.row.id) + " to " + name + " given up after " +
                     std::to_string(message.delivery.receive_count) + " attempts: " + why;
  if (const auto more = std::exchange(untold_count_, 0)) {
    text += " (and " + std::to_string(more) + " more since the last word on it)";
  }
  listener_.on_failure(text);
}

}  // namespace squire::delivery
