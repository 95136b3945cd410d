#include "squire/wire/query_protocol.hpp"

#include "squire/wire/errors.hpp"

namespace squire::wire {

Result<Asked> Query::read(Incoming& in) {
  SQUIRE_CHECK(in.form.parse(in.query));
  SQUIRE_CHECK(in.form.parse(in.body));
  const auto* wanted = in.form.find("ContentType");
  wants_json_ = wants_json(in.accept) || (wanted && *wanted == "JSON");
  has_version_ = in.form.find("Version") != nullptr;
  Asked asked{{}, {}, true};
  if (in.form.says("Action")) asked.action = *in.form.find("Action");
  return asked;
}

Answer Query::encode_error(const Error& error, const Dialect& dialect,
                           std::string_view request_id) const {
  const XmlErrorStyle style{
      has_version_ ? dialect.xml_namespace : dialect.unversioned_xml_namespace,
      dialect.has_error_detail};
  return {error.code->status,
          content_type(),
          {},
          {},
          wants_json_ ? encode_query_json_error(error, style.has_detail, request_id)
                      : encode_xml_error(error, style, request_id)};
}

}  // namespace squire::wire
