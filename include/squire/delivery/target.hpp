// What a pump and its target say to each other.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "squire/core/clock.hpp"
#include "squire/engine/queue/queue.hpp"

namespace squire::delivery {

class Pump;

// How an attempt ended.
struct Outcome {
  enum class Kind : std::uint8_t {
    Delivered,
    Failed,    // may work later: the pump makes another attempt, if the target's rule has one left
    Refused,   // would end so again: given up at once
    Unwanted,  // nobody is there for it any more: it goes without a word, and is no dead letter
  };

  Kind kind = Kind::Unwanted;
  std::string detail;  // for history and log: "status 200"; of what did not work, why
};

// One message on its way to a target, once. Made by the pump and shared with whatever calls the
// target back. It cannot be used up twice: only the first begin() and the first end() do anything.
class Attempt {
 public:
  Attempt(std::shared_ptr<Pump> pump, engine::ReceivedMessage message);
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  // message().delivery counts the attempts that were made.
  const engine::ReceivedMessage& message() const { return message_; }

  // It gets its turn, and so becomes an attempt that was made: waiting for a connection is none.
  // From any thread, before end().
  void begin();
  // On the pump's thread. One that failed without having begun counts all the same, so that nothing
  // is tried for ever.
  void end(const Outcome& outcome);

 private:
  const std::shared_ptr<Pump> pump_;
  engine::ReceivedMessage message_;
  bool is_begun_ = false;
  bool is_over_ = false;
};

// How fast a target takes messages.
struct Pace {
  std::size_t attempts_max = 64;  // that have not ended, at a time
  Milliseconds interval{0};       // between two messages
};

// Where a pump brings messages: an endpoint, a function, another node. Owned by its pump and called
// on the pump's thread.
//
// A target makes one attempt and says how it ended. Trying again is none of its business: what
// failed goes back into the source queue, invisible until retry_after() is over, and comes as
// another Attempt. So a retry takes up no slot while it waits, is always counted, and outlives a
// crash.
class Target {
 public:
  virtual ~Target() = default;

  // Asked each time before messages are taken, so this is where to look at settings anew.
  virtual Pace pace() { return {}; }

  // Brings the message, at once or later. It ends every attempt, unless the daemon stops; it may
  // hold several and bring them together.
  virtual void deliver(std::shared_ptr<Attempt> attempt) = 0;

  // After an attempt failed: how long until the next one. Nothing: there is none.
  virtual std::optional<Milliseconds> retry_after(const engine::ReceivedMessage& message) = 0;

  // Gets what is given up; null: nobody does.
  virtual std::shared_ptr<engine::Queue> dead_letter_queue(const engine::ReceivedMessage&) {
    return nullptr;
  }

  // For the history: Delivered, AttemptFailed or GivenUp.
  virtual void note(engine::Event::Kind, const engine::ReceivedMessage&, const std::string&) {}

  // For the log: "http endpoint of …". Empty: it is gone, and nobody is interested.
  virtual std::string name() const = 0;
};

}  // namespace squire::delivery
