// A message, taken apart for filter policies.
#include <charconv>

#include "filter/json_tokens.hpp"
#include "filter/program.hpp"

namespace squire::filter {

using Type = FieldValue::Type;
using Token = JsonTokens::Type;

namespace {

FieldValue to_value(const JsonTokens& tokens) {
  FieldValue value;
  switch (tokens.type()) {
    case Token::String:
      value.text = tokens.string();
      break;
    case Token::Number:
      value.type = Type::Number;
      value.number = to_five_digits(tokens.number());
      break;
    case Token::True:
      value.type = Type::True;
      break;
    case Token::False:
      value.type = Type::False;
      break;
    default:
      value.type = Type::Null;
  }
  return value;
}

// The elements of a String.Array; none if the text is no array of scalars, but for a number alone.
Fields::Values read_array(std::string_view text) {
  Fields::Values values;
  JsonTokens tokens(text);
  if (tokens.next() == Token::Number) {
    values.push_back(to_value(tokens));
    return tokens.next() == Token::End ? values : Fields::Values{};
  }
  if (tokens.type() != Token::BeginArray) return {};
  while (tokens.next() != Token::EndArray) {
    if (tokens.type() == Token::Error || tokens.type() == Token::BeginObject ||
        tokens.type() == Token::BeginArray) {
      return {};
    }
    values.push_back(to_value(tokens));
  }
  return values;
}

}  // namespace

Fields Fields::of_attributes(const MessageAttributes& attributes) {
  Fields fields;
  for (const auto& [name, attribute] : attributes) {
    if (attribute.is_binary()) continue;
    Values values;
    if (attribute.type == "String.Array") {
      values = read_array(attribute.value);
    } else {
      FieldValue value;
      value.text = attribute.value;
      if (attribute.type.starts_with("Number")) {
        value.type = Type::Number;
        const std::string_view text = attribute.value;
        const auto digits = text.starts_with('+') ? text.substr(1) : text;
        std::from_chars(digits.data(), digits.data() + digits.size(), value.number);
        value.number = to_five_digits(value.number);
        value.text.clear();
      }
      values.push_back(std::move(value));
    }
    if (!values.empty()) fields.values_.emplace(name, std::move(values));
  }
  return fields;
}

class BodyReader {
 public:
  explicit BodyReader(std::string_view body) : tokens_(body) {}

  bool read() {
    if (tokens_.next() != Token::BeginObject) return false;
    read_object();
    return tokens_.next() == Token::End;
  }

  Fields fields;

 private:
  // Behind the opening bracket, up to the closing one; the depth is the tokens' to limit.
  void read_object() {
    const std::size_t path_size = path_.size();
    while (tokens_.next() == Token::Name) {
      if (path_size > 0) path_ += '.';
      path_ += tokens_.string();
      tokens_.next();
      read_value();
      path_.resize(path_size);
    }
  }

  void read_array() {
    const auto parent = place_;
    const auto array = ++last_array_;
    for (std::uint32_t element = 0;
         tokens_.next() != Token::EndArray && tokens_.type() != Token::Error; ++element) {
      place_ = static_cast<std::uint32_t>(fields.places_.size());
      fields.places_.push_back({array, element, parent});
      read_value();
    }
    place_ = parent;
  }

  void read_value() {
    switch (tokens_.type()) {
      case Token::BeginObject:
        return read_object();
      case Token::BeginArray:
        return read_array();
      case Token::Error:
        return;
      default:
        auto value = to_value(tokens_);
        value.place = place_;
        fields.values_[path_].push_back(std::move(value));
    }
  }

  JsonTokens tokens_;
  std::string path_;
  std::uint32_t place_ = 0;
  std::uint32_t last_array_ = 0;
};

bool Fields::are_consistent(std::uint32_t place, std::uint32_t other) const {
  while (place != 0 && other != 0) {
    const Place& a = places_[place];
    const Place& b = places_[other];
    if (a.array == b.array) return a.element == b.element;  // and all around it is the same
    (a.array > b.array ? place : other) = a.array > b.array ? a.parent : b.parent;
  }
  return true;
}

std::optional<Fields> Fields::of_body(std::string_view body) {
  BodyReader reader(body);
  if (!reader.read()) return std::nullopt;
  return std::move(reader.fields);
}

}  // namespace squire::filter
