#include "squire/wire/query_json.hpp"

#include "squire/wire/errors.hpp"

namespace squire::wire {

bool wants_json(std::string_view accept) {
  const auto json = accept.find("application/json");
  return json != std::string_view::npos && json < accept.find("xml");
}

std::string encode_query_json_error(const Error& error, bool has_detail,
                                    std::string_view request_id) {
  std::string out = R"({"Error":{"Code":)";
  write_json_string(out, error.code->code);
  if (has_detail) out += R"(,"Detail":null)";
  out += R"(,"Message":)";
  write_json_string(out, query_error_text(error));
  out += error.code->is_sender_fault() ? R"(,"Type":"Sender"},"RequestId":)"
                                       : R"(,"Type":"Receiver"},"RequestId":)";
  write_json_string(out, request_id);
  out += '}';
  return out;
}

}  // namespace squire::wire
