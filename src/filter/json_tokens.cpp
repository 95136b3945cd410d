#include "filter/json_tokens.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "squire/core/ascii.hpp"
#include "squire/core/json_text.hpp"
#include "squire/core/text.hpp"
#include "squire/filter/policy.hpp"

namespace squire::filter {
namespace {

constexpr std::string_view kValue =
    "expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or "
    "'false')";
constexpr std::string_view kName = "was expecting double-quote to start field name";
constexpr std::string_view kColon = "was expecting a colon to separate field name and value";
constexpr std::string_view kObjectComma = "was expecting comma to separate Object entries";
constexpr std::string_view kArrayComma = "was expecting comma to separate Array entries";
constexpr std::string_view kQuote = "was expecting closing quote for a string value";
constexpr std::string_view kEscaped =
    "has to be escaped using backslash to be included in string value";
constexpr std::string_view kHexDigit = "expected a hex-digit for character escape sequence";
constexpr std::string_view kKnownEscape = "Unrecognized character escape ";
constexpr std::size_t kUtf8BytesMax = 4;  // of a character
constexpr std::string_view kNothing = "Unexpected trailing tokens";

// Where a character stands, as Jackson tells it of sources that it does not show.
// `behind`: it has read one more, which begins no line, whatever it is.
std::string place_of(std::string_view text, std::size_t at, bool behind = false) {
  const auto before = text.substr(0, at);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto line_begin = before.rfind('\n') + 1;  // 0 if there is none
  return "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: " +
         std::to_string(line) +
         ", column: " + std::to_string(count_characters(before.substr(line_begin)) + 1 + behind) +
         "]";
}

// The last bracket that nothing closes, outside of strings; npos if there is none.
std::size_t find_open_bracket(std::string_view text) {
  std::vector<std::size_t> open;
  bool is_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') is_string = !is_string;
    if (is_string && text[i] == '\\') ++i;
    if (is_string) continue;
    if (text[i] == '{' || text[i] == '[') open.push_back(i);
    if ((text[i] == '}' || text[i] == ']') && !open.empty()) open.pop_back();
  }
  return open.empty() ? std::string_view::npos : open.back();
}

// The character that begins there, and its number: "'i' (code 105)". Text that is no UTF-8 may go
// on and on.
std::string describe_character(std::string_view text) {
  std::size_t end = 1;
  const auto end_max = std::min(text.size(), kUtf8BytesMax);
  while (end < end_max && is_utf8_continuation(text[end])) ++end;
  std::uint32_t code = static_cast<unsigned char>(text[0]);
  if (code < ' ') return "(CTRL-CHAR, code " + std::to_string(code) + ")";
  if (end > 1) {
    code &= 0x7fU >> end;
    for (std::size_t i = 1; i < end; ++i) code = code << 6 | (text[i] & 0x3f);
  }
  std::string number = std::to_string(code);
  if (code > 0xff) {
    char digits[8];
    const auto last = std::to_chars(digits, digits + sizeof(digits), code, 16).ptr;
    number += " / 0x" + std::string(digits, last);
  }
  return "'" + std::string(text.substr(0, end)) + "' (code " + number + ")";
}

}  // namespace

using Type = JsonTokens::Type;

void JsonTokens::skip_space() {
  while (at_ < text_.size() && is_json_space(text_[at_])) ++at_;
}

Type JsonTokens::next() {
  if (type_ == Type::Error) return type_;
  skip_space();
  if (expect_ == Expect::CommaOrEnd) {
    if (peek() == ',') {
      ++at_;
      skip_space();
      expect_ = (is_object_ & 1) != 0 ? Expect::Name : Expect::Value;
    } else if (peek() == '}' && (is_object_ & 1) != 0) {
      return end(Type::EndObject);
    } else if (peek() == ']' && (is_object_ & 1) == 0) {
      return end(Type::EndArray);
    } else {
      return fail((is_object_ & 1) != 0 ? kObjectComma : kArrayComma);
    }
  }
  switch (expect_) {
    case Expect::NameOrEnd:
      if (peek() == '}') return end(Type::EndObject);
      [[fallthrough]];
    case Expect::Name:
      if (peek() != '"') return fail(kName);
      if (const auto missing = read_string(); !missing.empty()) return fail(missing);
      consumed_ = at_;
      skip_space();
      if (peek() != ':') return fail(kColon);
      ++at_;
      expect_ = Expect::Value;
      return type_ = Type::Name;
    case Expect::ValueOrEnd:
      if (peek() == ']') return end(Type::EndArray);
      [[fallthrough]];
    case Expect::Value:
      return read_value();
    default:
      return at_ == text_.size() ? type_ = Type::End : fail(kNothing);
  }
}

Type JsonTokens::begin(Type type) {
  if (++depth_ > kDepthMax) return fail({});
  const bool is_object = type == Type::BeginObject;
  is_object_ = is_object_ << 1 | (is_object ? 1 : 0);
  expect_ = is_object ? Expect::NameOrEnd : Expect::ValueOrEnd;
  string_ = text_.substr(at_, 1);
  consumed_ = ++at_;
  return type_ = type;
}

