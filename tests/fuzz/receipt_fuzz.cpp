// Receipt handles: text that clients send back, and numbers that become text.
#include <cstdint>
#include <cstring>
#include <string_view>

#include "fuzz/check.hpp"
#include "fuzz/world.hpp"
#include "squire/engine/queue/receipt_handle.hpp"

namespace squire::fuzz {
namespace {

using engine::ReceiptHandle;

void from_text(std::string_view text) {
  const auto handle = ReceiptHandle::decode(text);
  if (handle) check(handle->encode() == text, "a handle has one spelling", text);
  World world;
  const auto queue = world.make_queue("q");
  const auto fifo = world.make_queue("q.fifo");
  for (const auto& one : {queue, fifo}) {
    const auto before = one->counts();
    const std::string given(text);
    const auto changed = one->change_visibility(given, Seconds(43'200));
    const auto removed = one->remove(given);
    if (!handle) {
      check(changed.has_error() && removed.has_error(), "what is no handle does nothing", text);
    }
    const auto after = one->counts();
    check(before.visible + before.in_flight + before.delayed >=
              after.visible + after.in_flight + after.delayed,
          "a handle adds no message");
  }
}

void from_numbers(std::string_view bytes) {
  std::uint64_t packed = 0;
  std::int64_t received_at = 0;
  ReceiptHandle handle;
  if (bytes.size() < 20) return;
  std::memcpy(&packed, bytes.data(), 8);
  std::memcpy(&received_at, bytes.data() + 8, 8);
  std::memcpy(&handle.receive_count, bytes.data() + 16, 4);
  handle.key = engine::MessageKey::unpack(packed);
  handle.received_at = TimePoint(Milliseconds(received_at));
  const auto text = handle.encode();
  check(text.starts_with("AQEB") && text.size() <= 1024, "a handle looks like one", text);
  const auto back = ReceiptHandle::decode(text);
  check(back.has_value() == is_possible(handle.received_at), "a handle is of a possible time",
        text);
  if (back) {
    check(back->key == handle.key && back->receive_count == handle.receive_count &&
              back->received_at == handle.received_at,
          "a handle says what it was made of", text);
  }
  from_text(text);
}

}  // namespace
}  // namespace squire::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  squire::fuzz::from_text(bytes);
  squire::fuzz::from_numbers(bytes);
  return 0;
}
