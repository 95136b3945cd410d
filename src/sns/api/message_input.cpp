#include "sns/api/message_input.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "squire/core/digest.hpp"
#include "squire/core/text.hpp"
#include "squire/engine/topic/topic.hpp"
#include "squire/service/attribute_rules.hpp"
#include "squire/sns/errors.hpp"

namespace squire::sns {
namespace {

using engine::Body;
using engine::Publication;

constexpr std::size_t kAttributeNameMax = 256;
constexpr std::size_t kSubjectMax = 100;
constexpr std::size_t kTokenMax = 128;

// Group and deduplication ids: letters, digits and punctuation of ASCII.
bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= kTokenMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

Error bad_attribute(std::string message) {
  return {errors::kParameterValueInvalid, std::move(message)};
}

Result<void> check_attribute_name(std::string_view name) {
  if (name.empty())
    return bad_attribute("Message attribute names must be between 1 and 256 characters long.");
  if (name.size() > kAttributeNameMax) {
    return bad_attribute("Length of message attribute name must be less than 256 bytes.");
  }
  if (name.front() == '.') {
    return bad_attribute("Message attribute name starting with character '.' was found.");
  }
  if (name.back() == '.') {
    return bad_attribute("Message attribute name ending with character '.' was found.");
  }
  if (name.find("..") != std::string_view::npos) {
    return bad_attribute("Message attribute name can not have successive '.' character.");
  }
  if (!is_made_of_letters_and(name, "_-.")) {
    return bad_attribute(
        "Invalid non-alphanumeric character was found in the message attribute name. Can only "
        "include alphanumeric characters, hyphens, underscores, or dots.");
  }
  const bool is_known = name.starts_with("AWS.SNS.") || name.starts_with("AWS.MM.");
  if (service::is_reserved_attribute(name) && !is_known) {
    return bad_attribute(
        "You can't use message attribute names beginning with 'AWS.' or "
        "'Amazon.'. These strings are reserved for internal use.");
  }
  return {};
}

Result<void> check_type(std::string_view name, std::string_view type) {
  const auto logical = service::logical_type(type);
  const bool has_no_label = type.size() == logical.size() + 1;  // "String."
  if (service::is_logical_type(logical) && !has_no_label) return {};
  return bad_attribute("The message attribute " + service::in_quotes(name) +
                       " has an invalid message attribute type, the set of supported type "
                       "prefixes is Binary, Number, and String.");
}

Result<void> check_value(std::string_view value) {
  if (!first_illegal_character(value)) return {};
  return bad_attribute("Invalid character was found in the message attribute value");
}

bool is_number(std::string_view text) {
  if (text.starts_with("+-")) return false;
  return service::parse_decimal(text.substr(text.starts_with('+') ? 1 : 0)).has_value();
}

constexpr service::AttributeRules kAttributeRules{
    errors::kParameterValueInvalid,
    check_type,
    check_value,
    is_number,
    "The message attribute ",
    " must contain non-empty message attribute value for message attribute type "};

Result<void> check_attributes(AttributeValues&& input, MessageAttributes& out) {
  for (auto& [name, value] : input) {
    SQUIRE_CHECK(check_attribute_name(name));
    SQUIRE_TRY(auto attribute, service::check_attribute(
                                   kAttributeRules, name, std::move(value.data_type),
                                   std::move(value.string_value), std::move(value.binary_value)));
    out.emplace(name, std::move(attribute));
  }
  return {};
}

Result<void> check_subject(const std::string& subject) {
  if (!subject.empty() && is_single_line(subject, kSubjectMax)) return {};
  return errors::invalid_parameter("Subject");
}

// Keeps the top-level members that are strings; of a name that comes twice, the last one (?).
class Structure final : public nlohmann::json_sax<nlohmann::json> {
 public:
  std::map<std::string, std::string> texts;

