#include "access/condition.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "squire/core/ascii.hpp"
#include "squire/core/iso_time.hpp"
#include "squire/core/text.hpp"

namespace squire::access {
namespace {

constexpr std::string_view kIfExists = "IfExists";
constexpr std::string_view kForAll = "ForAllValues:";
constexpr std::string_view kForAny = "ForAnyValue:";

std::optional<double> parse_number(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

// Minutes of "+01:30", "-0800" or "Z" at the end of a time, which is cut off.
std::optional<int> take_offset(std::string& text) {
  if (text.ends_with('Z')) {
    text.pop_back();
    return 0;
  }
  const auto at = text.find_last_of("+-");
  if (at == std::string::npos || at < text.find('T')) return 0;
  std::string digits = text.substr(at + 1);
  std::erase(digits, ':');
  const auto number = parse_integer(digits);
  if (digits.size() != 4 || !number) return std::nullopt;
  const int minutes = static_cast<int>(*number / 100 * 60 + *number % 100);
  const bool is_west = text[at] == '-';
  text.resize(at);
  return is_west ? -minutes : minutes;
}

// Seconds since the epoch: as a number, or a time of ISO 8601, as much of it as is given.
std::optional<double> parse_date(std::string_view given) {
  constexpr std::string_view kComplete = "0000-01-01T00:00:00";
  if (given.size() > 40) return std::nullopt;
  const bool is_year = given.size() == 4;
  if (!is_year) {
    if (const auto number = parse_number(given)) return number;
  }
  std::string text(given);
  int offset = 0;
  if (text.find('T') != std::string::npos) {
    const auto taken = take_offset(text);
    if (!taken) return std::nullopt;
    offset = *taken;
  }
  if (text.size() < kComplete.size()) text += kComplete.substr(text.size());
  const auto time = parse_iso_time(text + "Z");
  if (!time) return std::nullopt;
  return static_cast<double>(time->time_since_epoch().count()) / 1000 - offset * 60.0;
}

std::optional<bool> parse_bool(std::string_view text) {
  if (equals_ignoring_case(text, "true")) return true;
  if (equals_ignoring_case(text, "false")) return false;
  return std::nullopt;
}

}  // namespace

const Condition::Operator Condition::kOperators[] = {
    {"StringEquals", Test::String},
    {"StringNotEquals", Test::String, true},
    {"StringEqualsIgnoreCase", Test::String, false, true},
    {"StringNotEqualsIgnoreCase", Test::String, true, true},
    {"StringLike", Test::Like},
    {"StringNotLike", Test::Like, true},
    {"NumericEquals", Test::Number},
    {"NumericNotEquals", Test::Number, true},
    {"NumericLessThan", Test::Number, false, false, Order::Less},
    {"NumericLessThanEquals", Test::Number, false, false, Order::LessEqual},
    {"NumericGreaterThan", Test::Number, false, false, Order::Greater},
    {"NumericGreaterThanEquals", Test::Number, false, false, Order::GreaterEqual},
    {"DateEquals", Test::Date},
    {"DateNotEquals", Test::Date, true},
    {"DateLessThan", Test::Date, false, false, Order::Less},
    {"DateLessThanEquals", Test::Date, false, false, Order::LessEqual},
    {"DateGreaterThan", Test::Date, false, false, Order::Greater},
    {"DateGreaterThanEquals", Test::Date, false, false, Order::GreaterEqual},
    {"Bool", Test::Bool},
    {"BinaryEquals", Test::Binary},
    {"IpAddress", Test::Ip},
    {"NotIpAddress", Test::Ip, true},
    {"ArnEquals", Test::Arn},
    {"ArnNotEquals", Test::Arn, true},
    {"ArnLike", Test::Arn},
    {"ArnNotLike", Test::Arn, true},
    {"Null", Test::Null},
};

const Condition::Operator* Condition::find_operator(std::string_view name) {
  const auto at =
      std::find_if(std::begin(kOperators), std::end(kOperators),
                   [&](const Operator& known) { return equals_ignoring_case(known.name, name); });
  return at == std::end(kOperators) ? nullptr : at;
}

Result<Condition> Condition::compile(std::string_view operator_name, std::string_view key,
                                     const std::vector<std::string>& values, bool has_variables) {
  Condition condition;
  std::string_view name = operator_name;
  for (const auto& [prefix, quantifier] :
       {std::pair{kForAll, Quantifier::All}, {kForAny, Quantifier::Any}}) {
    if (!equals_ignoring_case(name.substr(0, prefix.size()), prefix)) continue;
    condition.quantifier_ = quantifier;
    name.remove_prefix(prefix.size());
  }
  condition.may_be_absent_ =
      name.size() > kIfExists.size() &&
      equals_ignoring_case(name.substr(name.size() - kIfExists.size()), kIfExists);
  if (condition.may_be_absent_) name.remove_suffix(kIfExists.size());
  condition.operator_ = find_operator(name);
  if (condition.operator_ == nullptr) {
    return Error{errors::kInvalidParameterValue,
                 "there is no operator " + std::string(operator_name)};
  }
  condition.key_ = to_lower(key);
  for (const auto& value : values) {
    if (!condition.read_operand(value, has_variables)) {
      return Error{errors::kInvalidParameterValue, "\"" + value + "\" is nothing that " +
                                                       std::string(operator_name) + " can compare"};
    }
  }
  return condition;
}

bool Condition::read_operand(const std::string& text, bool has_variables) {
  const auto add = [&](auto operand) {
    if (!operand) return false;
    operands_.emplace_back(*std::move(operand));
    return true;
  };
  switch (operator_->test) {
    case Test::String:
      return add(Pattern::compile(text, {false, has_variables}));
    case Test::Like:
    case Test::Arn:
      return add(Pattern::compile(text, {true, has_variables}));
    case Test::Number:
      return add(parse_number(text));
    case Test::Date:
      return add(parse_date(text));
    case Test::Bool:
    case Test::Null:
      return add(parse_bool(text));
    case Test::Binary:
      return add(base64_decode(text));
    case Test::Ip:
      break;
  }
  return add(parse_ip_range(text));
}

bool Condition::is_ordered(double value, double operand) const {
  switch (operator_->order) {
    case Order::Less:
      return value < operand;
    case Order::LessEqual:
      return value <= operand;
    case Order::Greater:
      return value > operand;
    case Order::GreaterEqual:
      return value >= operand;
    case Order::Equal:
      break;
  }
  return value == operand;
}

bool Condition::matches(std::string_view value, const Operand& operand,
                        const Context& context) const {
  switch (operator_->test) {
    case Test::String:
    case Test::Like:
      return std::get<Pattern>(operand).matches(value, context, operator_->ignores_case);
    case Test::Arn:
      return std::get<Pattern>(operand).matches_arn(value, context);
    case Test::Number: {
      const auto number = parse_number(value);
      return number && is_ordered(*number, std::get<double>(operand));
    }
    case Test::Date: {
      const auto date = parse_date(value);
      return date && is_ordered(*date, std::get<double>(operand));
    }
    case Test::Bool:
      return parse_bool(value) == std::get<bool>(operand);
    case Test::Binary:
      return base64_decode(value) == std::get<std::string>(operand);
    case Test::Ip: {
      const auto address = parse_ip_address(value);
      return address && std::get<IpRange>(operand).contains(*address);
    }
    case Test::Null:
      break;
  }
  return false;
}

bool Condition::is_satisfied_by(std::string_view value, const Context& context) const {
  const bool is_found =
      std::any_of(operands_.begin(), operands_.end(),
                  [&](const Operand& operand) { return matches(value, operand, context); });
  return is_found != operator_->is_negated;
}

bool Condition::holds(const Context& context) const {
  const auto* values = context.find(key_);
  if (operator_->test == Test::Null) {
    return std::any_of(operands_.begin(), operands_.end(), [&](const Operand& operand) {
      return std::get<bool>(operand) == (values == nullptr);
    });
  }
  if (values == nullptr) {
    if (may_be_absent_ || quantifier_ == Quantifier::All) return true;
    return quantifier_ == Quantifier::One && operator_->is_negated;
  }
  const auto is_satisfied = [&](const std::string& value) {
    return is_satisfied_by(value, context);
  };
  const bool needs_all =
      quantifier_ == Quantifier::All || (quantifier_ == Quantifier::One && operator_->is_negated);
  return needs_all ? std::all_of(values->begin(), values->end(), is_satisfied)
                   : std::any_of(values->begin(), values->end(), is_satisfied);
}

bool Condition::asks_for_resource_tags() const {
  if (key_.starts_with("aws:resourcetag/")) return true;
  return std::any_of(operands_.begin(), operands_.end(), [](const Operand& operand) {
    const auto* pattern = std::get_if<Pattern>(&operand);
    return pattern && pattern->asks_for_resource_tags();
  });
}

}  // namespace squire::access
