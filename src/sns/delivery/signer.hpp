#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "squire/core/mutex.hpp"
#include "squire/core/signing_key.hpp"
#include "squire/engine/broker.hpp"
#include "squire/service/action.hpp"

namespace squire::sns {

// Signs notifications with the key of the data directory, which is made when it is first needed
// and kept in the registry (SNS Developer Guide, "Verifying message signatures").
// Thread-safe.
class Signer {
 public:
  // Base64 of the signature that belongs into an envelope: of what it says, by the method that it
  // names (SignatureVersion).
  std::string sign(engine::Broker& broker, const std::string& envelope) const;

  // The path at which the daemon serves the certificate:
  // "/SimpleNotificationService-<32 hex digits>.pem".
  std::string certificate_path(engine::Broker& broker) const;

 private:
  struct Identity {
    SigningKey key;
    std::string certificate_path;
    std::uint64_t edition;  // of the registry that it was read from
  };
  std::shared_ptr<const Identity> identity(engine::Broker& broker) const;

  mutable Mutex mutex_{LockRank::Leaf};
  // Of the key that is stored; an import brings another.
  mutable std::shared_ptr<const Identity> identity_ GUARDED_BY(mutex_);
};

// The certificate, if it is at that path.
std::optional<service::WebPage> certificate_page(engine::Broker& broker, std::string_view path);

}  // namespace squire::sns
