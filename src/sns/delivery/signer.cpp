#include "sns/delivery/signer.hpp"

#include "squire/core/digest.hpp"
#include "squire/core/text.hpp"
#include "squire/engine/registry.hpp"

namespace squire::sns {
namespace {

using engine::StringMap;
using Kind = engine::RegistryRow::Kind;

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
  const auto stored = stored_key(broker);
  const auto& certificate = stored.at("Certificate");
  auto path = path_of(certificate);
  {
    Lock lock(mutex_);
    if (identity_ && identity_->certificate_path == path) return identity_;
  }
  auto identity = std::make_shared<const Identity>(
      Identity{SigningKey(stored.at("PrivateKey"), certificate), std::move(path)});
  Lock lock(mutex_);
  identity_ = identity;
  return identity;
}

std::string Signer::sign(engine::Broker& broker, const Fields& fields, int version) const {
  std::string text;
  for (const auto& [name, value] : fields) {
    text.append(name).append("\n").append(value).append("\n");
  }
  const auto hash = version == 2 ? SigningKey::Hash::Sha256 : SigningKey::Hash::Sha1;
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
