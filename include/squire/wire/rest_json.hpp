// The protocol REST JSON: method and path say which action, and members travel in the path, the
// URL's parameters, headers and the body, as the http traits of the service's model have it.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "squire/wire/incoming.hpp"
#include "squire/wire/json.hpp"
#include "squire/wire/path_template.hpp"

namespace squire::wire {

template <RecordType T>
constexpr bool has_carried(Carrier carrier) {
  return std::apply([&](const auto&... fields) { return ((fields.carrier == carrier) || ...); },
                    kFields<T>);
}

// A member as text: numbers and booleans as in JSON.
template <typename T>
std::string to_header_text(const T& value) {
  std::string text;
  if constexpr (kIsOptional<T>) {
    return to_header_text(*value);
  } else if constexpr (std::is_same_v<T, std::string>) {
    text = value;
  } else {
    write_json(text, value);
  }
  return text;
}

// Appends the line, without what would end it early.
void write_header(std::string& out, std::string_view name, std::string_view value);

template <typename T>
Result<void> read_payload(std::string_view body, T& out) {
  if constexpr (kIsOptional<T>) {
    return body.empty() ? Result<void>() : read_payload(body, out.emplace());
  } else if constexpr (std::is_same_v<T, Blob>) {
    out.bytes = body;
    return {};
  } else if constexpr (std::is_same_v<T, std::string>) {
    out = body;
    return {};
  } else {
    JsonReader in(body);
    read_json(in, out);
    return in.finish();
  }
}

template <typename T>
void write_payload(std::string& out, const T& value) {
  if constexpr (kIsOptional<T>) {
    write_payload(out, *value);
  } else if constexpr (std::is_same_v<T, Blob>) {
    out = value.bytes;
  } else if constexpr (std::is_same_v<T, std::string>) {
    out = value;
  } else {
    write_json(out, value);
  }
}

class RestJson {
 public:
  // For a request whose path was found to be that of an action.
  explicit RestJson(PathLabels labels) : labels_(std::move(labels)) {}

  std::string_view content_type() const { return "application/json"; }

  Result<Asked> read(Incoming& in);

  // Only actions with an http trait are ever asked this way.
  template <typename Action>
  Result<typename Action::Request> decode(const Incoming& in) const {
    if constexpr (requires { Action::http; }) return decode_members<typename Action::Request>(in);
    return Error{errors::kInvalidAction, {}};
  }

  template <typename Action, typename Response>
  Answer encode(const Response& response, const Dialect&, std::string_view) const {
    if constexpr (requires { Action::http; }) return encode_members(response, Action::http.status);
    return {};
  }

  Answer encode_error(const Error& error, const Dialect&, std::string_view) const;

 private:
  template <RecordType T>
  Result<T> decode_members(const Incoming& in) const {
    T request{};
    if constexpr (!has_carried<T>(Carrier::Payload)) {
      if (!in.body.empty()) SQUIRE_CHECK(read_payload(in.body, request));
    }
    Result<void> result;
    for_each_field<T>([&](const auto& field) {
      if (result.has_error() || field.carrier == Carrier::Body) return;
      auto& value = request.*field.member;
      value = {};  // whatever a body says of it
      result = read_carried(in, field.carrier, field.carrier_name, value);
    });
    SQUIRE_CHECK(result);
    SQUIRE_CHECK(check_required(request));
    return request;
  }

  template <RecordType T>
  Answer encode_members(const T& response, unsigned status) const {
    Answer answer{status, content_type(), {}, {}, {}};
    if constexpr (has_carried<T>(Carrier::Body)) answer.body = "{";
    for_each_field<T>([&](const auto& field) {
      const auto& value = response.*field.member;
      if (field.is_required || !is_absent(value)) write_carried(answer, field, value);
    });
    if constexpr (has_carried<T>(Carrier::Body)) answer.body += '}';
    return answer;
  }

  template <typename T>
  Result<void> read_carried(const Incoming& in, Carrier carrier, std::string_view name,
                            T& value) const {
    if (carrier == Carrier::Payload) return read_payload(in.body, value);
    if constexpr (kIsVector<T>) {
      for (const auto text : in.form.find_all(name)) {
        SQUIRE_CHECK(read_one(text, name, value.emplace_back()));
      }
      return {};
    } else if (carrier == Carrier::Query) {
      const auto* text = in.form.find(name);
      return text ? read_one(*text, name, value) : Result<void>();
    } else if (carrier == Carrier::Header) {
      const auto* text = find_header(in.headers, name);
      return text ? read_one(*text, name, value) : Result<void>();
    } else {
      return read_one(label(name), name, value);
    }
  }

  // Structures and maps are in bodies alone.
  template <typename T>
  static Result<void> read_one(std::string_view text, std::string_view name, T& value) {
    if constexpr (RecordType<T> || kIsMap<T> || kIsVector<T>) {
      return Error{errors::kInternalFailure, {}};
    } else {
      return read_text(text, name, value);
    }
  }

  template <typename Field, typename T>
  static void write_carried(Answer& answer, const Field& field, const T& value) {
    switch (field.carrier) {
      case Carrier::Payload:
        if constexpr (std::is_same_v<T, Blob>) answer.content_type = "application/octet-stream";
        return write_payload(answer.body, value);
      case Carrier::Header:
        return write_header(answer.headers, field.carrier_name, to_header_text(value));
      case Carrier::Status:
        if constexpr (std::is_integral_v<T>) answer.status = static_cast<unsigned>(value);
        return;
      default:
        if (answer.body.size() > 1) answer.body += ',';
        write_json_string(answer.body, field.name);
        answer.body += ':';
        write_json(answer.body, value);
    }
  }

  std::string_view label(std::string_view name) const;

  PathLabels labels_;
};

}  // namespace squire::wire
