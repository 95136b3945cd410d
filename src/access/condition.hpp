#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "access/pattern.hpp"
#include "squire/core/error.hpp"
#include "squire/core/ip_range.hpp"

namespace squire::access {

// One line of a Condition element: an operator, a key, and the values it is compared with.
class Condition {
 public:
  // Why not, if the operator is none or a value cannot be one of its operands.
  static Result<Condition> compile(std::string_view operator_name, std::string_view key,
                                   const std::vector<std::string>& values, bool has_variables);

  bool holds(const Context& context) const;
  bool asks_for_resource_tags() const;

 private:
  enum class Test { String, Like, Number, Date, Bool, Binary, Ip, Arn, Null };
  enum class Order { Equal, Less, LessEqual, Greater, GreaterEqual };
  enum class Quantifier { One, All, Any };

  struct Operator {
    std::string_view name;
    Test test;
    bool is_negated = false;
    bool ignores_case = false;
    Order order = Order::Equal;
  };
  static const Operator kOperators[];

  using Operand = std::variant<Pattern, double, bool, std::string, IpRange>;

  static const Operator* find_operator(std::string_view name);
  bool read_operand(const std::string& text, bool has_variables);
  bool matches(std::string_view value, const Operand& operand, const Context& context) const;
  bool is_ordered(double value, double operand) const;
  bool is_satisfied_by(std::string_view value, const Context& context) const;

  const Operator* operator_ = nullptr;
  Quantifier quantifier_ = Quantifier::One;
  bool may_be_absent_ = false;  // IfExists
  std::string key_;             // lower case
  std::vector<Operand> operands_;
};

}  // namespace squire::access
