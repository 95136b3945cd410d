// How an action describes its request and response: a tuple of fields, each a name on the wire and
// a pointer to a member. The codecs of all protocols walk these tuples, so an action is written
// once.
//
//   static constexpr auto fields() {
//     return std::tuple{required("QueueUrl", &Request::queue_url),
//                       field("AttributeNames", &Request::attribute_names, flat("AttributeName"))};
//   }
//
// Values: std::string, bool, int, std::int64_t, Blob, std::optional<T>, std::vector<T>,
// std::map<std::string, T>, and any struct with fields().
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace squire::wire {

// Bytes that travel as base64.
struct Blob {
  std::string bytes;

  friend bool operator==(const Blob&, const Blob&) = default;
};

// How a list or map is spelled in Query and XML. JSON needs nothing but the field's name.
struct Spelling {
  bool is_flat = false;
  std::string_view name;   // flat: stands in place of the field's name
  std::string_view key;    // maps
  std::string_view value;  // maps
};

// SNS's way, the default: Tags.member.1, Attributes.entry.1.key; <Tags><member>.
inline constexpr Spelling kNested{false, {}, "key", "value"};

// SQS's way: AttributeName.1, Attribute.1.Name + Attribute.1.Value; <Attribute><Name>.
constexpr Spelling flat(std::string_view name, std::string_view key = "Name",
                        std::string_view value = "Value") {
  return {true, name, key, value};
}

// Maps with keys and values spelled otherwise: MessageAttributes.entry.1.Name.
constexpr Spelling entry(std::string_view key, std::string_view value) {
  return {false, {}, key, value};
}

// What carries a member in a REST protocol; the others do not ask.
enum class Carrier : std::uint8_t {
  Body,     // with others, by its name
  Payload,  // the body, which is nothing else
  Path,     // a label of the template: {Name}
  Query,    // a parameter of the URL
  Header,
  Status,  // of a response
};

template <typename Owner, typename T>
struct Field {
  std::string_view name;
  T Owner::*member;
  bool is_required;
  Spelling spelling;
  Carrier carrier = Carrier::Body;
  std::string_view carrier_name = {};  // of the label, parameter or header

  // The name in Query and XML.
  constexpr std::string_view query_name() const { return spelling.is_flat ? spelling.name : name; }
};

template <typename Owner, typename T>
constexpr Field<Owner, T> field(std::string_view name, T Owner::*member,
                                Spelling spelling = kNested) {
  return {name, member, false, spelling};
}

// In a request: absent or empty is MissingParameter. In a response: written also when empty.
template <typename Owner, typename T>
constexpr Field<Owner, T> required(std::string_view name, T Owner::*member,
                                   Spelling spelling = kNested) {
  return {name, member, true, spelling};
}

// in_header("X-Amz-Log-Type", field("LogType", &Request::log_type)), and likewise the others, as
// the http traits of the service's model say.
template <typename Owner, typename T>
constexpr Field<Owner, T> carried(Carrier carrier, std::string_view name, Field<Owner, T> field) {
  field.carrier = carrier;
  field.carrier_name = name;
  return field;
}
constexpr auto in_path(std::string_view label, auto field) {
  return carried(Carrier::Path, label, field);
}
constexpr auto in_query(std::string_view parameter, auto field) {
  return carried(Carrier::Query, parameter, field);
}
constexpr auto in_header(std::string_view header, auto field) {
  return carried(Carrier::Header, header, field);
}
constexpr auto as_payload(auto field) {
  return carried(Carrier::Payload, {}, field);
}
constexpr auto as_status(auto field) {
  return carried(Carrier::Status, {}, field);
}

// The response of an action that answers nothing: no <XResult> element, no JSON body.
struct NoOutput {
  static constexpr auto fields() { return std::tuple{}; }
};

template <typename T>
concept RecordType = requires {
  T::fields();
};

template <typename T>
inline constexpr bool kIsOptional = false;
template <typename T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

template <typename T>
inline constexpr bool kIsVector = false;
template <typename T>
inline constexpr bool kIsVector<std::vector<T>> = true;

template <typename T>
inline constexpr bool kIsMap = false;
template <typename K, typename V, typename C>
inline constexpr bool kIsMap<std::map<K, V, C>> = true;

// Whether the value says nothing: a required request field is then missing, and an optional
// response field is not written.
template <typename T>
bool is_absent(const T& value) {
  if constexpr (kIsOptional<T>) {
    return !value.has_value();
  } else if constexpr (kIsVector<T> || kIsMap<T> || std::is_same_v<T, std::string>) {
    return value.empty();
  } else {
    return false;
  }
}

// Made once, by the compiler.
template <RecordType T>
inline constexpr auto kFields = T::fields();

// Calls f(field) for each field of T.
template <typename T, typename F>
constexpr void for_each_field(F&& f) {
  std::apply([&](const auto&... fields) { (f(fields), ...); }, kFields<T>);
}

}  // namespace squire::wire
