// AWS JSON 1.0: requests into structs, structs into answers. No document tree in between.
#pragma once

#include <limits>

#include "squire/core/error.hpp"
#include "squire/core/text.hpp"
#include "squire/wire/field.hpp"
#include "squire/wire/required.hpp"

namespace squire::wire {

// Reads one JSON text from front to back (RFC 8259, strict). The first thing wrong is remembered;
// from then on every call is without effect, so that callers check once, at the end.
// Strings come out as UTF-8; a lone surrogate escape is kept as its three bytes, for the message
// checks to find. Nesting is limited.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  bool has_failed() const { return failed_; }
  // Also fails if anything but white space is left.
  Result<void> finish();
  void fail(std::string_view why);

  // Consumes a null.
  bool take_null();
  // Fails on a null, which stands for an absent member, but not for an item of that.
  void refuse_null(std::string_view where);
  void read(std::string& out);
  void read(bool& out);
  void read_integer(std::int64_t& out, std::int64_t min, std::int64_t max);
  void skip();

  // while (next_member(key)) read the value …
  void begin_object();
  bool next_member(std::string& key);
  // while (next_element()) read the value …
  void begin_array();
  bool next_element();

 private:
  static constexpr int kDepthMax = 64;

  char peek();
  bool take(char expected);
  void open(char bracket);
  bool next(char closing);
  void skip_number();
  void expect_word(std::string_view word);
  void fail_type(std::string_view wanted);

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool at_first_ = false;  // just behind an opening bracket
  bool failed_ = false;
  std::string why_;
};

void write_json_string(std::string& out, std::string_view text);

template <typename T>
void read_json(JsonReader& in, T& out) {
  if constexpr (kIsOptional<T>) {
    read_json(in, out.emplace());
  } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, bool>) {
    in.read(out);
  } else if constexpr (std::is_integral_v<T>) {
    std::int64_t value = 0;
    in.read_integer(value, std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
    out = static_cast<T>(value);
  } else if constexpr (std::is_same_v<T, Blob>) {
    std::string text;
    in.read(text);
    if (auto bytes = base64_decode(text)) {
      out.bytes = std::move(*bytes);
    } else {
      in.fail("Invalid base64");
    }
  } else if constexpr (kIsVector<T>) {
    out.clear();
    in.begin_array();
    while (in.next_element()) {
      in.refuse_null("a list");
      read_json(in, out.emplace_back());
    }
  } else if constexpr (kIsMap<T>) {
    out.clear();
    in.begin_object();
    std::string key;
    while (in.next_member(key)) {
      in.refuse_null("a map");
      auto& value = out[key];
      value = {};  // of a key given twice the last one counts, whole
      read_json(in, value);
    }
  } else {
    static_assert(RecordType<T>);
    in.begin_object();
    std::string key;
    while (in.next_member(key)) {
      bool is_known = false;
      for_each_field<T>([&](const auto& field) {
        if (is_known || field.name != key) return;
        is_known = true;
        if (!in.take_null()) read_json(in, out.*field.member);
      });
      if (!is_known) in.skip();
    }
  }
}

template <typename T>
void write_json(std::string& out, const T& value) {
  if constexpr (kIsOptional<T>) {
    write_json(out, *value);
  } else if constexpr (std::is_same_v<T, std::string>) {
    write_json_string(out, value);
  } else if constexpr (std::is_same_v<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::is_integral_v<T>) {
    out += std::to_string(value);
  } else if constexpr (std::is_same_v<T, Blob>) {
    write_json_string(out, base64_encode(value.bytes));
  } else if constexpr (kIsVector<T>) {
    out += '[';
    for (const auto& element : value) {
      if (&element != &value.front()) out += ',';
      write_json(out, element);
    }
    out += ']';
  } else if constexpr (kIsMap<T>) {
    out += '{';
    for (bool is_first = true; const auto& [key, element] : value) {
      if (!std::exchange(is_first, false)) out += ',';
      write_json_string(out, key);
      out += ':';
      write_json(out, element);
    }
    out += '}';
  } else {
    static_assert(RecordType<T>);
    out += '{';
    bool is_first = true;
    for_each_field<T>([&](const auto& field) {
      if (!field.is_required && is_absent(value.*field.member)) return;
      if (!std::exchange(is_first, false)) out += ',';
      out += '"';
      out += field.name;
      out += "\":";
      write_json(out, value.*field.member);
    });
    out += '}';
  }
}

// An empty body stands for {}.
template <typename T>
Result<T> decode_json(std::string_view body) {
  T request{};
  if (!body.empty()) {
    JsonReader in(body);
    read_json(in, request);
    SQUIRE_CHECK(in.finish());
  }
  SQUIRE_CHECK(check_required(request));
  return request;
}

template <typename T>
std::string encode_json(const T& response) {
  std::string out;
  if constexpr (!std::is_same_v<T, NoOutput>) {
    out.reserve(256);
    write_json(out, response);
  }
  return out;
}

}  // namespace squire::wire
