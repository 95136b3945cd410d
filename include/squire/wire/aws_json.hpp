// The protocols AWS JSON 1.0 and 1.1: a POST whose X-Amz-Target names service and action.
#pragma once

#include "squire/wire/incoming.hpp"
#include "squire/wire/json.hpp"

namespace squire::wire {

class AwsJson {
 public:
  // Nothing: the request is told in another protocol.
  static std::optional<AwsJson> match(const Incoming& in);
  // By what there is of a request that never became one.
  static std::optional<AwsJson> guess(const Incoming& in);

  std::string_view content_type() const { return content_type_; }

  Result<Asked> read(Incoming& in);

  template <typename Action>
  Result<typename Action::Request> decode(const Incoming& in) const {
    return decode_json<typename Action::Request>(in.body);
  }

  template <typename Action, typename Response>
  Answer encode(const Response& response, const Dialect&, std::string_view) const {
    return {200, content_type_, {}, {}, encode_json(response)};
  }

  Answer encode_error(const Error& error, const Dialect& dialect, std::string_view) const;

 private:
  explicit AwsJson(const Incoming& in);

  std::string_view content_type_;
};

}  // namespace squire::wire
