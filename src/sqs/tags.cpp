#include <algorithm>

#include "sqs/names.hpp"
#include "sqs/queue_url.hpp"
#include "sqs/tag_rules.hpp"
#include "squire/core/text.hpp"
#include "squire/sqs/actions.hpp"

namespace squire::sqs {
namespace {

constexpr std::size_t kTagsMax = 50;
constexpr std::size_t kKeyCharactersMax = 128;
constexpr std::size_t kValueCharactersMax = 256;

// Letters and digits of any language, and a little punctuation.
bool is_tag_text(std::string_view text) {
  static constexpr auto kAscii = CharacterSet::letters_and_digits_and(" _.:/=+-@");
  return is_utf8(text) && std::all_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) >= 0x80 || kAscii.contains(c);
         });
}

}  // namespace

Result<void> check_tags(std::string_view queue_name, const engine::StringMap& tags) {
  if (tags.size() > kTagsMax) {
    return Error::invalid_parameter("Too many tags added for queue " + std::string(queue_name) +
                                    ".");
  }
  for (const auto& [key, value] : tags) {
    if (key.empty() || count_characters(key) > kKeyCharactersMax || !is_tag_text(key) ||
        key.starts_with("aws:")) {
      return Error::invalid_parameter(
          "Tag keys must be between 1 and 128 characters in length, of "
          "letters, digits, spaces and _.:/=+-@, and must not begin "
          "with aws:.");
    }
    if (count_characters(value) > kValueCharactersMax || !is_tag_text(value)) {
      return Error::invalid_parameter(
          "Tag values must be between 0 and 256 characters in length, "
          "of letters, digits, spaces and _.:/=+-@.");
    }
  }
  return {};
}

Result<ListQueueTags::Response> ListQueueTags::run(Call& call, Request request) {
  SQUIRE_TRY(const auto queue, find_queue(call, request.queue_url));
  return Response{queue->row().tags};
}

Result<NoOutput> TagQueue::run(Call& call, Request request) {
  SQUIRE_TRY(const auto queue, find_queue(call, request.queue_url));
  SQUIRE_TRY(const auto ticket, queue->edit([&](engine::QueueRow& row) {
    for (const auto& [key, value] : request.tags) row.tags.insert_or_assign(key, value);
    return check_tags(row.name.name, row.tags);
  }));
  call.wait_for(ticket);
  return NoOutput{};
}

Result<NoOutput> UntagQueue::run(Call& call, Request request) {
  SQUIRE_TRY(const auto queue, find_queue(call, request.queue_url));
  SQUIRE_TRY(const auto ticket, queue->edit([&](engine::QueueRow& row) {
    for (const auto& key : request.tag_keys) row.tags.erase(key);
    return Result<void>();
  }));
  call.wait_for(ticket);
  return NoOutput{};
}

}  // namespace squire::sqs
