#include "squire/wire/errors.hpp"

#include "squire/wire/json.hpp"
#include "squire/wire/xml.hpp"

namespace squire::wire {
namespace {

std::string_view text_or(std::string_view standard, const Error& error) {
  // A message may quote input that is no text (lone surrogates); the answer must be.
  return error.message.empty() || !is_utf8(error.message) ? standard : error.message;
}

}  // namespace

std::string_view error_text(const Error& error) {
  return text_or(error.code->text, error);
}

std::string_view query_error_text(const Error& error) {
  const bool is_another = !error.code->query_text.empty();
  return text_or(is_another ? error.code->query_text : error.code->text, error);
}

std::string encode_json_error(const Error& error, std::string_view json_namespace) {
  std::string out = R"({"__type":")";
  if (error.code->type.starts_with('#')) out += json_namespace;
  out += error.code->type;
  out += R"(","message":)";
  write_json_string(out, error_text(error));
  out += '}';
  return out;
}

std::string encode_xml_error(const Error& error, const XmlErrorStyle& style,
                             std::string_view request_id) {
  std::string out = "<?xml version=\"1.0\"?>\n<ErrorResponse xmlns=\"";
  out += style.xml_namespace;
  out += "\"><Error><Type>";
  out += error.code->is_sender_fault() ? "Sender" : "Receiver";
  out += "</Type><Code>";
  out += error.code->code;
  out += "</Code><Message>";
  write_xml_text(out, query_error_text(error));
  out += style.has_detail ? "</Message><Detail/></Error>" : "</Message></Error>";
  out += "<RequestId>";
  out += request_id;
  out += "</RequestId></ErrorResponse>";
  return out;
}

}  // namespace squire::wire
