#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "squire/engine/broker.hpp"
#include "squire/service/access_control.hpp"
#include "squire/service/patience.hpp"
#include "squire/wire/incoming.hpp"

namespace squire::service {

// Who asks, and for which region: from the SigV4 credential scope, or the configured defaults.
struct Identity {
  std::string account;
  std::string region;
  bool is_signed = true;             // says who he is at all; links in notifications do not
  std::string_view access_key = {};  // lives as long as the request's bytes
  std::string_view principal = {};   // his ARN, if his signature was verified; likewise
  bool names_region = false;         // the region is one that he said himself
};

// What goes wrong on purpose in this call (Fault).
struct CallFaults {
  bool is_duplicated = false;
  bool is_reordered = false;
  bool is_partial = false;
  std::mt19937_64 dice;
};

struct Question;

// One request's context, given to its action. Lives as long as the request; used by one thread.
class Call {
 public:
  // How a call that waits goes on. It needs the request's bytes no more.
  class Resumption {
   public:
    virtual ~Resumption() = default;
    // Nothing: it waits on.
    virtual Result<std::optional<wire::Answer>> resume(Call& call, const Question& asked) = 0;
  };

  // `waiter` is notified when a waiting call is worth another run; null if the caller cannot wait.
  Call(engine::Broker& broker, Identity identity, std::string endpoint,
       std::shared_ptr<Waiter> waiter, engine::ClientPtr client = nullptr)
      : broker(broker),
        identity(std::move(identity)),
        endpoint(std::move(endpoint)),
        client(std::move(client)),
        waiter_(std::move(waiter)) {}

  engine::Broker& broker;
  const Identity identity;
  const std::string endpoint;      // "http://localhost:4566", before the path of queue URLs
  const engine::ClientPtr client;  // null: the daemon itself

  // X-Amzn-Trace-Id: what messages carry on that have no AWSTraceHeader of their own; or empty.
  std::string trace_header;

  std::optional<Authorization> authorization;  // nothing: the call may do everything

  // Null, but in tests of clients.
  std::unique_ptr<CallFaults> faults;
  // Whether this entry of a batch, the number of `count`, is to fail: at least one of them does.
  bool fails_entry(std::size_t number, std::size_t count) const {
    if (!faults || !faults->is_partial) return false;
    std::mt19937_64 dice = faults->dice;
    const std::size_t victim = dice() % count;
    dice.discard(number);
    return number == victim || dice() % 2 == 0;
  }

  // The reply must not leave before this is durable.
  void wait_for(engine::Ticket ticket) { ticket_ = std::max(ticket_, ticket); }
  engine::Ticket ticket() const { return ticket_; }

  // For an action that has nothing to say yet: whether it may wait, at most `duration` from when it
  // first asked on. It is resumed when its slot's waiter was notified, or at the deadline.
  bool may_wait(Milliseconds duration) {
    const TimePoint now = broker.env().clock.now();
    if (!patience_) patience_ = {now, now + duration};
    return waiter_ && patience_->lasts(now);
  }
  void wait(std::unique_ptr<Resumption> resumption) { resumption_ = std::move(resumption); }
  // Null: it did not wait yet.
  Resumption* resumption() const { return resumption_.get(); }
  TimePoint deadline() const { return patience_->end; }

  // For an action that is about to do a lot, before it does anything: true if that is too much for
  // a thread which others wait for. What it returns is then ignored, and it is run again, from the
  // start, where it may take its time. A step takes some 100 ns: looking at one thing of many.
  bool must_move(std::size_t steps) {
    is_moving_ = waiter_ && !is_elsewhere_ && steps > kStepsMax;
    return is_moving_;
  }
  bool is_moving() const { return is_moving_; }
  void move() {
    is_elsewhere_ = true;
    is_moving_ = false;
  }

  // For an action that waits and is about to compute for a millisecond or more, RSA for instance:
  // true if helpers are to do that first. It has nothing to say then, and is resumed afterwards.
  // What it gives is called with the numbers 0 to parts - 1, at once and on threads of their own,
  // and must keep what it needs alive.
  using Computation = std::function<void(std::size_t part, std::size_t parts)>;
  bool must_compute(Computation computation) {
    if (!waiter_ || computation_) return false;
    computation_ = std::move(computation);
    return is_computation_due_ = true;
  }
  bool take_computation() { return std::exchange(is_computation_due_, false); }
  void compute(std::size_t part, std::size_t parts) const { computation_(part, parts); }

  // No more waiting, for instance because the daemon stops: the next run gets an answer.
  void end_patience() { patience_ = Patience(); }

  // The place among a queue's waiters, kept over all runs. Null if the caller cannot wait.
  engine::Queue::WaitSlot* wait_slot() {
    if (waiter_ && !slot_) slot_.emplace(waiter_);
    return slot_ ? &*slot_ : nullptr;
  }

 private:
  static constexpr std::size_t kStepsMax = 20'000;

  const std::shared_ptr<Waiter> waiter_;
  std::optional<engine::Queue::WaitSlot> slot_;
  std::optional<Patience> patience_;
  std::unique_ptr<Resumption> resumption_;
  Computation computation_;  // empty: there was none to do
  bool is_computation_due_ = false;
  bool is_moving_ = false;
  bool is_elsewhere_ = false;
  engine::Ticket ticket_ = 0;
};

}  // namespace squire::service
