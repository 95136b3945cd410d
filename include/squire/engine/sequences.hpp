#pragma once

#include <cstddef>
#include <cstdint>

#include "squire/engine/journal.hpp"

namespace squire::engine {

// The sequences that a queue or topic gives out: they rise, and none is used twice, not even after
// a crash that made its message forgotten. Reserved by the block; a new owner has one without
// saying so. Guarded by its owner.
class SequenceBlock {
 public:
  // `owner`: the queue's or topic's number.
  explicit SequenceBlock(std::uint32_t owner) : owner_(owner) {}

  // No sequence from here on was given out in this life of the daemon.
  std::uint64_t next() const { return next_; }

  // Before take() is called so often. False: there are no more.
  bool reserve(std::size_t count, Journal& journal) {
    if (next_ + count > MessageKey::kSequenceMax) return false;
    // Half a block ahead, so that a reservation is on the disk long before it is used.
    if (next_ + count + kSize / 2 > limit_) extend(journal);
    return true;
  }

  std::uint64_t take() { return next_++; }

  void restore(const SequenceRow& row) { limit_ = row.limit; }

  // Once the rows were restored: what was reserved before may have been given out.
  void begin_life(Journal& journal) {
    next_ = limit_;
    extend(journal);
  }

  SequenceRow row() const { return {owner_, limit_}; }

 private:
  static constexpr std::uint64_t kSize = 65'536;

  void extend(Journal& journal) {
    limit_ += kSize;
    journal.append(row());
  }

  const std::uint32_t owner_;
  std::uint64_t next_ = 1;
  std::uint64_t limit_ = kSize;  // none from here on was given out in any life
};

}  // namespace squire::engine
