#include "sqs/queue_attributes.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "sqs/policies.hpp"
#include "squire/core/text.hpp"
#include "squire/sqs/errors.hpp"

namespace squire::sqs {
namespace {

enum class Kind {
  ReadOnly,
  Integer,
  Boolean,
  Choice,
  Policy,
  Redrive,
  RedriveAllow,
  FifoQueue,
  Text
};

struct Rule {
  std::string_view name;
  Kind kind = Kind::ReadOnly;
  std::int64_t min = 0;  // Integer
  std::int64_t max = 0;
  std::array<std::string_view, 2> choices = {};
  bool is_fifo_only = false;
};

constexpr std::array kRules = {
    Rule{"ApproximateNumberOfMessages"},
    Rule{"ApproximateNumberOfMessagesDelayed"},
    Rule{"ApproximateNumberOfMessagesNotVisible"},
    Rule{"ContentBasedDeduplication", Kind::Boolean, 0, 0, {}, true},
    Rule{"CreatedTimestamp"},
    Rule{"DeduplicationScope", Kind::Choice, 0, 0, {"queue", "messageGroup"}, true},
    Rule{"DelaySeconds", Kind::Integer, 0, 900},
    Rule{"FifoQueue", Kind::FifoQueue, 0, 0, {}, true},
    Rule{"FifoThroughputLimit", Kind::Choice, 0, 0, {"perQueue", "perMessageGroupId"}, true},
    Rule{"KmsDataKeyReusePeriodSeconds", Kind::Integer, 60, 86'400},
    Rule{"KmsMasterKeyId", Kind::Text},
    Rule{"LastModifiedTimestamp"},
    Rule{"MaximumMessageSize", Kind::Integer, 1024, engine::kMessageBytesMax},
    Rule{"MessageRetentionPeriod", Kind::Integer, 60, 1'209'600},
    Rule{"Policy", Kind::Policy},
    Rule{"QueueArn"},
    Rule{"ReceiveMessageWaitTimeSeconds", Kind::Integer, 0, 20},
    Rule{"RedriveAllowPolicy", Kind::RedriveAllow},
    Rule{"RedrivePolicy", Kind::Redrive},
    Rule{"SqsManagedSseEnabled", Kind::Boolean},
    Rule{"VisibilityTimeout", Kind::Integer, 0, 43'200},
};

const Rule* find_rule(std::string_view name) {
  const auto at = std::find_if(kRules.begin(), kRules.end(),
                               [&](const Rule& rule) { return rule.name == name; });
  return at == kRules.end() ? nullptr : &*at;
}

bool is_policy(Kind kind) {
  return kind == Kind::Policy || kind == Kind::Redrive || kind == Kind::RedriveAllow;
}

std::string_view get(const StringMap& map, std::string_view name) {
  const auto at = map.find(name);
  return at == map.end() ? std::string_view() : std::string_view(at->second);
}

// `attributes` with the defaults of whatever was not set.
StringMap with_defaults(const StringMap& attributes, bool is_fifo) {
  StringMap all = attributes;
  const bool has_kms = !get(attributes, "KmsMasterKeyId").empty();
  all.insert({{"DelaySeconds", "0"},
              {"MaximumMessageSize", std::to_string(engine::kMessageBytesMax)},
              {"MessageRetentionPeriod", "345600"},
              {"ReceiveMessageWaitTimeSeconds", "0"},
              {"SqsManagedSseEnabled", has_kms ? "false" : "true"},
              {"VisibilityTimeout", "30"}});
  if (has_kms) all.insert({"KmsDataKeyReusePeriodSeconds", "300"});
  if (is_fifo) {
    all.insert({{"ContentBasedDeduplication", "false"},
                {"DeduplicationScope", "queue"},
                {"FifoQueue", "true"},
                {"FifoThroughputLimit", "perQueue"}});
  }
  return all;
}

Result<void> check_value(const engine::Broker& broker, const ResourceName& queue, const Rule& rule,
                         const std::string& value) {
  const Error invalid = errors::invalid_attribute_value(rule.name);
  switch (rule.kind) {
    case Kind::Integer: {
      const auto number = parse_integer(value);
      if (!number || *number < rule.min || *number > rule.max) return invalid;
      return {};
    }
    case Kind::Boolean:
    case Kind::FifoQueue:
      if (!parse_boolean(value)) return invalid;
      return {};
    case Kind::Choice:
      if (value != rule.choices[0] && value != rule.choices[1]) return invalid;
      return {};
    case Kind::Policy:
      return check_policy(value);
    case Kind::Redrive:
      return check_redrive_policy(broker, queue, value);
    case Kind::RedriveAllow:
      return check_redrive_allow_policy(value);
    case Kind::Text:
    case Kind::ReadOnly:
      return {};
  }
  return {};
}

// How a value that was checked is kept and shown.
std::string normalised(const Rule& rule, const std::string& value) {
  switch (rule.kind) {
    case Kind::Boolean:
    case Kind::FifoQueue:
      return parse_boolean(value).value_or(false) ? "true" : "false";
    case Kind::Redrive:
      return normalised_redrive_policy(value);
    case Kind::RedriveAllow:
      return normalised_redrive_allow_policy(value);
    default:
      return value;
  }
}

// Whether the value is a redrive policy by which a queue is its own dead-letter queue.
bool names_itself(const Rule& rule, const ResourceName& queue, const std::string& value) {
  const auto policy =
      rule.kind == Kind::Redrive ? engine::parse_redrive_policy(value) : std::nullopt;
  return policy && policy->dead_letter_queue == queue;
}

// Whether the queue can have an attribute of that name set at all.
Result<void> check_name(const Rule* rule, const std::string& attribute, bool is_fifo) {
  if (rule == nullptr || rule->kind == Kind::ReadOnly) return errors::unknown_attribute(attribute);
  if (!rule->is_fifo_only || is_fifo) return {};
  if (rule->kind == Kind::FifoQueue) return errors::unknown_attribute(attribute);
  return Error{errors::kInvalidAttributeName,
               "You can specify the " + attribute + " only when FifoQueue is set to true."};
}

bool is_same(const Rule& rule, const std::string& wanted, std::string_view b) {
  const std::string a = normalised(rule, wanted);
  if (rule.kind == Kind::Redrive) {
    const auto policy = engine::parse_redrive_policy(a);
    if (policy) return policy == engine::parse_redrive_policy(b);
  }
  if (is_policy(rule.kind)) return is_same_json(a, b);
  if (rule.kind == Kind::Integer) return parse_integer(a) == parse_integer(b);
  return a == b;
}

}  // namespace

bool is_attribute_name(std::string_view name) {
  return find_rule(name) != nullptr;
}

Result<void> check_attributes(const engine::Broker& broker, const ResourceName& name,
                              const StringMap& wanted, const StringMap& current, AttributeUse use) {
  const bool is_fifo = name.name.ends_with(".fifo");
  for (const auto& [attribute, value] : wanted) {
    const Rule* rule = find_rule(attribute);
    SQUIRE_CHECK(check_name(rule, attribute, is_fifo));
    if (first_illegal_character(value)) return errors::invalid_attribute_value(attribute);
    if (value.empty() && (is_policy(rule->kind) || rule->kind == Kind::Text)) continue;
    // A queue that is there may be its own; nothing has to be looked up then.
    if (use == AttributeUse::Set && names_itself(*rule, name, value)) continue;
    SQUIRE_CHECK(check_value(broker, name, *rule, value));
    if (rule->kind == Kind::FifoQueue && use == AttributeUse::Set &&
        parse_boolean(value) == false) {
      return Error{errors::kInvalidAttributeValue,
                   "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not "
                   "supported."};
    }
  }
  if (!get(wanted, "KmsMasterKeyId").empty() &&
      parse_boolean(get(wanted, "SqsManagedSseEnabled")) == true) {
    return Error{errors::kInvalidAttributeName,
                 "You can use one type of server-side encryption (SSE) at one time. You can either "
                 "enable KMS SSE or SQS SSE."};
  }
  StringMap after = current;
  apply_attributes(after, wanted);
  if (get(after, "FifoThroughputLimit") == "perMessageGroupId" &&
      get(after, "DeduplicationScope") != "messageGroup") {
    return errors::invalid_attribute_value("FifoThroughputLimit");
  }
  return {};
}

void apply_attributes(StringMap& current, const StringMap& wanted) {
  for (const auto& [attribute, value] : wanted) {
    if (value.empty()) {
      current.erase(attribute);
    } else {
      current.insert_or_assign(attribute, normalised(*find_rule(attribute), value));
    }
  }
  if (!get(wanted, "KmsMasterKeyId").empty()) {
    current.insert_or_assign("SqsManagedSseEnabled", "false");
  } else if (wanted.contains("KmsMasterKeyId") ||
             parse_boolean(get(wanted, "SqsManagedSseEnabled")) == true) {
    current.erase("KmsMasterKeyId");
    current.erase("KmsDataKeyReusePeriodSeconds");
  }
}

std::string first_difference(const StringMap& wanted, const engine::Queue& queue) {
  const auto current = with_defaults(queue.row().attributes, queue.is_fifo());
  for (const auto& [attribute, value] : wanted) {
    if (!is_same(*find_rule(attribute), value, get(current, attribute))) return attribute;
  }
  return {};
}

StringMap visible_attributes(engine::Queue& queue) {
  const auto row = queue.row();
  const auto counts = queue.counts();
  const auto seconds = [](TimePoint time) {
    return std::to_string(std::chrono::floor<Seconds>(time).time_since_epoch().count());
  };
  StringMap all = with_defaults(row.attributes, queue.is_fifo());
  all.insert({{"ApproximateNumberOfMessages", std::to_string(counts.visible)},
              {"ApproximateNumberOfMessagesDelayed", std::to_string(counts.delayed)},
              {"ApproximateNumberOfMessagesNotVisible", std::to_string(counts.in_flight)},
              {"CreatedTimestamp", seconds(row.created_at)},
              {"LastModifiedTimestamp", seconds(row.modified_at)},
              {"QueueArn", queue.arn()}});
  return all;
}

}  // namespace squire::sqs
