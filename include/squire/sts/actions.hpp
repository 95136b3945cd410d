// AWS STS (API version 2011-06-15), as far as programs ask it who they are before they begin.
#pragma once

#include <string>
#include <tuple>

#include "squire/service/action.hpp"
#include "squire/wire/field.hpp"

namespace squire::sts {

// Whoever signs may ask, whatever his policy says.
struct GetCallerIdentity {
  static constexpr std::string_view name = "GetCallerIdentity";
  struct Request {
    static constexpr auto fields() { return std::tuple{}; }
  };
  struct Response {
    std::string user_id;
    std::string account;
    std::string arn;
    static constexpr auto fields() {
      return std::tuple{wire::field("UserId", &Response::user_id),
                        wire::field("Account", &Response::account),
                        wire::field("Arn", &Response::arn)};
    }
  };
  static Result<Response> run(service::Call& call, Request request);
};

using Actions = service::ActionList<GetCallerIdentity>;

const service::Service& service();

}  // namespace squire::sts
