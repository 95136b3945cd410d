#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "squire/core/clock.hpp"
#include "squire/engine/message.hpp"

namespace squire::engine {

// What a receipt handle says: which message, and which of its receives. Stateless, so a handle
// given out before a restart still deletes its message after it. Text: base64 of 27 bytes,
// beginning "AQEB" like those of AWS, with a check sum against typing errors. It is no secret:
// whoever may call the queue may guess handles.
struct ReceiptHandle {
  MessageKey key;
  std::uint32_t receive_count = 0;
  TimePoint received_at;

  std::string encode() const;
  static std::optional<ReceiptHandle> decode(std::string_view text);
};

}  // namespace squire::engine
