// The Query protocol: parameters of a form, of the URL or both, and XML back; or JSON, for whoever
// asks for it.
#pragma once

#include "squire/wire/incoming.hpp"
#include "squire/wire/query.hpp"
#include "squire/wire/query_json.hpp"
#include "squire/wire/xml.hpp"

namespace squire::wire {

class Query {
 public:
  std::string_view content_type() const { return wants_json_ ? "application/json" : "text/xml"; }

  // MalformedInput for what is no form.
  Result<Asked> read(Incoming& in);

  template <typename Action>
  Result<typename Action::Request> decode(const Incoming& in) const {
    return decode_query<typename Action::Request>(in.form, in.missing_rule);
  }

  template <typename Action, typename Response>
  Answer encode(const Response& response, const Dialect& dialect,
                std::string_view request_id) const {
    return {200,
            content_type(),
            {},
            {},
            wants_json_ ? encode_query_json(Action::name, request_id, response)
                        : encode_xml(Action::name, dialect.xml_namespace, request_id, response)};
  }

  Answer encode_error(const Error& error, const Dialect& dialect,
                      std::string_view request_id) const;

 private:
  bool wants_json_ = false;
  bool has_version_ = true;
};

}  // namespace squire::wire
