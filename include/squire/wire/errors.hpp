// How an error is spelled on the wire, in each protocol.
#pragma once

#include <string>
#include <string_view>

#include "squire/core/error.hpp"

namespace squire::wire {

enum class Protocol : std::uint8_t { Json, Query };

// One error's spelling. Source: the service models, and SQS API Reference, "Common Errors".
struct ErrorSpelling {
  Errc code;
  std::string_view query_code;  // <Code>, x-amzn-query-error, and Code in batch results
  std::string_view json_type;   // __type
  unsigned status;              // HTTP
  std::string_view json_text;   // said if the error has no message of its own
  std::string_view query_text;  // likewise; empty: as in JSON

  bool is_sender_fault() const { return status < 500; }
};

const ErrorSpelling& spelling(Errc code);

// The error's message, or its standard text in that protocol.
std::string_view error_text(const Error& error, Protocol protocol);

// {"__type":…,"message":…}
std::string encode_json_error(const Error& error);

// How a service dresses its errors in XML.
struct XmlErrorStyle {
  std::string_view xml_namespace;
  bool has_detail = true;  // an empty <Detail/>, as SQS has it and SNS has not
};

// <ErrorResponse>…
std::string encode_xml_error(const Error& error, const XmlErrorStyle& style,
                             std::string_view request_id);

}  // namespace squire::wire
