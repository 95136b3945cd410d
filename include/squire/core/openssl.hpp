// What is made with OpenSSL in more than one place: keys and self-signed certificates.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "squire/core/clock.hpp"

namespace squire::openssl {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Stream = std::unique_ptr<BIO, Freer<BIO_free_all>>;

// Throws std::runtime_error "OpenSSL could not <what>" unless it is good.
void check(bool is_good, const char* what);

// Issued by itself to `common_name`, valid from a day before `now` on; not signed yet.
Certificate make_certificate(EVP_PKEY* key, TimePoint now, Seconds valid,
                             const std::string& common_name);
void sign(X509* certificate, EVP_PKEY* key);

std::string to_pem(EVP_PKEY* key);
std::string to_pem(X509* certificate);
// Null if the text is none.
Key read_key(const std::string& pem);

}  // namespace squire::openssl
