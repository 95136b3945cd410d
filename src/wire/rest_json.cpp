#include "squire/wire/rest_json.hpp"

#include <algorithm>
#include <iterator>

#include "squire/wire/errors.hpp"

namespace squire::wire {

void write_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  std::copy_if(value.begin(), value.end(), std::back_inserter(out),
               [](char c) { return static_cast<unsigned char>(c) >= ' '; });
  out += "\r\n";
}

Result<Asked> RestJson::read(Incoming& in) {
  SQUIRE_CHECK(in.form.parse(in.query));
  return Asked{};
}

std::string_view RestJson::label(std::string_view name) const {
  const auto at = std::find_if(labels_.begin(), labels_.end(),
                               [&](const auto& label) { return label.first == name; });
  return at == labels_.end() ? std::string_view() : at->second;
}

Answer RestJson::encode_error(const Error& error, const Dialect&, std::string_view) const {
  const auto& row = error.code;
  const auto name = row->type.substr(row->type.find('#') + 1);
  Answer answer{row->status, content_type(), {}, {}, "{\"message\":"};
  write_header(answer.headers, "x-amzn-ErrorType", name.empty() ? row->code : name);
  write_json_string(answer.body, error_text(error));
  answer.body += '}';
  return answer;
}

}  // namespace squire::wire
