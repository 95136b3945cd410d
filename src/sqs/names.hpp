#pragma once

#include <algorithm>
#include <string_view>

#include "squire/core/ascii.hpp"

namespace squire::sqs {

// [A-Za-z0-9_-]{1,80}: queue names, batch entry ids, permission labels.
constexpr bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 80 && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter_or_digit(c) || c == '_' || c == '-';
  });
}

// MessageGroupId, MessageDeduplicationId, ReceiveRequestAttemptId: 1 to 128 characters,
// alphanumeric or punctuation.
constexpr bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= 128 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace squire::sqs
