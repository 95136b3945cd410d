#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

#include "squire/core/mutex.hpp"
#include "squire/core/waiter.hpp"

namespace squire::net {

// What all connections together hold in memory: requests on their way in, replies on their way out.
// Who wants more than there is waits. So that one kind of use does not
// keep out the others, requests may fill half of it, and while three quarters are full nothing is
// begun whose reply may be large; while it is full, nothing at all. But of each kind one may always
// go on, however little there is, and a request that many others have passed is passed no more:
// nobody waits for ever who sends and reads.
// Thread-safe; its mutex is a leaf.
class ByteBudget {
 public:
  // Of each connection, not counted: requests and replies are small nearly always.
  static constexpr std::size_t kFreeBytes = 16 * 1024;

  enum class Use { Request, LargeReply, Reply };

  explicit ByteBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // So much is left that nobody needs to ask before he begins. Costs nothing.
  bool is_ample() const { return total_.load(std::memory_order_relaxed) <= bytes_max_ / 2; }
  std::size_t total() const { return total_.load(std::memory_order_relaxed); }

  // What one connection holds; given back with it. Used by one thread.
  class Share {
   public:
    explicit Share(ByteBudget& budget) : budget_(budget) {}
    ~Share() { release(); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    // Takes so many bytes, 0 included, if they are there. Else the share stands in line, in front
    // of those with a higher rank: `waiter` is notified when it got them. Not while it holds some
    // or waits.
    bool take(Use use, std::size_t bytes, std::size_t rank, std::shared_ptr<Waiter> waiter);
    bool is_waiting() const;
    // There they are already: they are counted, whatever is left.
    void add(Use use, std::size_t bytes);
    // Gives back what it holds, and leaves the line.
    void release();

   private:
    friend class ByteBudget;
    ByteBudget& budget_;
    // Guarded by the budget's mutex.
    Use use_ = Use::Request;
    std::size_t bytes_ = 0;  // that it holds, or wants
    bool is_holding_ = false;
    std::shared_ptr<Waiter> waiter_;  // null: not in line
    std::multimap<std::size_t, Share*>::iterator place_;
    std::uint64_t number_ = 0;  // in the order of arrival, while in line
  };

 private:
  static constexpr std::size_t kUseCount = 3;
  // Requests that may go before the one that waits longest.
  static constexpr std::size_t kPassesMax = 64;

  using Line = std::multimap<std::size_t, Share*>;

  std::size_t ceiling(Use use) const;
  bool fits(Use use, std::size_t bytes) const REQUIRES(mutex_);
  void give(Share& share, Use use, std::size_t bytes) REQUIRES(mutex_);
  void leave_line(Share& share) REQUIRES(mutex_);
  void serve_lines() REQUIRES(mutex_);
  // Whose turn it is; the line's end if nobody waits.
  Line::iterator next_in_line(Use use) REQUIRES(mutex_);
  // Somebody goes on while others of that use wait: the one that waits longest, or before it.
  void note_pass(Use use, std::uint64_t number) REQUIRES(mutex_);

  const std::size_t bytes_max_;
  mutable Mutex mutex_{LockRank::Leaf};
  std::atomic<std::size_t> total_ = 0;  // written under the mutex
  std::array<std::size_t, kUseCount> holders_ GUARDED_BY(mutex_){};
  // By their ranks.
  std::array<Line, kUseCount> lines_ GUARDED_BY(mutex_);
  std::uint64_t last_number_ GUARDED_BY(mutex_) = 0;
  std::map<std::uint64_t, Share*> requests_ GUARDED_BY(mutex_);  // in line, by arrival
  std::size_t passes_ GUARDED_BY(mutex_) = 0;                    // of the first of these
};

}  // namespace squire::net
