#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "squire/access/policy.hpp"

namespace squire::access {

// How a policy's text is to be read.
struct PatternSyntax {
  bool has_wildcards = true;   // * and ?
  bool has_variables = false;  // ${aws:username}, ${*}: since version 2012-10-17
};

// A text of a policy that others are compared with. Matching takes at most text × pattern steps and
// no recursion.
class Pattern {
 public:
  // Nothing if a variable is not closed.
  static std::optional<Pattern> compile(std::string_view text, PatternSyntax syntax);

  // False if a variable has no value, or several.
  bool matches(std::string_view text, const Context& context, bool ignores_case = false) const;
  // As ARNs match: each of their six parts by itself.
  bool matches_arn(std::string_view arn, const Context& context) const;

  bool asks_for_resource_tags() const;

 private:
  struct Variable {
    std::string key;  // lower case
    std::optional<std::string> fallback;
  };

  bool read_variable(std::string_view inside);
  // With values in the place of variables; nothing if one has none.
  std::optional<std::u16string> expand(const Context& context) const;

  std::u16string symbols_;  // bytes, wildcards, and variables by their place in variables_
  std::vector<Variable> variables_;
};

}  // namespace squire::access
