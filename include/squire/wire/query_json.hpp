// The Query protocol's answers for whoever asks for JSON (Accept: application/json), as API
// gateways do: the XML's structure, with lists as arrays and what is absent as null.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "squire/wire/json.hpp"
#include "squire/wire/query.hpp"

namespace squire::wire {

// Whether JSON is what the Accept header names first.
bool wants_json(std::string_view accept);

// {"Error":{"Code":…,"Message":…,"Type":…},"RequestId":…}
std::string encode_query_json_error(const Error& error, bool has_detail,
                                    std::string_view request_id);

// Two lists are named in lower case, as they were in the model that this form is of: messages is
// recorded, queueUrls not (?).
inline std::string query_json_name(std::string_view name) {
  return name == "Messages" || name == "QueueUrls" ? to_member_name(name) : std::string(name);
}

template <typename T>
void write_query_json(std::string& out, const T& value);

// Flat maps are lists of pairs: [{"Name":…,"Value":…}].
template <typename T>
void write_query_json_pairs(std::string& out, const T& map, const Spelling& spelling) {
  out += '[';
  for (bool is_first = true; const auto& [key, value] : map) {
    if (!std::exchange(is_first, false)) out += ',';
    out += '{';
    write_json_string(out, spelling.key);
    out += ':';
    write_json_string(out, key);
    out += ',';
    write_json_string(out, spelling.value);
    out += ':';
    write_query_json(out, value);
    out += '}';
  }
  out += ']';
}

template <typename T>
void write_query_json(std::string& out, const T& value) {
  if constexpr (kIsOptional<T>) {
    write_query_json(out, *value);
  } else if constexpr (kIsVector<T>) {
    out += '[';
    for (const auto& element : value) {
      if (&element != &value.front()) out += ',';
      write_query_json(out, element);
    }
    out += ']';
  } else if constexpr (RecordType<T>) {
    out += '{';
    bool is_first = true;
    for_each_field<T>([&](const auto& field) {
      using Value = std::remove_cvref_t<decltype(value.*field.member)>;
      const auto& member = value.*field.member;
      if (!std::exchange(is_first, false)) out += ',';
      write_json_string(out, query_json_name(field.name));
      out += ':';
      if (!field.is_required && is_absent(member)) {
        out += "null";
      } else if constexpr (kIsMap<Value>) {
        if (field.spelling.is_flat) {
          write_query_json_pairs(out, member, field.spelling);
        } else {
          write_json(out, member);
        }
      } else {
        write_query_json(out, member);
      }
    });
    out += '}';
  } else {
    write_json(out, value);
  }
}

// {"ActionResponse":{"ActionResult":{…},"ResponseMetadata":{"RequestId":…}}}
template <RecordType T>
std::string encode_query_json(std::string_view action, std::string_view request_id,
                              const T& response) {
  const std::string name(action);
  std::string out = "{\"" + name + "Response\":{";
  if constexpr (!std::is_same_v<T, NoOutput>) {
    out += '"' + name + "Result\":";
    write_query_json(out, response);
    out += ',';
  }
  out += R"("ResponseMetadata":{"RequestId":)";
  write_json_string(out, request_id);
  out += "}}}";
  return out;
}

}  // namespace squire::wire
