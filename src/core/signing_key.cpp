#include "squire/core/signing_key.hpp"

#include <openssl/rsa.h>

#include "squire/core/openssl.hpp"

namespace squire {
namespace {

constexpr int kKeyBits = 2048;
constexpr Seconds kValid{30L * 365 * 86'400};

using DigestContext = std::unique_ptr<EVP_MD_CTX, openssl::Freer<EVP_MD_CTX_free>>;

}  // namespace

struct SigningKey::Key {
  openssl::Key pointer;
};

SigningKey SigningKey::make(TimePoint now, const std::string& common_name) {
  const openssl::Key key(EVP_RSA_gen(kKeyBits));
  openssl::check(key != nullptr, "make an RSA key");
  const auto certificate = openssl::make_certificate(key.get(), now, kValid, common_name);
  openssl::sign(certificate.get(), key.get());
  return {openssl::to_pem(key.get()), openssl::to_pem(certificate.get())};
}

SigningKey::SigningKey(std::string private_key_pem, std::string certificate_pem)
    : private_key_pem_(std::move(private_key_pem)),
      certificate_pem_(std::move(certificate_pem)),
      key_(std::make_unique<Key>()) {
  key_->pointer = openssl::read_key(private_key_pem_);
  openssl::check(key_->pointer != nullptr, "read the signing key");
  // Of one length are its signatures, so that a text's is known before it is signed.
  openssl::check(EVP_PKEY_get_base_id(key_->pointer.get()) == EVP_PKEY_RSA &&
                     EVP_PKEY_get_bits(key_->pointer.get()) == kKeyBits,
                 "use a signing key that is no RSA key of 2048 bits");
}

SigningKey::~SigningKey() = default;
SigningKey::SigningKey(SigningKey&&) noexcept = default;

std::string SigningKey::sign(std::string_view text, Hash hash) const {
  const DigestContext context(EVP_MD_CTX_new());
  const EVP_MD* digest = hash == Hash::Sha1 ? EVP_sha1() : EVP_sha256();
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(key_->pointer.get()));
  std::string signature(size, '\0');
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  auto* out = reinterpret_cast<unsigned char*>(signature.data());
  openssl::check(
      context != nullptr &&
          EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_->pointer.get()) == 1 &&
          EVP_DigestSign(context.get(), out, &size, bytes, text.size()) == 1,
      "sign");
  signature.resize(size);
  return signature;
}

}  // namespace squire
