#include "squire/core/openssl.hpp"

#include <openssl/pem.h>

#include <stdexcept>

namespace squire::openssl {
namespace {

template <typename Write>
std::string written(Write&& write) {
  const Stream stream(BIO_new(BIO_s_mem()));
  check(stream != nullptr && write(stream.get()) == 1, "write PEM");
  char* data = nullptr;
  const long size = BIO_get_mem_data(stream.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace

void check(bool is_good, const char* what) {
  if (!is_good) throw std::runtime_error(std::string("OpenSSL could not ") + what);
}

Certificate make_certificate(EVP_PKEY* key, TimePoint now, Seconds valid,
                             const std::string& common_name) {
  Certificate certificate(X509_new());
  check(certificate != nullptr, "make a certificate");
  X509* x509 = certificate.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set_int64(X509_get_serialNumber(x509), now.time_since_epoch().count());
  const std::time_t seconds = std::chrono::floor<Seconds>(now).time_since_epoch().count();
  ASN1_TIME_set(X509_getm_notBefore(x509), seconds - 86'400);
  ASN1_TIME_set(X509_getm_notAfter(x509), seconds + valid.count());
  X509_NAME* name = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common_name.data()),
                             static_cast<int>(common_name.size()), -1, 0);
  X509_set_issuer_name(x509, name);
  check(X509_set_pubkey(x509, key) == 1, "put a key into a certificate");
  return certificate;
}

void sign(X509* certificate, EVP_PKEY* key) {
  check(X509_sign(certificate, key, EVP_sha256()) > 0, "sign a certificate");
}

std::string to_pem(EVP_PKEY* key) {
  return written([&](BIO* out) {
    return PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

std::string to_pem(X509* certificate) {
  return written([&](BIO* out) { return PEM_write_bio_X509(out, certificate); });
}

Key read_key(const std::string& pem) {
  const Stream text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Key(PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr));
}

}  // namespace squire::openssl
