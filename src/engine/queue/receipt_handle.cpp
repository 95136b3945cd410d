#include "squire/engine/queue/receipt_handle.hpp"

#include "squire/core/text.hpp"

namespace squire::engine {
namespace {

constexpr std::string_view kPrefix = "\x01\x01\x01";  // "AQEB"
constexpr std::size_t kBytes = 27;

void append_big_endian(std::string& out, std::uint64_t value, int byte_count) {
  for (int i = byte_count - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

std::uint64_t read_big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

// FNV-1a.
std::uint32_t check_sum(std::string_view bytes) {
  std::uint32_t hash = 2166136261;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
  return hash;
}

}  // namespace

std::string ReceiptHandle::encode() const {
  std::string bytes(kPrefix);
  append_big_endian(bytes, key.packed(), 8);
  append_big_endian(bytes, receive_count, 4);
  append_big_endian(bytes, static_cast<std::uint64_t>(received_at.time_since_epoch().count()), 8);
  append_big_endian(bytes, check_sum(bytes), 4);
  return base64_encode(bytes);
}

std::optional<ReceiptHandle> ReceiptHandle::decode(std::string_view text) {
  if (text.size() != kBytes / 3 * 4) return std::nullopt;
  const auto bytes = base64_decode(text);
  if (!bytes || bytes->size() != kBytes || !bytes->starts_with(kPrefix)) return std::nullopt;
  const std::string_view view = *bytes;
  if (read_big_endian(view.substr(23)) != check_sum(view.substr(0, 23))) return std::nullopt;
  const auto received_at = to_time(static_cast<std::int64_t>(read_big_endian(view.substr(15, 8))));
  if (!received_at) return std::nullopt;
  return ReceiptHandle{MessageKey::unpack(read_big_endian(view.substr(3, 8))),
                       static_cast<std::uint32_t>(read_big_endian(view.substr(11, 4))),
                       *received_at};
}

}  // namespace squire::engine
