#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace squire {

// A random (version 4) UUID: message ids, request ids, task ids.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  friend bool operator==(const Uuid&, const Uuid&) = default;
};

struct UuidHash {
  std::size_t operator()(const Uuid& uuid) const noexcept {
    std::size_t hash = 0;
    std::memcpy(&hash, uuid.bytes.data(), sizeof(hash));  // random already
    return hash;
  }
};

std::string to_string(const Uuid& uuid);
std::optional<Uuid> parse_uuid(std::string_view text);

// Where new ids come from; tests replace it to get the same ids in every run. Thread-safe.
class Ids {
 public:
  virtual ~Ids() = default;
  virtual Uuid next() = 0;
  // Random bytes that nobody can guess: tokens.
  virtual std::string secret(std::size_t byte_count) = 0;
};

// Ids come from a generator seeded from the operating system once per thread, and are unique, not
// secret; secrets come from the system itself (getrandom(2)): OpenSSL's generator would have all of
// OpenSSL loaded at every start, a megabyte that most never use.
class RandomIds final : public Ids {
 public:
  Uuid next() override;
  std::string secret(std::size_t byte_count) override;
};

}  // namespace squire
