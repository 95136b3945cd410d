#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
  // Names and values in byte order of the names. `version` is 1 (SHA-1) or 2 (SHA-256). Base64.
  using Fields = std::vector<std::pair<std::string_view, std::string_view>>;
  std::string sign(engine::Broker& broker, const Fields& fields, int version) const;

  // The path at which the daemon serves the certificate:
  // "/SimpleNotificationService-<32 hex digits>.pem".
  std::string certificate_path(engine::Broker& broker) const;

 private:
  struct Identity {
    SigningKey key;
    std::string certificate_path;
  };
  std::shared_ptr<const Identity> identity(engine::Broker& broker) const;

  mutable Mutex mutex_{LockRank::Leaf};
  // Of the key that is stored; an import brings another.
  mutable std::shared_ptr<const Identity> identity_ GUARDED_BY(mutex_);
};

// The certificate, if it is at that path.
std::optional<service::WebPage> certificate_page(engine::Broker& broker, std::string_view path);

}  // namespace squire::sns
