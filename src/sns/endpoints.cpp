#include "sns/endpoints.hpp"

#include <algorithm>

#include "sns/phone_numbers.hpp"
#include "squire/engine/registry.hpp"

namespace squire::sns {
namespace {

using engine::DeliveryProtocol;

constexpr std::size_t kUrlMax = 2048;
constexpr std::size_t kEmailMax = 320;

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

bool is_url(std::string_view text, std::string_view scheme) {
  return text.starts_with(scheme) && text.size() > scheme.size() && text.size() <= kUrlMax &&
         is_printable(text) && text[scheme.size()] != '/';
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

bool is_email(std::string_view text) {
  const auto at = text.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
         text.find('@', at + 1) == std::string_view::npos && text.size() <= kEmailMax &&
         is_printable(text);
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
    return Error::invalid_topic_parameter(what);
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
      return Error{Errc::InvalidParameter, "Invalid SMS endpoint: " + endpoint};
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
  const auto found =
      call.broker.registry().find(engine::RegistryRow::Kind::PlatformEndpoint, endpoint);
  if (found) return {};
  return Error::invalid_topic_parameter("Endpoint",
                                        "Endpoint does not exist for endpoint " + endpoint);
}

Result<void> check_topic_type(const engine::Topic& topic, DeliveryProtocol protocol,
                              const std::string& endpoint) {
  if (topic.is_fifo() && protocol != DeliveryProtocol::Sqs) {
    return Error::invalid_topic_parameter(
        "Invalid parameter: Endpoint Reason: Please use FIFO SQS queue");
  }
  if (!topic.is_fifo() && protocol == DeliveryProtocol::Sqs && endpoint.ends_with(".fifo")) {
    return Error::invalid_topic_parameter(
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
