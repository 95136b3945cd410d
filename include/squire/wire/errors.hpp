// How an error is told on the wire, in each protocol.
#pragma once

#include <string>
#include <string_view>

#include "squire/core/error.hpp"

namespace squire::wire {

// The error's message, or its row's text.
std::string_view error_text(const Error& error);
// Likewise in Query.
std::string_view query_error_text(const Error& error);

// {"__type":…,"message":…}; `json_namespace` is that of the service's model.
std::string encode_json_error(const Error& error, std::string_view json_namespace);

// How a service dresses its errors in XML.
struct XmlErrorStyle {
  std::string_view xml_namespace;
  bool has_detail = true;  // an empty <Detail/>
};

// <ErrorResponse>…
std::string encode_xml_error(const Error& error, const XmlErrorStyle& style,
                             std::string_view request_id);

}  // namespace squire::wire
