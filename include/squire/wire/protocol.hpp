#pragma once

#include <utility>
#include <variant>

#include "squire/wire/aws_json.hpp"
#include "squire/wire/query_protocol.hpp"
#include "squire/wire/rest_json.hpp"

namespace squire::wire {

// How one request and its answer are told: one of the protocols, each a class that reads what is
// asked, decodes the request of an action, and encodes its response or an error. Who tells them
// apart is this class alone; another protocol is one more in its list.
class Protocol {
 public:
  using Kind = std::variant<Query, AwsJson, RestJson>;

  // What is told in no other protocol is taken for Query.
  Protocol() = default;
  explicit Protocol(Kind kind) : kind_(std::move(kind)) {}

  // Of replies.
  std::string_view content_type() const {
    return std::visit([](const auto& kind) { return kind.content_type(); }, kind_);
  }

  // What the request asks for; what it says with parameters is then in its form.
  Result<Asked> read(Incoming& in) {
    return std::visit([&](auto& kind) { return kind.read(in); }, kind_);
  }

  template <typename Action>
  Result<typename Action::Request> decode(const Incoming& in) const {
    return std::visit([&](const auto& kind) { return kind.template decode<Action>(in); }, kind_);
  }

  template <typename Action, typename Response>
  Answer encode(const Response& response, const Dialect& dialect,
                std::string_view request_id) const {
    return std::visit(
        [&](const auto& kind) {
          return kind.template encode<Action>(response, dialect, request_id);
        },
        kind_);
  }

  Answer encode_error(const Error& error, const Dialect& dialect,
                      std::string_view request_id) const {
    return std::visit(
        [&](const auto& kind) { return kind.encode_error(error, dialect, request_id); }, kind_);
  }

 private:
  Kind kind_;
};

}  // namespace squire::wire
