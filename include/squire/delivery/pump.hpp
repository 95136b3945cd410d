#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "squire/core/clock.hpp"
#include "squire/core/executor.hpp"
#include "squire/delivery/target.hpp"
#include "squire/engine/broker.hpp"

namespace squire::delivery {

struct PumpListener {
  // Told of what is given up, at most once a minute; may be empty.
  std::function<void(const std::string& what)> on_failure;
  // The source is closed: nothing more will come. On the pump's thread.
  std::function<void()> on_end;
};

// Brings what waits in a queue to a target. Sleeps among the queue's waiters, as a long poll does,
// until there is something to bring. A failed attempt stays in the queue, invisible until the next
// one is due; what is given up goes to the target's dead-letter queue. All of that is the queue's
// state, so a pump has none to lose.
// Shared by its owner and its attempts under way. wake() and ring() may come from any thread, all
// else happens on the executor's.
class Pump final : public Alarm, public std::enable_shared_from_this<Pump> {
 public:
  // Broker and executor outlive the pump.
  Pump(engine::Broker& broker, Executor& executor, std::shared_ptr<engine::Queue> source,
       std::unique_ptr<Target> target, PumpListener listener);
  ~Pump() override;

  // Once, before anything else.
  void start();
  void wake();
  void ring() override { wake(); }

 private:
  friend class Attempt;
  // What stands among the queue's waiters. It has the pump called on the executor's thread, and
  // never holds it itself: the last one to hold a pump ends it, which takes the queue's lock.
  class Waker;

  // Takes what is due, as far as the target's pace allows, and hands it over.
  void work();
  std::vector<engine::ReceivedMessage> take_due();
  // How many messages may be taken now; sets an alarm if there are none.
  std::size_t allowance(const Pace& pace);

  // Of an attempt.
  void begin(engine::ReceivedMessage& message);
  void end(const engine::ReceivedMessage& message, const Outcome& outcome);
  // It did not work, and there is no other attempt.
  void give_up(const engine::ReceivedMessage& message, const std::string& why);
  void tell(const engine::ReceivedMessage& message, const std::string& why);

  engine::Broker& broker_;
  const std::shared_ptr<engine::Queue> source_;
  const std::unique_ptr<Target> target_;
  const PumpListener listener_;
  const std::shared_ptr<Waker> waker_;
  std::optional<engine::Queue::WaitSlot> slot_;

  // With the target. A message may turn up again while it waits there for its turn.
  std::set<std::uint64_t> under_way_;
  TimePoint next_at_;  // no message is taken before
  // What was given up is told once a minute, with how many there were.
  TimePoint told_at_;
  std::uint64_t untold_count_ = 0;
};

}  // namespace squire::delivery