Type JsonTokens::end(Type type) {
  --depth_;
  is_object_ >>= 1;
  expect_ = depth_ == 0 ? Expect::Nothing : Expect::CommaOrEnd;
  string_ = text_.substr(at_, 1);
  consumed_ = ++at_;
  return type_ = type;
}

Type JsonTokens::read_value() {
  const char first = peek();
  if (first == '{') return begin(Type::BeginObject);
  if (first == '[') return begin(Type::BeginArray);
  expect_ = depth_ == 0 ? Expect::Nothing : Expect::CommaOrEnd;
  switch (first) {
    case '"':
      consumed_ = at_ + 1;
      if (const auto missing = read_string(); !missing.empty()) return fail(missing);
      return type_ = Type::String;
    case 't':
      return read_word("true", Type::True);
    case 'f':
      return read_word("false", Type::False);
    case 'n':
      return read_word("null", Type::Null);
    default:
      return read_number();
  }
}

Type JsonTokens::read_word(std::string_view word, Type type) {
  if (!text_.substr(at_).starts_with(word)) return fail(kValue);
  string_ = text_.substr(at_, word.size());
  consumed_ = at_ += word.size();
  return type_ = type;
}

Type JsonTokens::read_number() {
  const std::size_t size = json_number_length(text_.substr(at_));
  if (size == 0) {
    // The complaint is about what stands behind.
    at_ = std::min(text_.find_first_not_of("-+.eE0123456789", at_), text_.size());
    return fail(kValue);
  }
  string_ = text_.substr(at_, size);
  at_ += size;
  consumed_ = at_;
  const auto value = json_number_value(string_);
  is_out_of_range_ = !value;
  if (!value) return fail({});
  number_ = *value;
  return type_ = Type::Number;
}

// Most strings have no escapes and are taken as they stand.
std::string_view JsonTokens::read_string() {
  ++at_;
  const auto plain = [&] {
    const auto run = text_.substr(at_, json_plain_length(text_.substr(at_)));
    at_ += run.size();
    return run;
  };
  string_ = plain();
  if (peek() == '\\') {
    decoded_ = string_;
    while (peek() == '\\') {
      ++at_;
      const auto escape = read_json_escape(text_, at_, decoded_);
      if (escape != JsonEscape::Character) return miss_escape(escape);
      decoded_ += plain();
    }
    string_ = decoded_;
  }
  if (peek() != '"') return at_ == text_.size() ? kQuote : kEscaped;
  ++at_;
  return {};
}

// The complaint is about the character that does not belong there.
std::string_view JsonTokens::miss_escape(JsonEscape escape) {
  if (escape == JsonEscape::LoneSurrogate) return kQuote;
  if (escape == JsonEscape::Unknown) {
    if (text_[at_ - 1] != '\\') --at_;  // else the text ends there
    return kKnownEscape;
  }
  while (hex_value(peek()) >= 0) ++at_;
  return kHexDigit;
}

std::string JsonTokens::complaint() const {
  const auto at = [&](std::string what, std::size_t place, bool behind = false) {
    return std::move(what) + "\n at " + place_of(text_, place, behind);
  };
  if (depth_ > kDepthMax) return at("Document nesting depth exceeds the maximum allowed", at_);
  if (is_out_of_range_) {
    return at("Numeric value (" + std::string(string_) + ") out of range of double", at_);
  }
  if (at_ >= text_.size()) {
    if (expected_ == kHexDigit || expected_ == kKnownEscape) {
      return at("Unexpected end-of-input in character escape sequence", at_);
    }
    if (expected_ == kQuote) return at("Unexpected end-of-input: " + std::string(kQuote), at_);
    const auto open = find_open_bracket(text_);
    if (open == std::string_view::npos) return at("No content to map due to end-of-input", at_);
    return at(std::string("Unexpected end-of-input: expected close marker for ") +
                  (text_[open] == '{' ? "Object" : "Array") + " (start marker at " +
                  place_of(text_, open) + ")",
              at_);
  }
  if (expected_ == kNothing) return at(std::string(kNothing), at_);
  std::size_t end = at_;
  while (end < text_.size() && is_letter(text_[end])) ++end;
  if (expected_ == kValue && end > at_) {
    return at("Unrecognized token '" + std::string(text_.substr(at_, end - at_)) +
                  "': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or "
                  "'false')",
              end);
  }
  const auto character = describe_character(text_.substr(at_));
  if (expected_ == kKnownEscape) return at(std::string(kKnownEscape) + character, at_, true);
  if (expected_ == kEscaped) {
    return at("Illegal unquoted character (" + character + "): " + std::string(kEscaped), at_,
              true);
  }
  return at("Unexpected character (" + character + "): " + std::string(expected_), at_);
}

std::optional<std::string> json_complaint(std::string_view text) {
  JsonTokens tokens(text);
  while (tokens.next() != Type::End) {
    if (tokens.type() == Type::Error) return "failed to parse JSON. " + tokens.complaint();
  }
  return std::nullopt;
}

}  // namespace squire::filter
