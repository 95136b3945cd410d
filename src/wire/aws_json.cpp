#include "squire/wire/aws_json.hpp"

#include <algorithm>

#include "squire/wire/errors.hpp"

namespace squire::wire {
namespace {

constexpr std::string_view kVersion10 = "application/x-amz-json-1.0";
constexpr std::string_view kVersion11 = "application/x-amz-json-1.1";

// Whether a POST with an X-Amz-Target is JSON: other content says that it is not.
bool may_be_json(std::string_view content_type) {
  return content_type.empty() || content_type.find("json") != std::string_view::npos;
}

}  // namespace

AwsJson::AwsJson(const Incoming& in)
    : content_type_(in.content_type.find("json-1.1") == std::string_view::npos ? kVersion10
                                                                               : kVersion11) {}

std::optional<AwsJson> AwsJson::match(const Incoming& in) {
  if (in.amz_target.empty() || !may_be_json(in.content_type)) return std::nullopt;
  return AwsJson(in);
}

std::optional<AwsJson> AwsJson::guess(const Incoming& in) {
  if (!may_be_json(in.content_type)) return std::nullopt;
  if (in.amz_target.empty() && in.content_type.empty()) return std::nullopt;
  return AwsJson({});
}

Result<Asked> AwsJson::read(Incoming& in) {
  const auto dot = std::min(in.amz_target.rfind('.'), in.amz_target.size());
  const auto action = in.amz_target.substr(std::min(dot + 1, in.amz_target.size()));
  return Asked{action, in.amz_target.substr(0, dot)};
}

Answer AwsJson::encode_error(const Error& error, const Dialect& dialect, std::string_view) const {
  std::string query_error(error.code->code);
  query_error += error.code->is_sender_fault() ? ";Sender" : ";Receiver";
  return {error.code->status,
          content_type_,
          std::move(query_error),
          {},
          encode_json_error(error, dialect.json_namespace)};
}

}  // namespace squire::wire
