#include "sns/delivery/delivery_policy.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "squire/service/policy_document.hpp"
#include "squire/sns/errors.hpp"

namespace squire::sns {
namespace {

using engine::DeliveryProtocol;
using service::Json;
using Backoff = RetryPolicy::Backoff;

constexpr std::size_t kPolicyBytesMax = 30'720;
constexpr int kDelaySecondsMax = 3600;
constexpr int kRetriesMax = 100;

// In the order of Backoff.
constexpr std::array<std::string_view, 4> kBackoffNames = {"linear", "arithmetic", "geometric",
                                                           "exponential"};

struct NumberField {
  const char* name;
  int RetryPolicy::*member;
};
constexpr std::array<NumberField, 6> kNumbers = {{
    {"minDelayTarget", &RetryPolicy::min_delay_seconds},
    {"maxDelayTarget", &RetryPolicy::max_delay_seconds},
    {"numRetries", &RetryPolicy::retries},
    {"numMaxDelayRetries", &RetryPolicy::max_delay_retries},
    {"numNoDelayRetries", &RetryPolicy::no_delay_retries},
    {"numMinDelayRetries", &RetryPolicy::min_delay_retries},
}};

Error invalid(const std::string& reason) {
  return errors::invalid_parameter("DeliveryPolicy: " + reason);
}

Json parse(std::string_view text) {
  return service::parse_document(text, kPolicyBytesMax);
}

// Null if it is absent or null.
const Json* find_object(const Json& parent, const char* name) {
  const auto at = parent.find(name);
  return at == parent.end() || at->is_null() ? nullptr : &*at;
}

// Reads what is there over what `policy` says already; errors name the `place`.
Result<void> read_retry_policy(const Json& object, const std::string& place, RetryPolicy& policy) {
  if (!object.is_object()) return invalid(place + " must be an object");
  for (const auto& member : object.items()) {
    const std::string& name = member.key();
    const Json& value = member.value();
    if (name == "backoffFunction") {
      const auto at = value.is_string() ? std::find(kBackoffNames.begin(), kBackoffNames.end(),
                                                    value.get<std::string>())
                                        : kBackoffNames.end();
      if (at == kBackoffNames.end()) {
        return invalid(place +
                       ".backoffFunction must be linear, arithmetic, geometric or "
                       "exponential");
      }
      policy.backoff = static_cast<Backoff>(at - kBackoffNames.begin());
      continue;
    }
    const auto field = std::find_if(kNumbers.begin(), kNumbers.end(),
                                    [&](const NumberField& field) { return field.name == name; });
    if (field == kNumbers.end()) return invalid("Unexpected JSON member: " + place + "." + name);
    if (value.is_null()) continue;
    if (!value.is_number_integer()) return invalid(place + "." + name + " must be an integer");
    const auto number = value.get<std::int64_t>();
    if (number < 0 || number > kDelaySecondsMax) {
      return invalid(place + "." + name + " must be greater than or equal to 0");
    }
    policy.*field->member = static_cast<int>(number);
  }
  const auto within = [&](const char* name, int value, int min, int max) -> Result<void> {
    if (value >= min && value <= max) return {};
    return invalid(place + "." + name + " must be between " + std::to_string(min) + " and " +
                   std::to_string(max));
  };
  SQUIRE_CHECK(within("minDelayTarget", policy.min_delay_seconds, 1, kDelaySecondsMax));
  SQUIRE_CHECK(within("maxDelayTarget", policy.max_delay_seconds, 1, kDelaySecondsMax));
  SQUIRE_CHECK(within("numRetries", policy.retries, 0, kRetriesMax));
  if (policy.max_delay_seconds < policy.min_delay_seconds) {
    return invalid(place + ".maxDelayTarget must be greater than or equal to minDelayTarget");
  }
  if (policy.no_delay_retries + policy.min_delay_retries + policy.max_delay_retries >
      policy.retries) {
    return invalid(place +
                   ".numRetries must be greater than or equal to the sum of "
                   "numNoDelayRetries, numMinDelayRetries and numMaxDelayRetries");
  }
  return {};
}

Result<void> read_throttle_policy(const Json& object, const std::string& place,
                                  DeliveryPolicy& policy) {
  if (!object.is_object()) return invalid(place + " must be an object");
  const auto* rate = find_object(object, "maxReceivesPerSecond");
  if (rate == nullptr) return {};
  if (!rate->is_number_integer() || rate->get<std::int64_t>() < 1) {
    return invalid(place + ".maxReceivesPerSecond must be greater than or equal to 1");
  }
  policy.receives_per_second_max =
      static_cast<int>(std::min<std::int64_t>(rate->get<std::int64_t>(), 1'000'000'000));
  return {};
}

Result<void> read_request_policy(const Json& object, const std::string& place,
                                 DeliveryPolicy& policy) {
  if (!object.is_object()) return invalid(place + " must be an object");
  const auto* type = find_object(object, "headerContentType");
  if (type == nullptr) return {};
  static constexpr std::array<std::string_view, 12> kTypes = {"application/atom+xml",
                                                              "application/json",
                                                              "application/octet-stream",
                                                              "application/soap+xml",
                                                              "application/x-www-form-urlencoded",
                                                              "application/xhtml+xml",
                                                              "application/xml",
                                                              "text/css",
                                                              "text/csv",
                                                              "text/html",
                                                              "text/plain",
                                                              "text/xml"};
  const auto text = type->is_string() ? type->get<std::string>() : std::string();
  if (std::find(kTypes.begin(), kTypes.end(), text.substr(0, text.find(';'))) == kTypes.end() ||
      !std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; })) {
    return invalid(place + ".headerContentType is invalid");
  }
  policy.content_type = text;
  return {};
}

struct Names {
  const char* retry;
  const char* throttle;
  const char* request;
};
constexpr Names kTopicNames{"defaultHealthyRetryPolicy", "defaultThrottlePolicy",
                            "defaultRequestPolicy"};
constexpr Names kSubscriptionNames{"healthyRetryPolicy", "throttlePolicy", "requestPolicy"};

Result<void> read_policy(const Json& object, const std::string& prefix, const Names& names,
                         DeliveryPolicy& policy) {
  if (const auto* retry = find_object(object, names.retry)) {
    SQUIRE_CHECK(read_retry_policy(*retry, prefix + names.retry, policy.retry));
  }
  if (const auto* throttle = find_object(object, names.throttle)) {
    SQUIRE_CHECK(read_throttle_policy(*throttle, prefix + names.throttle, policy));
  }
  if (const auto* request = find_object(object, names.request)) {
    SQUIRE_CHECK(read_request_policy(*request, prefix + names.request, policy));
  }
  return {};
}

// The "http" part of a topic's policy; null if there is none.
const Json* http_of(const Json& document) {
  const auto* http = document.is_object() ? find_object(document, "http") : nullptr;
  return http && http->is_object() ? http : nullptr;
}

bool has_overrides_disabled(const Json& http) {
  return http.value("disableSubscriptionOverrides", Json()) == true;
}

// The object without its members that are null, on every level.
Json without_nulls(const Json& object) {
  Json out = Json::object();
  for (const auto& [name, value] : object.items()) {
    if (!value.is_null()) out[name] = value.is_object() ? without_nulls(value) : value;
  }
  return out;
}

Json print(const RetryPolicy& policy) {
  Json out = Json::object();
  for (const auto& [name, member] : kNumbers) out[name] = policy.*member;
  out["backoffFunction"] = kBackoffNames[static_cast<std::size_t>(policy.backoff)];
  return out;
}

Json print_throttle(const DeliveryPolicy& policy) {
  if (!policy.receives_per_second_max) return nullptr;
  return {{"maxReceivesPerSecond", *policy.receives_per_second_max}};
}

bool says_nothing(std::string_view json) {
  return json.empty() || parse(json) == Json::object();
}

}  // namespace

std::optional<Milliseconds> RetryPolicy::delay_after(std::uint32_t attempt) const {
  int retry = static_cast<int>(std::min<std::uint32_t>(attempt, 1'000'000)) - 1;  // from 0
  if (retry >= retries) return std::nullopt;
  const int growing = retries - no_delay_retries - min_delay_retries - max_delay_retries;
  if (retry < no_delay_retries) return Milliseconds(0);
  retry -= no_delay_retries;
  if (retry < min_delay_retries) return Seconds(min_delay_seconds);
  retry -= min_delay_retries;
  if (retry >= growing) return Seconds(max_delay_seconds);
  const double min = min_delay_seconds;
  const double max = max_delay_seconds;
  if (growing == 1) return Seconds(min_delay_seconds);
  // From the shortest delay to the longest, in `growing` steps ((?): the
  // SNS Developer Guide, "Message delivery retries", shows a graph).
  const double part = static_cast<double>(retry) / (growing - 1);
  double seconds = min;
  switch (backoff) {
    case Backoff::Linear:
      seconds = min + (max - min) * part;
      break;
    case Backoff::Arithmetic:
      seconds = min + (max - min) * (retry * (retry + 1.0)) / (growing * (growing - 1.0));
      break;
    case Backoff::Geometric:
      seconds = min * std::pow(max / min, part);
      break;
    case Backoff::Exponential:
      seconds = std::min(max, min * std::pow(2.0, retry));
      break;
  }
  return Milliseconds(std::llround(seconds * 1000));
}

DeliveryPolicy effective_policy(DeliveryProtocol protocol, std::string_view topic_policy,
                                std::string_view subscription_policy) {
  DeliveryPolicy policy;
  switch (protocol) {
    case DeliveryProtocol::Http:
    case DeliveryProtocol::Https:
      break;
    case DeliveryProtocol::Lambda:
    case DeliveryProtocol::Sqs:
    case DeliveryProtocol::Firehose:
      policy.retry = {1, 20, 100'015, 3, 2, 100'000, Backoff::Exponential};
      return policy;
    default:
      policy.retry = {10, 600, 50, 0, 2, 38, Backoff::Exponential};
      return policy;
  }
  // Both were checked when they were set.
  const Json topic = parse(topic_policy);
  const auto* http = http_of(topic);
  if (http) static_cast<void>(read_policy(*http, "http.", kTopicNames, policy));
  const Json subscription = parse(subscription_policy);
  if (subscription.is_object() && !(http && has_overrides_disabled(*http))) {
    static_cast<void>(read_policy(subscription, "", kSubscriptionNames, policy));
  }
  return policy;
}

Result<void> check_topic_delivery_policy(std::string_view json) {
  if (says_nothing(json)) return {};
  const Json document = parse(json);
  if (!document.is_object()) return invalid("Failed to parse JSON");
  for (const auto& [name, value] : document.items()) {
    if (name != "http") return invalid("Unexpected JSON member: " + name);
    if (!value.is_object()) return invalid("http must be an object");
    for (const auto& [inner, ignored] : value.items()) {
      if (inner != kTopicNames.retry && inner != kTopicNames.throttle &&
          inner != kTopicNames.request && inner != "disableSubscriptionOverrides" &&
          inner != "defaultSicklyRetryPolicy") {
        return invalid("Unexpected JSON member: http." + inner);
      }
    }
    const auto* disabled = find_object(value, "disableSubscriptionOverrides");
    if (disabled && !disabled->is_boolean()) {
      return invalid("http.disableSubscriptionOverrides must be a boolean");
    }
    DeliveryPolicy policy;
    SQUIRE_CHECK(read_policy(value, "http.", kTopicNames, policy));
  }
  return {};
}

Result<void> check_subscription_delivery_policy(std::string_view json) {
  if (says_nothing(json)) return {};
  const Json document = parse(json);
  if (!document.is_object()) return invalid("Failed to parse JSON");
  for (const auto& [name, ignored] : document.items()) {
    if (name != kSubscriptionNames.retry && name != kSubscriptionNames.throttle &&
        name != kSubscriptionNames.request && name != "sicklyRetryPolicy" && name != "guaranteed") {
      return invalid("Unexpected JSON member: " + name);
    }
  }
  DeliveryPolicy policy;
  return read_policy(document, "", kSubscriptionNames, policy);
}

std::string show_topic_delivery_policy(const std::string& json) {
  Json document = parse(json);
  const auto* given = http_of(document);
  if (given == nullptr) return json;
  Json http = without_nulls(*given);
  http.emplace("disableSubscriptionOverrides", false);
  document["http"] = std::move(http);
  return document.dump();
}

std::string show_subscription_delivery_policy(const std::string& json) {
  Json document = parse(json);
  if (!document.is_object()) return json;
  for (const char* name : {kSubscriptionNames.retry, "sicklyRetryPolicy",
                           kSubscriptionNames.throttle, kSubscriptionNames.request}) {
    document.emplace(name, nullptr);
  }
  document.emplace("guaranteed", false);
  return document.dump();
}

std::string print_effective_topic_policy(std::string_view topic_policy) {
  const Json topic = parse(topic_policy);
  const auto* http = http_of(topic);
  const auto policy = effective_policy(DeliveryProtocol::Http, topic_policy, "");
  Json out = {{"defaultHealthyRetryPolicy", print(policy.retry)},
              {"disableSubscriptionOverrides", http && has_overrides_disabled(*http)}};
  if (policy.receives_per_second_max) out["defaultThrottlePolicy"] = print_throttle(policy);
  out["defaultRequestPolicy"] = {{"headerContentType", policy.content_type}};
  return Json{{"http", std::move(out)}}.dump();
}

std::string print_effective_subscription_policy(std::string_view topic_policy,
                                                std::string_view subscription_policy) {
  const auto policy = effective_policy(DeliveryProtocol::Http, topic_policy, subscription_policy);
  return Json{{"healthyRetryPolicy", print(policy.retry)},
              {"sicklyRetryPolicy", nullptr},
              {"throttlePolicy", print_throttle(policy)},
              {"requestPolicy", {{"headerContentType", policy.content_type}}},
              {"guaranteed", false}}
      .dump();
}

}  // namespace squire::sns
