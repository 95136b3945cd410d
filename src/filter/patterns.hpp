#pragma once

#include <string>
#include <string_view>

#include "filter/json_tokens.hpp"
#include "filter/program.hpp"

namespace squire::filter {

// With that text, as it stands: its service says whose error it is.
Error policy_error(std::string what);

// Reads the values of rules: scalars, and match expressions such as {"prefix": "eu"}. Shares its
// tokens with whoever reads the rest of the policy.
class PatternReader {
 public:
  // Both outlive the reader.
  PatternReader(std::string_view text, JsonTokens& tokens) : text_(text), tokens_(tokens) {}

  // The value that begins with the current token.
  Result<Pattern> read();

  // An error with the place where the tokens are.
  Error complain(std::string what) const;

 private:
  JsonTokens::Type next() { return tokens_.next(); }
  Result<std::string> read_text(std::string_view complaint);
  Result<void> close_expression();
  Result<void> check_number(double number) const;
  Result<Pattern> read_expression();
  Result<Pattern> read_affix(std::string_view name, Pattern::Kind kind,
                             Pattern::Kind ignoring_case);
  Result<Pattern> read_cidr();
  Result<Pattern> read_numeric();
  Result<Pattern> read_range(std::string_view first_operator, double first);
  Result<Pattern> read_anything_but();
  Result<void> read_excluded_list(Pattern& pattern);
  Result<void> read_excluded_expression(Pattern& pattern);
  Result<Pattern> make(std::string_view name, std::string text) const;

  const std::string_view text_;
  JsonTokens& tokens_;
};

}  // namespace squire::filter
