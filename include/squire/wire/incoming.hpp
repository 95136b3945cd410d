#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "squire/core/header.hpp"
#include "squire/wire/query.hpp"
#include "squire/wire/required.hpp"

namespace squire::wire {

// An HTTP request as protocols look at it. Absent headers are empty.
struct Incoming {
  std::string_view method;
  std::string_view path;
  std::string_view query;  // behind the question mark
  std::string_view content_type;
  std::string_view accept;
  std::string_view amz_target;
  std::string_view body;
  std::span<const Header> headers;  // all of them; none if nobody needs them

  Form form;  // the parameters that the protocol has read
  MissingRule missing_rule = MissingRule::MissingParameter;
};

// What a request says it wants. Views look into it.
struct Asked {
  std::optional<std::string_view> action;  // nothing: it names none
  std::optional<std::string_view> target;  // a service, by its json_target
  bool has_parameters = false;             // the form is where members are
};

// What goes back, but for what is in every reply.
struct Answer {
  unsigned status = 200;
  std::string_view content_type;
  std::string query_error;  // x-amzn-query-error, or empty
  std::string headers;      // more of them, each with its line's end
  std::string body;
};

// What services say differently in the same protocol.
struct Dialect {
  std::string_view json_target = {};     // X-Amz-Target is "<json_target>.<action>"; empty: no JSON
  std::string_view json_namespace = {};  // of the service's own errors: "com.amazonaws.<service>"
  std::string_view query_version = {};   // Version=
  std::string_view xml_namespace = {};
  std::string_view unversioned_xml_namespace = {};  // of errors, if the request named no version
  bool has_error_detail = true;                     // an empty <Detail/> in XML
  MissingRule missing_rule = MissingRule::MissingParameter;
};

}  // namespace squire::wire
