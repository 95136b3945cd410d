#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "squire/core/ids.hpp"

namespace squire::test {

// The same ids in every run: 1, 2, 3 …
class CountingIds final : public Ids {
 public:
  Uuid next() override {
    Uuid uuid;
    std::uint64_t number = ++last_;
    for (int i = 15; i > 7; --i, number >>= 8) uuid.bytes[i] = number & 0xff;
    return uuid;
  }
  std::string secret(std::size_t byte_count) override {
    return std::string(byte_count, static_cast<char>(++last_ & 0x7f));
  }

 private:
  std::atomic<std::uint64_t> last_ = 0;
};

}  // namespace squire::test