  bool key(std::string& name) override {
    if (depth_ == 1) texts.erase(name);
    name_ = name;
    return true;
  }
  bool string(std::string& text) override {
    if (depth_ == 1) texts[name_] = text;
    return depth_ > 0;
  }
  bool start_object(std::size_t) override { return ++depth_ <= kDepthMax; }
  bool end_object() override { return --depth_ >= 0; }
  bool start_array(std::size_t) override { return depth_++ > 0 && depth_ <= kDepthMax; }
  bool end_array() override { return --depth_ >= 0; }
  bool null() override { return depth_ > 0; }
  bool boolean(bool) override { return depth_ > 0; }
  bool number_integer(number_integer_t) override { return depth_ > 0; }
  bool number_unsigned(number_unsigned_t) override { return depth_ > 0; }
  bool number_float(number_float_t, const std::string&) override { return depth_ > 0; }
  bool binary(nlohmann::json::binary_t&) override { return false; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override {
    return false;
  }

 private:
  static constexpr int kDepthMax = 64;

  int depth_ = 0;
  std::string name_;
};

// MessageStructure "json": a text for each protocol, and one for all others.
Result<void> read_structure(const std::string& message, Publication& publication) {
  Structure structure;
  if (!nlohmann::json::sax_parse(message, &structure)) {
    return errors::invalid_parameter("Message Structure - JSON message body failed to parse");
  }
  for (auto& [name, text] : structure.texts) {
    auto body = std::make_shared<const Body>(std::move(text));
    if (name == "default") {
      publication.text = std::move(body);
    } else if (const auto protocol = engine::parse_protocol(name)) {
      publication.texts.emplace(*protocol, std::move(body));
    } else {
      publication.push_texts.emplace(name, std::move(body));
    }
  }
  return {};
}

}  // namespace

std::size_t size_in_bytes(const MessageInput& input) {
  return input.message.size() + service::size_in_bytes(input.message_attributes);
}

Result<Publication> check_message(const Call& call, MessageInput& input) {
  Publication publication;
  if (input.message.empty()) return errors::invalid_parameter("Empty message");
  if (size_in_bytes(input) > kMessageBytesMax) {
    return errors::invalid_parameter("Message too long");
  }
  if (input.subject) SQUIRE_CHECK(check_subject(*input.subject));
  publication.subject = input.subject.value_or("");
  if (first_illegal_character(input.message)) {
    return errors::invalid_parameter("Message", "Invalid character in message");
  }
  engine::Details details;
  SQUIRE_CHECK(check_attributes(std::move(input.message_attributes), details.attributes));
  details.trace_header = call.trace_header;
  if (details != engine::Details{}) {
    publication.details = std::make_shared<const engine::Details>(std::move(details));
  }
  if (!input.message_structure) {
    publication.text = std::make_shared<const Body>(std::move(input.message));
  } else if (*input.message_structure == "json") {
    SQUIRE_CHECK(read_structure(input.message, publication));
  } else {
    return errors::invalid_parameter("MessageStructure");
  }
  publication.endpoint = call.endpoint;
  publication.client = call.client;
  publication.sender_account = to_account_number(call.identity.account);
  return publication;
}

Error missing_default() {
  return errors::invalid_parameter("Message Structure - No default entry in JSON message body");
}

Result<void> check_for_topic_type(const engine::Topic& topic, const MessageInput& input,
                                  Publication& publication) {
  if (publication.text == nullptr) return missing_default();
  const auto settings = topic.settings();
  publication.display_name = settings->display_name;
  publication.signature_version = settings->signature_version;
  const auto& group = input.message_group_id;
  const auto& deduplication = input.message_deduplication_id;
  if (topic.is_fifo() && !group) {
    return errors::invalid_parameter("The MessageGroupId parameter is required for FIFO topics");
  }
  if (group && !is_token(*group)) {
    return errors::invalid_parameter(
        "MessageGroupId",
        "MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in "
        "length");
  }
  if (deduplication && !topic.is_fifo()) {
    return errors::invalid_parameter(
        "MessageDeduplicationId",
        "The request includes MessageDeduplicationId parameter that is not valid for this topic "
        "type");
  }
  if (deduplication && !is_token(*deduplication)) {
    return errors::invalid_parameter(
        "MessageDeduplicationId",
        "MessageDeduplicationId can only include alphanumeric and punctuation characters. 1 to 128 "
        "in length");
  }
  if (topic.is_fifo() && !deduplication && !settings->deduplicates_by_content) {
    return errors::invalid_parameter(
        "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId "
        "provided explicitly");
  }
  if (!group) return {};
  engine::Details details;
  if (publication.details) details = *publication.details;
  details.group_id = *group;
  if (topic.is_fifo()) {
    details.deduplication_id =
        deduplication ? *deduplication : sha256_hex(publication.text->text());
  }
  publication.details = std::make_shared<const engine::Details>(std::move(details));
  return {};
}

}  // namespace squire::sns
