#include "squire/wire/json.hpp"

#include "squire/core/json_text.hpp"

namespace squire::wire {

Result<void> JsonReader::finish() {
  peek();
  if (at_ < text_.size()) fail("Unexpected character after the end of the document");
  if (failed_) return Error{errors::kSerialization, why_};
  return {};
}

void JsonReader::fail(std::string_view why) {
  if (failed_) return;
  failed_ = true;
  why_ = why;
  at_ = text_.size();
}

// The next character that is no white space; '\0' at the end.
char JsonReader::peek() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (!is_json_space(c)) return c;
    ++at_;
  }
  return '\0';
}

bool JsonReader::take(char expected) {
  if (peek() != expected || at_ == text_.size()) return false;
  ++at_;
  return true;
}

// Words a value of the wrong type the way the services' JSON parser does.
void JsonReader::fail_type(std::string_view wanted) {
  const auto cannot = [&](std::string_view token) {
    fail(std::string(token) + " cannot be converted to " + std::string(wanted));
  };
  switch (peek()) {
    case '"':
      return cannot("STRING_VALUE");
    case 't':
      return cannot("TRUE_VALUE");
    case 'f':
      return cannot("FALSE_VALUE");
    case '{':
      return fail("Start of structure or map found where not expected.");
    case '[':
      return fail("Start of list found where not expected");
    case '\0':
      return fail("Unexpected end of the document");
    default:
      if (peek() == '-' || (peek() >= '0' && peek() <= '9')) return cannot("NUMBER_VALUE");
      return fail("Unexpected character in the document");
  }
}

bool JsonReader::take_null() {
  if (peek() != 'n') return false;
  expect_word("null");
  return true;
}

void JsonReader::refuse_null(std::string_view where) {
  if (peek() == 'n') fail("NULL_VALUE is no value in " + std::string(where));
}

void JsonReader::expect_word(std::string_view word) {
  if (text_.substr(at_, word.size()) != word) return fail("Unrecognized token");
  at_ += word.size();
}

void JsonReader::read(bool& out) {
  switch (peek()) {
    case 't':
      expect_word("true");
      out = true;
      return;
    case 'f':
      expect_word("false");
      out = false;
      return;
    default:
      fail_type("Boolean");
  }
}

void JsonReader::read_integer(std::int64_t& out, std::int64_t min, std::int64_t max) {
  const char c = peek();
  if (c != '-' && (c < '0' || c > '9')) return fail_type(max > INT32_MAX ? "Long" : "Integer");
  const std::size_t begin = at_;
  skip_number();
  if (failed_) return;
  const auto number = parse_integer(text_.substr(begin, at_ - begin));
  if (!number || *number < min || *number > max) {
    return fail("NUMBER_VALUE cannot be converted to an integer of the expected size");
  }
  out = *number;
}

void JsonReader::skip_number() {
  const std::size_t size = json_number_length(text_.substr(at_));
  if (size == 0) return fail("Invalid numeric value");
  at_ += size;
}

void JsonReader::read(std::string& out) {
  if (!take('"')) return fail_type("String");
  out.clear();
  for (const std::size_t begin = at_; at_ < text_.size();) {
    const auto plain = text_.substr(at_, json_plain_length(text_.substr(at_)));
    out.append(plain);
    at_ += plain.size();
    if (at_ == text_.size()) break;
    if (text_[at_] == '"') {
      // Escapes are ASCII in the text, so the raw bytes tell whether it is UTF-8.
      const bool is_good = is_utf8(text_.substr(begin, at_ - begin));
      ++at_;
      if (!is_good) fail("Invalid UTF-8 in a string");
      return;
    }
    if (text_[at_] != '\\') return fail("Illegal unquoted control character in a string");
    ++at_;
    const auto escape = read_json_escape(text_, at_, out);
    if (escape == JsonEscape::Unknown) return fail("Unrecognized character escape");
    if (escape == JsonEscape::BadHex) return fail("Invalid \\u escape");
  }
  fail("Unexpected end of the document in a string");
}

void JsonReader::open(char bracket) {
  if (!take(bracket)) return fail_type(bracket == '{' ? "a structure or map" : "a list");
  if (++depth_ > kDepthMax) return fail("The document is nested too deeply");
  at_first_ = true;
}

void JsonReader::begin_object() {
  open('{');
}

void JsonReader::begin_array() {
  open('[');
}

// Behind an opening bracket or a value: whether another one follows.
bool JsonReader::next(char closing) {
  if (failed_) return false;
  if (take(closing)) {
    --depth_;
    at_first_ = false;
    return false;
  }
  if (!at_first_ && !take(',')) {
    fail("Unexpected character: expected ',' or a closing bracket");
    return false;
  }
  at_first_ = false;
  return true;
}

bool JsonReader::next_member(std::string& key) {
  if (!next('}')) return false;
  read(key);
  if (!failed_ && !take(':')) fail("Unexpected character: expected ':'");
  return !failed_;
}

bool JsonReader::next_element() {
  return next(']');
}

void JsonReader::skip() {
  std::string ignored;
  switch (peek()) {
    case '{':
      begin_object();
      while (next_member(ignored)) skip();
      return;
    case '[':
      begin_array();
      while (next_element()) skip();
      return;
    case '"':
      return read(ignored);
    case 't':
      return expect_word("true");
    case 'f':
      return expect_word("false");
    case 'n':
      return expect_word("null");
    default:
      if (peek() != '-' && (peek() < '0' || peek() > '9')) return fail_type("a value");
      skip_number();
  }
}

void write_json_string(std::string& out, std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  out += '"';
  std::size_t run = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, run, i - run);
    run = i + 1;
    out += '\\';
    switch (c) {
      case '"':
      case '\\':
        out += static_cast<char>(c);
        break;
      case '\n':
        out += 'n';
        break;
      case '\r':
        out += 'r';
        break;
      case '\t':
        out += 't';
        break;
      default:
        out += "u00";
        out += kDigits[c >> 4];
        out += kDigits[c & 15];
    }
  }
  out.append(text, run);
  out += '"';
}

}  // namespace squire::wire
