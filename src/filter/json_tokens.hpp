#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "squire/core/json_text.hpp"

namespace squire::filter {

// Whether the byte goes on with a character that an earlier one began.
inline bool is_utf8_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

// A JSON text as a stream of tokens (RFC 8259, strict), with the place of each, which error texts
// of SNS show. The first thing wrong ends the stream: from then on every token is Error.
class JsonTokens {
 public:
  enum class Type : std::uint8_t {
    BeginObject,
    EndObject,
    BeginArray,
    EndArray,
    Name,  // of an object's member
    String,
    Number,
    True,
    False,
    Null,
    End,
    Error
  };

  explicit JsonTokens(std::string_view text) : text_(text) {}

  Type next();

  Type type() const { return type_; }
  bool is_number() const { return type_ == Type::Number; }
  // Of a Name or String, decoded; of all others as they stand in the text.
  // Valid until next().
  std::string_view string() const { return string_; }
  double number() const { return number_; }

  // Characters consumed: up to the end of the token, or to the opening quote of a String that is
  // a value, which Jackson reads no further before it is asked for.
  std::size_t consumed() const { return consumed_; }
  // What is wrong and where, once there was an Error: as Jackson says it, which SNS quotes.
  std::string complaint() const;

 private:
  static constexpr int kDepthMax = 64;

  // `expected`: what should have stood there, in Jackson's words.
  Type fail(std::string_view expected) {
    expected_ = expected;
    type_ = Type::Error;
    return type_;
  }
  Type begin(Type type);
  Type end(Type type);
  Type read_value();
  // What should have stood there, in Jackson's words; empty: it was a string.
  std::string_view read_string();
  std::string_view miss_escape(JsonEscape escape);
  Type read_number();
  Type read_word(std::string_view word, Type type);
  void skip_space();
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  enum class Expect : std::uint8_t { Value, ValueOrEnd, Name, NameOrEnd, CommaOrEnd, Nothing };

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t consumed_ = 0;
  Type type_ = Type::End;
  Expect expect_ = Expect::Value;
  std::string_view string_;
  std::string_view expected_;
  std::string decoded_;
  double number_ = 0;
  bool is_out_of_range_ = false;  // the number that ended the stream
  int depth_ = 0;
  std::uint64_t is_object_ = 0;  // a bit for each level, the innermost lowest
};

}  // namespace squire::filter
