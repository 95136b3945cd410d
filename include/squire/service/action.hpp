// From the list of a service's actions to the table the router looks them up in.
//
// An action is a struct with `name`, `Request` and `Response` (described by fields(), see
// wire/field.hpp), and `static Result<Response> run(Call&, Request)`; in a service that is asked by
// paths also with `http`. One that may wait for something to happen has, instead of run,
//   struct Waiting;                                  what is left of a request that is checked
//   static Result<Waiting> begin(Call&, Request);    once
//   static Result<std::optional<Response>> look(Call&, Waiting&);  nothing: not yet, it waits on
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "squire/core/error.hpp"
#include "squire/service/call.hpp"
#include "squire/wire/protocol.hpp"

namespace squire::service {

// A request in the protocol that asks, and what its answer depends on.
struct Question {
  const wire::Protocol& protocol;
  const wire::Incoming& in;  // spent, once the call waits
  const wire::Dialect& dialect;
  std::string_view request_id;
};

// Encoded; nothing: the call waits. Meaningless if it is to move.
using Reply = std::optional<wire::Answer>;
using Invoke = Result<Reply> (*)(Call&, const Question&);

struct ActionEntry {
  std::string_view name;
  Invoke invoke;
  bool (*has_member)(std::string_view name) = nullptr;  // of its request
  bool answers_messages = false;                        // and so perhaps at length
  const wire::Http* http = nullptr;                     // null: at no path of its own
};

// Something at a path of its own that is no action, for whoever asks: a certificate.
struct WebPage {
  std::string_view content_type;
  std::string body;
};

// A parameter that the URL of a request stands for: it is that of a resource.
struct PathParameter {
  std::string_view name;
  bool is_whole = false;      // only actions on such a resource are there
  bool is_uncertain = false;  // if the request is not signed for a service, the path is another's
};

// One of the services on the port: all that the general layers know of it. What a row leaves out, a
// service has not.
struct Service {
  std::string_view name;  // in the credential scope and in ARNs
  wire::Dialect dialect;
  std::span<const ActionEntry> actions;  // sorted by name
  // Names of AWS's machines that stand for it, below amazonaws.com; "*" is a region.
  std::span<const std::string_view> hosts = {};
  DenialStyle denial = {};
  // Only the account that owns a resource can have these done to it, whatever policies say.
  std::span<const std::string_view> owner_only = {};
  // Members of requests that are keys of conditions: "Protocol" is "<service>:Protocol".
  std::span<const std::pair<std::string_view, std::string_view>> condition_keys = {};
  // What the request of that action wants to do something to: all of it must be allowed.
  Result<std::vector<Target>> (*policy_targets)(const Call&, std::string_view action,
                                                const PolicyInputs&) = nullptr;
  std::optional<PathParameter> (*path_parameter)(std::string_view path) = nullptr;
  std::optional<WebPage> (*page)(engine::Broker&, std::string_view path) = nullptr;
  // Whether anything of it is in the broker; null: it keeps nothing. Takes no lock that a request
  // might hold.
  bool (*is_used)(engine::Broker&) = nullptr;
};

// Whether an action is for everyone with a link: `static constexpr bool is_open = true`.
template <typename Action>
constexpr bool is_open() {
  if constexpr (requires { Action::is_open; }) return Action::is_open;
  return false;
}

template <typename Action>
bool has_member(std::string_view name) {
  return std::apply([&](const auto&... fields) { return ((fields.name == name) || ...); },
                    wire::kFields<typename Action::Request>);
}

// Whether an action answers messages: `static constexpr bool answers_messages = true`.
template <typename Action>
constexpr bool answers_messages() {
  if constexpr (requires { Action::answers_messages; }) return Action::answers_messages;
  return false;
}

template <typename Action>
constexpr const wire::Http* http_of() {
  if constexpr (requires { Action::http; }) return &Action::http;
  return nullptr;
}

template <typename Action>
concept Waits = requires {
  typename Action::Waiting;
};

template <typename Action, typename Response>
Reply encode(const Response& response, const Question& asked) {
  return asked.protocol.encode<Action>(response, asked.dialect, asked.request_id);
}

// A waiting call, decoded, authorised and checked: what is done each time it is woken.
template <Waits Action>
class WaitingAction final : public Call::Resumption {
 public:
  explicit WaitingAction(typename Action::Waiting waiting) : waiting_(std::move(waiting)) {}

  Result<Reply> resume(Call& call, const Question& asked) override {
    SQUIRE_TRY(const auto response, Action::look(call, waiting_));
    return response ? encode<Action>(*response, asked) : Reply();
  }

 private:
  typename Action::Waiting waiting_;
};

template <typename Action>
Result<Reply> invoke(Call& call, const Question& asked) {
  SQUIRE_TRY(auto request, asked.protocol.decode<Action>(asked.in));
  if (call.authorization) {
    SQUIRE_CHECK(call.authorization->control.check(call, Action::name, is_open<Action>(),
                                                   policy_inputs_of(request)));
  }
  if constexpr (Waits<Action>) {
    SQUIRE_TRY(auto waiting, Action::begin(call, std::move(request)));
    SQUIRE_TRY(const auto response, Action::look(call, waiting));
    if (response) return encode<Action>(*response, asked);
    call.wait(std::make_unique<WaitingAction<Action>>(std::move(waiting)));
    return Reply();
  } else {
    SQUIRE_TRY(const auto response, Action::run(call, std::move(request)));
    return encode<Action>(response, asked);
  }
}

template <typename... Actions>
struct ActionList {
  static constexpr auto names() { return std::array{Actions::name...}; }

  static constexpr auto table() {
    auto entries = std::array{ActionEntry{Actions::name, &invoke<Actions>, &has_member<Actions>,
                                          answers_messages<Actions>(), http_of<Actions>()}...};
    std::sort(entries.begin(), entries.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return entries;
  }
};

}  // namespace squire::service
