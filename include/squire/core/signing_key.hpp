#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "squire/core/clock.hpp"

namespace squire {

// An RSA key of 2048 bits with a self-signed certificate, by OpenSSL. Immutable; sign() may be
// called by several threads at once. Throws std::runtime_error where OpenSSL fails.
class SigningKey {
 public:
  enum class Hash { Sha1, Sha256 };

  // A new one, valid for 30 years from `now` on. Takes a tenth of a second.
  static SigningKey make(TimePoint now, const std::string& common_name);
  // From the PEM texts of an earlier one.
  SigningKey(std::string private_key_pem, std::string certificate_pem);
  ~SigningKey();
  SigningKey(SigningKey&&) noexcept;

  const std::string& private_key_pem() const { return private_key_pem_; }
  const std::string& certificate_pem() const { return certificate_pem_; }

  // RSASSA-PKCS1-v1_5 (RFC 8017, 8.2).
  std::string sign(std::string_view text, Hash hash) const;

 private:
  struct Key;
  std::string private_key_pem_;
  std::string certificate_pem_;
  std::unique_ptr<Key> key_;
};

}  // namespace squire
