#include "sns/delivery/lambda_event.hpp"

#include <nlohmann/json.hpp>

#include "squire/service/policy_document.hpp"

namespace squire::sns {

using service::Json;

std::string function_name(std::string_view arn) {
  constexpr std::string_view kMark = ":function:";
  const auto at = arn.find(kMark);
  if (at == std::string_view::npos) return {};
  const auto name = arn.substr(at + kMark.size());
  return std::string(name.substr(0, name.find(':')));
}

std::string to_lambda_event(const std::string& envelope, const std::string& subscription_arn) {
  const Json sent = Json::parse(envelope);
  // Some names differ from the envelope's in their capitals.
  const auto copy = [&](const char* name) { return sent.value(name, Json()); };
  Json sns = {{"Type", copy("Type")},
              {"MessageId", copy("MessageId")},
              {"TopicArn", copy("TopicArn")},
              {"Subject", copy("Subject")},
              {"Message", copy("Message")},
              {"Timestamp", copy("Timestamp")},
              {"SignatureVersion", "1"},  // whatever the topic says (recorded)
              {"Signature", copy("Signature")},
              {"SigningCertUrl", copy("SigningCertURL")},
              {"UnsubscribeUrl", copy("UnsubscribeURL")},
              {"MessageAttributes", sent.value("MessageAttributes", Json::object())}};
  const Json record = {{"EventSource", "aws:sns"},
                       {"EventVersion", "1.0"},
                       {"EventSubscriptionArn", subscription_arn},
                       {"Sns", std::move(sns)}};
  return Json{{"Records", Json::array({record})}}.dump();
}

}  // namespace squire::sns
