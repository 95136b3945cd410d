#include "squire/core/signing_key.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <stdexcept>

namespace squire {
namespace {

constexpr int kKeyBits = 2048;
constexpr long kValidSeconds = 30L * 365 * 86'400;

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

using KeyPointer = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Stream = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;

void check(bool is_good, const char* what) {
  if (!is_good) throw std::runtime_error(std::string("OpenSSL could not ") + what);
}

std::string text_of(const Stream& stream) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(stream.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

Certificate make_certificate(EVP_PKEY* key, TimePoint now, const std::string& common_name) {
  Certificate certificate(X509_new());
  check(certificate != nullptr, "make a certificate");
  X509* x509 = certificate.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set_int64(X509_get_serialNumber(x509), now.time_since_epoch().count());
  const std::time_t seconds = std::chrono::floor<Seconds>(now).time_since_epoch().count();
  ASN1_TIME_set(X509_getm_notBefore(x509), seconds - 86'400);
  ASN1_TIME_set(X509_getm_notAfter(x509), seconds + kValidSeconds);
  X509_NAME* name = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common_name.data()),
                             static_cast<int>(common_name.size()), -1, 0);
  X509_set_issuer_name(x509, name);
  check(X509_set_pubkey(x509, key) == 1 && X509_sign(x509, key, EVP_sha256()) > 0,
        "sign a certificate");
  return certificate;
}

}  // namespace

struct SigningKey::Key {
  KeyPointer pointer;
};

SigningKey SigningKey::make(TimePoint now, const std::string& common_name) {
  const KeyPointer key(EVP_RSA_gen(kKeyBits));
  check(key != nullptr, "make an RSA key");
  const auto certificate = make_certificate(key.get(), now, common_name);
  const Stream key_text(BIO_new(BIO_s_mem()));
  const Stream certificate_text(BIO_new(BIO_s_mem()));
  check(PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                 nullptr) == 1 &&
            PEM_write_bio_X509(certificate_text.get(), certificate.get()) == 1,
        "write a key");
  return {text_of(key_text), text_of(certificate_text)};
}

SigningKey::SigningKey(std::string private_key_pem, std::string certificate_pem)
    : private_key_pem_(std::move(private_key_pem)),
      certificate_pem_(std::move(certificate_pem)),
      key_(std::make_unique<Key>()) {
  const Stream text(
      BIO_new_mem_buf(private_key_pem_.data(), static_cast<int>(private_key_pem_.size())));
  key_->pointer.reset(PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr));
  check(key_->pointer != nullptr, "read the signing key");
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
  check(context != nullptr &&
            EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_->pointer.get()) == 1 &&
            EVP_DigestSign(context.get(), out, &size, bytes, text.size()) == 1,
        "sign");
  signature.resize(size);
  return signature;
}

}  // namespace squire
