#include "sqs/message_input.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "sqs/names.hpp"
#include "squire/core/ascii.hpp"
#include "squire/core/text.hpp"
#include "squire/service/attribute_rules.hpp"
#include "squire/sqs/errors.hpp"

namespace squire::sqs {
namespace {

using service::in_quotes;

constexpr std::size_t kAttributesMax = 10;
constexpr std::size_t kAttributeNameMax = 256;
constexpr std::size_t kAttributeTypeMax = 256;
constexpr int kDelaySecondsMax = 900;
constexpr std::string_view kTraceHeader = "AWSTraceHeader";
constexpr std::string_view kWrongQueueType =
    "The request include parameter that is not valid for this queue type.";

std::string hexadecimal(std::uint32_t number) {
  char digits[8];
  return {digits, std::to_chars(digits, digits + sizeof(digits), number, 16).ptr};
}

Result<void> check_characters(std::string_view text, std::string_view place) {
  const auto illegal = first_illegal_character(text);
  if (!illegal) return {};
  return Error{errors::kInvalidMessageContents,
               "Invalid binary character '#x" + hexadecimal(*illegal) + "' was found in the " +
                   std::string(place) +
                   ", the set of allowed characters is #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 "
                   "to #xFFFD | #x10000 to #x10FFFF"};
}

// Of an attribute the same is said under another code than of the body.
Result<void> check_attribute_characters(std::string_view text, std::string_view place) {
  auto result = check_characters(text, place);
  if (result.has_error()) return Error::invalid_parameter(result.error().message);
  return {};
}

Result<void> check_attribute_name(std::string_view name) {
  if (name.empty() || count_characters(name) > kAttributeNameMax) {
    return Error::invalid_parameter(
        "Message (user) attribute names must be between 1 and 256 "
        "characters long.");
  }
  if (service::is_reserved_attribute(name)) {
    return Error::invalid_parameter(
        "You can't use message attribute names beginning with 'AWS.' or "
        "'Amazon.'. These strings are reserved for internal use.");
  }
  if (!is_made_of_letters_and(name, "_-.") || name.front() == '.' || name.back() == '.' ||
      name.find("..") != std::string_view::npos) {
    return Error::invalid_parameter(
        "Message (user) attributes name can only contain upper and lower score characters, digits, "
        "periods, hyphens and underscores.");
  }
  return {};
}

Result<void> check_type(std::string_view name, std::string_view type) {
  if (!service::is_logical_type(service::logical_type(type)) || type.size() > kAttributeTypeMax) {
    return Error::invalid_parameter(
        "The type of message (user) attribute " + in_quotes(name) +
        " is invalid. You must use only the following supported type prefixes: Binary, Number, "
        "String.");
  }
  return check_attribute_characters(type, "message attribute type");
}

Result<void> check_value(std::string_view value) {
  return check_attribute_characters(value, "message attribute value");
}

// A decimal number of at most 38 digits, from 1e-128 to 1e126 (Amazon SQS Developer Guide,
// "Message metadata").
bool is_number(std::string_view text) {
  const auto digits = text.substr(text.starts_with('+') ? 1 : 0);
  const auto value = service::parse_decimal(digits);
  if (!value) return false;
  const auto mantissa = digits.substr(0, digits.find_first_of("eE"));
  const auto digit_count = std::count_if(mantissa.begin(), mantissa.end(), is_digit);
  const double size = std::fabs(*value);
  return digit_count > 0 && digit_count <= 38 && (size == 0 || (size >= 1e-128 && size <= 1e126));
}

constexpr service::AttributeRules kAttributeRules{errors::kInvalidParameterValue,
                                                  check_type,
                                                  check_value,
                                                  is_number,
                                                  "Message (user) attribute ",
                                                  " must contain a non-empty value of type "};

Result<MessageAttribute> check_attribute(const std::string& name, AttributeValue&& input) {
  if (!input.string_list_values.empty() || !input.binary_list_values.empty()) {
    return Error{errors::kUnsupportedOperation,
                 "Message attribute list values in SendMessage operation are not supported."};
  }
  return service::check_attribute(kAttributeRules, name, std::move(input.data_type),
                                  std::move(input.string_value), std::move(input.binary_value));
}

Result<void> check_attributes(AttributeValues&& input, MessageAttributes& out) {
  if (input.size() > kAttributesMax) {
    return Error::invalid_parameter("Number of message attributes [" +
                                    std::to_string(input.size()) +
                                    "] exceeds the allowed maximum [10].");
  }
  for (auto& [name, value] : input) {
    SQUIRE_CHECK(check_attribute_name(name));
    SQUIRE_TRY(auto attribute, check_attribute(name, std::move(value)));
    out.emplace(name, std::move(attribute));
  }
  return {};
}

Result<void> check_system_attributes(AttributeValues&& input, std::string& trace_header) {
  for (auto& [name, value] : input) {
    if (name != kTraceHeader) {
      return Error::invalid_parameter("Message system attribute name " + in_quotes(name) +
                                      " is invalid.");
    }
    SQUIRE_TRY(auto attribute, check_attribute(name, std::move(value)));
    if (attribute.type != "String") {
      return Error::invalid_parameter("The message system attribute " + in_quotes(name) +
                                      " must have the type 'String'.");
    }
    trace_header = std::move(attribute.value);
  }
  return {};
}

Result<void> check_token(const std::string& value, std::string_view parameter) {
  if (is_token(value)) return {};
  return Error::invalid_parameter(
      value, parameter,
      std::string(parameter) +
          " can only include alphanumeric and punctuation characters. 1 to 128 in length.");
}

// Delay, group and deduplication id, whose rules depend on the type of the queue.
Result<void> check_for_queue_type(const engine::Queue& queue, const engine::QueueSettings& settings,
                                  const MessageInput& input, engine::Details& details) {
  if (const auto delay = input.delay_seconds) {
    if (*delay < 0 || *delay > kDelaySecondsMax) {
      return Error::invalid_parameter(std::to_string(*delay), "DelaySeconds",
                                      "DelaySeconds must be >= 0 and <= 900.");
    }
    if (queue.is_fifo() && *delay != 0) {
      return Error::invalid_parameter(std::to_string(*delay), "DelaySeconds", kWrongQueueType);
    }
  }
  if (queue.is_fifo() && !input.message_group_id) return Error::missing_parameter("MessageGroupId");
  if (input.message_group_id) {
    SQUIRE_CHECK(check_token(*input.message_group_id, "MessageGroupId"));
    details.group_id = *input.message_group_id;
  }
  if (input.message_deduplication_id) {
    if (!queue.is_fifo()) {
      return Error::invalid_parameter(*input.message_deduplication_id, "MessageDeduplicationId",
                                      kWrongQueueType);
    }
    SQUIRE_CHECK(check_token(*input.message_deduplication_id, "MessageDeduplicationId"));
    details.deduplication_id = *input.message_deduplication_id;
  } else if (queue.is_fifo()) {
    SQUIRE_CHECK(check_has_deduplication_id(input, settings));
    details.deduplication_id = sha256_hex(input.message_body);
  }
  return {};
}

void append_with_length(std::string& out, std::string_view bytes) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift & 0xff);
  out += bytes;
}

}  // namespace

