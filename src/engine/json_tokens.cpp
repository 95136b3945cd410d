#include "engine/json_tokens.hpp"

#include <algorithm>
#include <charconv>

#include "squire/core/json_number.hpp"
#include "squire/core/text.hpp"

namespace squire::engine {

using Type = JsonTokens::Type;

void JsonTokens::skip_space() {
  while (at_ < text_.size() &&
         (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r')) {
    ++at_;
  }
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
      return fail();
    }
  }
  switch (expect_) {
    case Expect::NameOrEnd:
      if (peek() == '}') return end(Type::EndObject);
      [[fallthrough]];
    case Expect::Name:
      if (peek() != '"' || !read_string()) return fail();
      consumed_ = at_;
      skip_space();
      if (peek() != ':') return fail();
      ++at_;
      expect_ = Expect::Value;
      return type_ = Type::Name;
    case Expect::ValueOrEnd:
      if (peek() == ']') return end(Type::EndArray);
      [[fallthrough]];
    case Expect::Value:
      return read_value();
    default:
      return at_ == text_.size() ? type_ = Type::End : fail();
  }
}

Type JsonTokens::begin(Type type) {
  if (++depth_ > kDepthMax) return fail();
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
      return read_string() ? type_ = Type::String : fail();
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
  if (!text_.substr(at_).starts_with(word)) return fail();
  string_ = text_.substr(at_, word.size());
  consumed_ = at_ += word.size();
  return type_ = type;
}

Type JsonTokens::read_number() {
  const std::size_t size = json_number_length(text_.substr(at_));
  if (size == 0) {
    // The complaint is about what stands behind.
    at_ = std::min(text_.find_first_not_of("-+.eE0123456789", at_), text_.size());
    return fail();
  }
  string_ = text_.substr(at_, size);
  at_ += size;
  consumed_ = at_;
  const auto value = json_number_value(string_);
  is_out_of_range_ = !value;
  if (!value) return fail();
  number_ = *value;
  return type_ = Type::Number;
}

// Most strings have no escapes and are taken as they stand.
bool JsonTokens::read_string() {
  const std::size_t begin = ++at_;
  while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
         static_cast<unsigned char>(text_[at_]) >= 0x20) {
    ++at_;
  }
  if (peek() == '"') {
    string_ = text_.substr(begin, at_++ - begin);
    return true;
  }
  decoded_.assign(text_.substr(begin, at_ - begin));
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '"') {
      ++at_;
      string_ = decoded_;
      return true;
    }
    if (static_cast<unsigned char>(c) < 0x20) return false;
    if (c == '\\') {
      if (!read_escape()) return false;
    } else {
      decoded_ += c;
      ++at_;
    }
  }
  return false;
}

bool JsonTokens::read_hex4(std::uint32_t& out) {
  if (text_.size() - at_ < 4) return false;
  const char* first = text_.data() + at_;
  const auto [end, error] = std::from_chars(first, first + 4, out, 16);
  at_ += 4;
  return error == std::errc() && end == first + 4;
}

bool JsonTokens::read_escape() {
  ++at_;
  const char kind = peek();
  ++at_;
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  if (const auto index = kNames.find(kind); kind != '\0' && index != std::string_view::npos) {
    decoded_ += kMeanings[index];
    return true;
  }
  std::uint32_t code = 0;
  if (kind != 'u' || !read_hex4(code)) return false;
  if (code >= 0xd800 && code < 0xdc00) {
    std::uint32_t low = 0;
    if (text_.substr(at_, 2) != "\\u") return false;
    at_ += 2;
    if (!read_hex4(low) || low < 0xdc00 || low > 0xdfff) return false;
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  } else if (code >= 0xdc00 && code <= 0xdfff) {
    return false;
  }
  append_utf8(decoded_, code);
  return true;
}

std::string JsonTokens::complaint() const {
  if (is_out_of_range_) return "Numeric value (" + std::string(string_) + ") out of range of double";
  if (at_ >= text_.size()) return "Unexpected end-of-input";
  if (depth_ > kDepthMax) return "Nesting is too deep";
  std::size_t end = at_ + 1;  // of the character, which may have several bytes
  while (end < text_.size() && is_utf8_continuation(text_[end])) ++end;
  const std::string character(text_.substr(at_, end - at_));
  const auto code = static_cast<unsigned char>(character[0]);
  return "Unexpected character ('" + character + "'" +
         (end - at_ > 1 ? "" : " (code " + std::to_string(code) + ")") + ")";
}

}  // namespace squire::engine
