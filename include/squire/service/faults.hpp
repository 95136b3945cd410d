#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "squire/core/clock.hpp"
#include "squire/core/mutex.hpp"

namespace squire::service {

// What goes wrong on purpose, so that a test sees how a client copes.
struct Fault {
  enum class Effect : std::uint8_t {
    Throttle,    // RequestThrottled, nothing done
    Error,       // InternalFailure, nothing done
    Delay,       // done and answered later
    DropBefore,  // the connection ends, nothing done
    DropAfter,   // the connection ends, everything done
    Duplicate,   // ReceiveMessage: what is received stays visible, so that it comes again
    Reorder,     // ReceiveMessage: the messages of an answer in another order
    Partial,     // batches: some entries fail, at least one
    kCount
  };

  std::uint64_t id = 0;
  std::string action;    // empty: every action
  std::string resource;  // name of a queue or topic that the request names; empty: any
  double probability = 1;
  std::optional<std::uint64_t> count;  // so many hits are left; nothing: no end
  Effect effect = Effect::Error;
  Milliseconds delay{0};
  std::uint64_t seed = 0;  // of its dice: the same requests have the same faults
  std::uint64_t hits = 0;
};

// "throttle", "dropAfter", …
std::string_view effect_name(Fault::Effect effect);
std::optional<Fault::Effect> find_effect(std::string_view name);

// The rules in force. Thread-safe; its mutex is a leaf.
class Faults {
 public:
  static constexpr std::size_t kMax = 1000;

  // The fault with its id; nothing if there are too many.
  std::optional<Fault> add(Fault fault);
  bool remove(std::uint64_t id);
  void clear();
  std::vector<Fault> list() const;

  // The first rule that strikes this request, whose text may stand in several parts. `seed` is then
  // that of the hit.
  std::optional<Fault> strike(std::string_view action,
                              const std::vector<std::string_view>& request);

 private:
  struct Rule {
    Fault fault;
    std::mt19937_64 dice;
  };

  mutable Mutex mutex_{LockRank::Leaf};
  std::vector<Rule> rules_ GUARDED_BY(mutex_);
  std::uint64_t last_id_ GUARDED_BY(mutex_) = 0;
};

}  // namespace squire::service
