#include "sns/api/endpoints.hpp"

#include <algorithm>

#include "sns/mobile/phone_numbers.hpp"
#include "squire/core/ascii.hpp"
#include "squire/core/url.hpp"
#include "squire/engine/registry.hpp"
#include "squire/sns/errors.hpp"

namespace squire::sns {
namespace {

using engine::DeliveryProtocol;

constexpr std::size_t kUrlMax = 2048;
constexpr std::size_t kEmailMax = 320;

// One that deliveries can reach: what parse_url() refuses would fail at every message.
bool is_url(std::string_view text, std::string_view scheme) {
  return text.starts_with(scheme) && text.size() <= kUrlMax && parse_url(text);
}

// A phone number, whose digits may be set apart by single slashes, hyphens and dots.
bool is_sms_endpoint(std::string_view text) {
  std::string digits;
  char before = '+';
  for (const char c : text) {
    const bool is_separator = c == '/' || c == '-' || c == '.';
    const bool is_behind_digit = before >= '0' && before <= '9';
    if (is_separator && !is_behind_digit) return false;
    if (!is_separator) digits += c;
    before = c;
  }
  return is_e164(digits) && digits.back() == before;
}

// Parts of these characters with a dot between each two.
template <typename IsCharacter>
bool is_dotted(std::string_view text, IsCharacter&& is_character) {
  return !text.empty() && !text.starts_with('.') && !text.ends_with('.') &&
         text.find("..") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [&](char c) { return c == '.' || is_character(c); });
}

// As it stands in SMTP between < and > (RFC 5321, 4.1.2): no quoted names, no addresses of
// machines.
bool is_email(std::string_view text) {
  const auto at = text.find('@');
  if (at == std::string_view::npos || text.size() > kEmailMax) return false;
  static constexpr auto kAtom = CharacterSet::letters_and_digits_and("!#$%&'*+-/=?^_`{|}~");
  const auto is_atom = [](char c) { return kAtom.contains(c); };
  const auto is_domain = [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_'; };
  return is_dotted(text.substr(0, at), is_atom) && is_dotted(text.substr(at + 1), is_domain);
}

// "arn:<partition>:<service>:<region>:<account>:<resource>": the account, or nothing.
std::optional<std::string> account_of(std::string_view service, std::string_view arn,
                                      std::string_view resource_prefix) {
  // parse_arn() knows names without colons.
  std::string text(arn);
  for (std::size_t colons = 0, i = 0; i < text.size(); ++i) {
    if (text[i] == ':' && ++colons > 5) text[i] = '/';
  }
  const auto name = parse_arn(service, text);
  if (!name || !name->name.starts_with(resource_prefix) ||
      name->name.size() == resource_prefix.size()) {
    return std::nullopt;
  }
  return name->account;
}

}  // namespace

Result<void> check_endpoint(service::Call& call, DeliveryProtocol protocol,
                            const std::string& endpoint) {
  const auto require = [](bool is_good, std::string_view what) -> Result<void> {
    if (is_good) return {};
    return errors::invalid_parameter(what);
  };
  switch (protocol) {
    case DeliveryProtocol::Http:
      return require(is_url(endpoint, "http://"), "Endpoint must match the specified protocol");
    case DeliveryProtocol::Https:
      return require(is_url(endpoint, "https://"), "Endpoint must match the specified protocol");
    case DeliveryProtocol::Email:
    case DeliveryProtocol::EmailJson:
      return require(is_email(endpoint), "Email address");
    case DeliveryProtocol::Sms:
      if (is_sms_endpoint(endpoint)) return {};
      return Error{errors::kInvalidParameter, "Invalid SMS endpoint: " + endpoint};
    case DeliveryProtocol::Sqs:
      return require(parse_arn("sqs", endpoint).has_value(), "SQS endpoint ARN");
    case DeliveryProtocol::Lambda:
      return require(account_of("lambda", endpoint, "function/").has_value(),
                     "Lambda endpoint ARN");
    case DeliveryProtocol::Firehose:
      return require(account_of("firehose", endpoint, "deliverystream/").has_value(),
                     "Firehose endpoint ARN");
    case DeliveryProtocol::Application:
      break;
  }
  const auto found = call.broker.store<engine::Registry>().find(
      engine::RegistryRow::Kind::PlatformEndpoint, endpoint);
  if (found) return {};
  return errors::invalid_parameter("Endpoint", "Endpoint does not exist for endpoint " + endpoint);
}

Result<void> check_topic_type(const engine::Topic& topic, DeliveryProtocol protocol,
                              const std::string& endpoint) {
  if (topic.is_fifo() && protocol != DeliveryProtocol::Sqs) {
    return errors::invalid_parameter(
        "Invalid parameter: Endpoint Reason: Please use FIFO SQS queue");
  }
  if (!topic.is_fifo() && protocol == DeliveryProtocol::Sqs && endpoint.ends_with(".fifo")) {
    return errors::invalid_parameter(
        "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS "
        "topics");
  }
  return {};
}

bool is_owned(const service::Call& call, DeliveryProtocol protocol, const std::string& endpoint) {
  switch (protocol) {
    case DeliveryProtocol::Http:
    case DeliveryProtocol::Https:
    case DeliveryProtocol::Email:
    case DeliveryProtocol::EmailJson:
      return false;
    case DeliveryProtocol::Sqs: {
      const auto queue = parse_arn("sqs", endpoint);
      return queue && queue->account == call.identity.account;
    }
    case DeliveryProtocol::Lambda:
      return account_of("lambda", endpoint, "function/") == call.identity.account;
    default:
      return true;
  }
}

}  // namespace squire::sns
