#include "sns/delivery/signer.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "squire/core/digest.hpp"
#include "squire/core/text.hpp"
#include "squire/engine/registry.hpp"
#include "squire/service/policy_document.hpp"

namespace squire::sns {
namespace {

using engine::StringMap;
using Kind = engine::RegistryRow::Kind;

// In the order in which they are signed, those that the envelope has (SNS Developer Guide,
// "Verifying the signatures of Amazon SNS messages").
constexpr std::array kSignedNames = {"Message",   "MessageId", "Subject",  "SubscribeURL",
                                     "Timestamp", "Token",     "TopicArn", "Type"};
constexpr int kEnvelopeDepthMax = 4;  // with message attributes
constexpr std::string_view kPathPrefix = "/SimpleNotificationService-";

std::string path_of(const std::string& certificate_pem) {
  return std::string(kPathPrefix) + to_hex(md5(certificate_pem)) + ".pem";
}

StringMap stored_key(engine::Broker& broker) {
  if (auto stored = broker.store<engine::Registry>().find(Kind::SigningKey, ""))
    return *std::move(stored);
  const auto key = SigningKey::make(broker.env().clock.now(), "sns.amazonaws.com");
  StringMap attributes{{"PrivateKey", key.private_key_pem()},
                       {"Certificate", key.certificate_pem()}};
  // Whatever is signed with it is appended later, so no signature outlives its key in a crash.
  const auto appended = broker.store<engine::Registry>().edit(
      Kind::SigningKey, "", [&](const StringMap* first) -> Result<StringMap> {
        if (first) attributes = *first;
        return attributes;
      });
  static_cast<void>(appended);
  return attributes;
}

}  // namespace

std::shared_ptr<const Signer::Identity> Signer::identity(engine::Broker& broker) const {
  const auto edition = broker.store<engine::Registry>().edition();
  {
    Lock lock(mutex_);
    if (identity_ && identity_->edition == edition) return identity_;
  }
  const auto stored = stored_key(broker);
  const auto& certificate = stored.at("Certificate");
  auto identity = std::make_shared<const Identity>(
      Identity{SigningKey(stored.at("PrivateKey"), certificate), path_of(certificate), edition});
  Lock lock(mutex_);
  identity_ = identity;
  return identity;
}

std::string Signer::sign(engine::Broker& broker, const std::string& envelope) const {
  // What an import brought may be anything.
  service::Json said;
  if (is_shallow(envelope, kEnvelopeDepthMax))
    said = service::Json::parse(envelope, nullptr, false);
  const auto text_of = [&](const char* name) {
    const auto at = said.find(name);
    return at != said.end() && at->is_string() ? at->get<std::string>() : std::string();
  };
  std::string text;
  if (said.is_object()) {
    for (const char* name : kSignedNames) {
      if (said.contains(name)) text.append(name).append("\n").append(text_of(name)).append("\n");
    }
  }
  const bool is_version_2 = said.is_object() && text_of("SignatureVersion") == "2";
  const auto hash = is_version_2 ? SigningKey::Hash::Sha256 : SigningKey::Hash::Sha1;
  return base64_encode(identity(broker)->key.sign(text, hash));
}

std::string Signer::certificate_path(engine::Broker& broker) const {
  return identity(broker)->certificate_path;
}

std::optional<service::WebPage> certificate_page(engine::Broker& broker, std::string_view path) {
  if (!path.starts_with(kPathPrefix)) return std::nullopt;
  const auto stored = broker.store<engine::Registry>().find(Kind::SigningKey, "");
  if (!stored || path != path_of(stored->at("Certificate"))) return std::nullopt;
  return service::WebPage{"application/x-pem-file", stored->at("Certificate")};
}

}  // namespace squire::sns
