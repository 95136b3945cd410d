#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace squire {

// A random (version 4) UUID: message ids, request ids, task ids.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  friend bool operator==(const Uuid&, const Uuid&) = default;
};

std::string to_string(const Uuid& uuid);
std::optional<Uuid> parse_uuid(std::string_view text);

// Where new ids come from; tests replace it to get the same ids in every run. Thread-safe.
class Ids {
 public:
  virtual ~Ids() = default;
  virtual Uuid next() = 0;
};

// Seeded from the operating system once per thread. Ids are unique, not secret.
class RandomIds final : public Ids {
 public:
  Uuid next() override;
};

}  // namespace squire
