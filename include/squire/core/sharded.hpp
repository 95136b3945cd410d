#pragma once

#include <array>
#include <atomic>
#include <cstddef>

namespace squire {

// One T for each of the first threads that ask, so that what is done all the time by each thread
// shares no cache line with the others; threads beyond that share, so T guards itself.
template <typename T>
class Sharded {
 public:
  T& mine() {
    static std::atomic<std::size_t> thread_count = 0;
    thread_local const std::size_t number = thread_count++;
    return shards_[number % shards_.size()].value;
  }

  auto begin() const { return shards_.begin(); }
  auto begin() { return shards_.begin(); }
  auto end() const { return shards_.end(); }
  auto end() { return shards_.end(); }

 private:
  struct alignas(64) Shard {
    T value;
  };
  std::array<Shard, 16> shards_;
};

}  // namespace squire
