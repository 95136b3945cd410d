// From the list of a service's actions to the table the dispatcher looks them up in.
//
// An action is a struct with `name`, `Request` and `Response` (described by fields(), see
// wire/field.hpp), and `static Result<Response> run(Call&, Request)`.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "squire/core/error.hpp"
#include "squire/service/call.hpp"
#include "squire/wire/errors.hpp"
#include "squire/wire/json.hpp"
#include "squire/wire/query.hpp"
#include "squire/wire/query_json.hpp"
#include "squire/wire/xml.hpp"

namespace squire::service {

// A request body in the protocol that asked.
struct Input {
  wire::Protocol protocol;
  std::string_view json;   // Json
  const wire::Form* form;  // Query
  wire::MissingRule missing_rule;
};

// What the encoded answer says besides the response.
struct ResponseContext {
  std::string_view xml_namespace;
  std::string_view request_id;
  bool is_query_json = false;  // Query: JSON instead of XML
};

// The encoded answer. Meaningless if the call is waiting.
using Invoke = Result<std::string> (*)(Call&, const Input&, const ResponseContext&);

struct ActionEntry {
  std::string_view name;
  Invoke invoke;
  bool takes_queue = false;       // has a QueueUrl
  bool answers_messages = false;  // and so perhaps at length
};

// Something at a path of its own that is no action, for whoever asks: a certificate.
struct WebPage {
  std::string_view content_type;
  std::string body;
};

// One of the services on the port.
struct Service {
  std::string_view name;            // in the credential scope and in ARNs: "sqs"
  std::string_view json_target;     // X-Amz-Target is "<json_target>.<action>"; empty: no JSON
  std::string_view json_namespace;  // of its own errors: "com.amazonaws.sqs"
  std::string_view query_version;   // Version=
  std::string_view xml_namespace;
  std::string_view unversioned_xml_namespace;  // of errors, if the request named no version
  std::span<const ActionEntry> actions;        // sorted by name
  wire::MissingRule missing_rule = wire::MissingRule::MissingParameter;
  bool has_error_detail = true;  // XmlErrorStyle
  DenialStyle denial;
  // What the request of that action wants to do something to: all of it must be allowed.
  Result<std::vector<Target>> (*policy_targets)(const Call&, std::string_view action,
                                                const PolicyInputs&);
  // What is at that path; null: no pages.
  std::optional<WebPage> (*page)(engine::Broker&, std::string_view path) = nullptr;
};

// Whether an action is for everyone with a link: `static constexpr bool is_open = true`.
template <typename Action>
constexpr bool is_open() {
  if constexpr (requires { Action::is_open; }) return Action::is_open;
  return false;
}

// Whether an action is asked at the URL of a queue.
template <typename Action>
constexpr bool takes_queue() {
  return std::apply([](const auto&... fields) { return ((fields.name == "QueueUrl") || ...); },
                    Action::Request::fields());
}

// Whether an action answers messages: `static constexpr bool answers_messages = true`.
template <typename Action>
constexpr bool answers_messages() {
  if constexpr (requires { Action::answers_messages; }) return Action::answers_messages;
  return false;
}

template <typename Action>
Result<std::string> invoke(Call& call, const Input& input, const ResponseContext& context) {
  using Request = typename Action::Request;
  const bool is_json = input.protocol == wire::Protocol::Json;
  SQUIRE_TRY(auto request, is_json ? wire::decode_json<Request>(input.json)
                                   : wire::decode_query<Request>(*input.form, input.missing_rule));
  if (call.authorization) {
    SQUIRE_CHECK(call.authorization->control.check(call, Action::name, is_open<Action>(),
                                                   policy_inputs_of(request)));
  }
  SQUIRE_TRY(const auto response, Action::run(call, std::move(request)));
  if (call.is_waiting()) return std::string();
  if (is_json) return wire::encode_json(response);
  if (context.is_query_json) {
    return wire::encode_query_json(Action::name, context.request_id, response);
  }
  return wire::encode_xml(Action::name, context.xml_namespace, context.request_id, response);
}

template <typename... Actions>
struct ActionList {
  static constexpr auto names() { return std::array{Actions::name...}; }

  static constexpr auto table() {
    auto entries = std::array{ActionEntry{Actions::name, &invoke<Actions>, takes_queue<Actions>(),
                                          answers_messages<Actions>()}...};
    std::sort(entries.begin(), entries.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return entries;
  }
};

}  // namespace squire::service
