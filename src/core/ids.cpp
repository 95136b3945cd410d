#include "squire/core/ids.hpp"

#include <sys/random.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <random>
#include <system_error>

namespace squire {

std::string to_string(const Uuid& uuid) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text(36, '-');
  std::size_t at = 0;
  for (std::size_t i = 0; i < uuid.bytes.size(); ++i) {
    if (at == 8 || at == 13 || at == 18 || at == 23) ++at;
    text[at++] = kDigits[uuid.bytes[i] >> 4];
    text[at++] = kDigits[uuid.bytes[i] & 15];
  }
  return text;
}

std::optional<Uuid> parse_uuid(std::string_view text) {
  Uuid uuid;
  std::size_t at = 0;
  if (text.size() != 36) return std::nullopt;
  for (auto& byte : uuid.bytes) {
    if ((at == 8 || at == 13 || at == 18 || at == 23) && text[at++] != '-') return std::nullopt;
    const auto [end, error] = std::from_chars(&text[at], &text[at] + 2, byte, 16);
    if (error != std::errc() || end != &text[at] + 2) return std::nullopt;
    at += 2;
  }
  return uuid;
}

Uuid RandomIds::next() {
  thread_local std::mt19937_64 engine = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device(),
                       device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }();
  const std::uint64_t halves[] = {engine(), engine()};
  Uuid uuid;
  std::memcpy(uuid.bytes.data(), halves, sizeof(halves));
  uuid.bytes[6] = (uuid.bytes[6] & 0x0f) | 0x40;  // version 4
  uuid.bytes[8] = (uuid.bytes[8] & 0x3f) | 0x80;  // RFC 4122 variant
  return uuid;
}

std::string RandomIds::secret(std::size_t byte_count) {
  std::string bytes(byte_count, '\0');
  for (std::size_t filled = 0; filled < byte_count;) {
    const auto count = getrandom(bytes.data() + filled, byte_count - filled, 0);
    if (count < 0 && errno != EINTR) {
      throw std::system_error(errno, std::generic_category(), "getrandom");
    }
    if (count > 0) filled += static_cast<std::size_t>(count);
  }
  return bytes;
}

}  // namespace squire