std::size_t size_in_bytes(const MessageInput& input) {
  return input.message_body.size() + service::size_in_bytes(input.message_attributes);
}

Result<void> check_size(const MessageInput& input, const engine::QueueSettings& settings,
                        std::string_view complaint) {
  if (static_cast<std::int64_t>(size_in_bytes(input)) <= settings.message_bytes_max) return {};
  return Error::invalid_parameter(std::string(complaint) +
                                  " Reason: Message must be shorter than " +
                                  std::to_string(settings.message_bytes_max) + " bytes.");
}

Result<void> check_has_deduplication_id(const MessageInput& input,
                                        const engine::QueueSettings& settings) {
  if (input.message_deduplication_id || settings.deduplicates_by_content) return {};
  return Error::invalid_parameter(
      "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId "
      "provided explicitly");
}

Result<engine::OutgoingMessage> check_message(const Call& call, const engine::Queue& queue,
                                              const engine::QueueSettings& settings,
                                              MessageInput input) {
  if (input.message_body.empty()) return Error::missing_parameter("MessageBody");
  SQUIRE_CHECK(check_characters(input.message_body, "message body"));
  engine::Details details;
  SQUIRE_CHECK(check_attributes(std::move(input.message_attributes), details.attributes));
  SQUIRE_CHECK(
      check_system_attributes(std::move(input.message_system_attributes), details.trace_header));
  if (details.trace_header.empty()) details.trace_header = call.trace_header;
  SQUIRE_CHECK(check_for_queue_type(queue, settings, input, details));

  engine::OutgoingMessage message;
  if (details != engine::Details{}) {
    message.details = std::make_shared<const engine::Details>(std::move(details));
  }
  message.body = std::make_shared<const engine::Body>(std::move(input.message_body));
  message.client = call.client;
  message.sender_account = to_account_number(call.identity.account);
  if (input.delay_seconds && !queue.is_fifo()) message.delay = Seconds(*input.delay_seconds);
  return message;
}

void fill_result(SendResult& result, const engine::Queue& queue,
                 const engine::OutgoingMessage& message, const engine::Sent& sent) {
  result.md5_of_message_body = to_hex(message.body->digest());
  if (message.details) {
    result.md5_of_message_attributes = attributes_digest(message.details->attributes);
  }
  result.message_id = to_string(sent.message_id);
  if (queue.is_fifo()) result.sequence_number = sequence_number(sent.sequence);
}

std::string system_attributes_digest(const MessageInput& input) {
  MessageAttributes attributes;
  for (const auto& [name, value] : input.message_system_attributes) {
    attributes[name] = {value.data_type, value.string_value.value_or(std::string())};
  }
  return attributes_digest(attributes);
}

std::string attributes_digest(const MessageAttributes& attributes) {
  if (attributes.empty()) return {};
  std::string buffer;
  for (const auto& [name, attribute] : attributes) {
    append_with_length(buffer, name);
    append_with_length(buffer, attribute.type);
    buffer += attribute.is_binary() ? '\2' : '\1';
    append_with_length(buffer, attribute.value);
  }
  return to_hex(md5(buffer));
}

std::string sequence_number(std::uint64_t sequence) {
  const auto digits = std::to_string(sequence);
  return "188" + std::string(17 - digits.size(), '0') + digits;
}

}  // namespace squire::sqs
