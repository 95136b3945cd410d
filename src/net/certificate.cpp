#include "squire/net/certificate.hpp"

#include <openssl/ec.h>
#include <openssl/x509v3.h>

#include "squire/core/ip_range.hpp"
#include "squire/core/openssl.hpp"

namespace squire::net {
namespace {

constexpr Seconds kValid{10L * 365 * 86'400};

void add_extension(X509* certificate, int nid, const std::string& value) {
  const std::unique_ptr<X509_EXTENSION, openssl::Freer<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str()));
  openssl::check(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1,
                 "extend a certificate");
}

std::string to_alternative_names(std::span<const std::string> hosts) {
  std::string names;
  for (const auto& host : hosts) {
    if (!names.empty()) names += ',';
    names.append(parse_ip_address(host) ? "IP:" : "DNS:").append(host);
  }
  return names;
}

}  // namespace

Certificate make_self_signed(TimePoint now, std::span<const std::string> hosts) {
  const openssl::Key key(EVP_EC_gen("P-256"));
  openssl::check(key != nullptr, "make a key");
  const auto certificate = openssl::make_certificate(key.get(), now, kValid, hosts.front());
  add_extension(certificate.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(certificate.get(), NID_key_usage, "critical,digitalSignature");
  add_extension(certificate.get(), NID_ext_key_usage, "serverAuth");
  add_extension(certificate.get(), NID_subject_alt_name, to_alternative_names(hosts));
  openssl::sign(certificate.get(), key.get());
  return {openssl::to_pem(certificate.get()), openssl::to_pem(key.get())};
}

}  // namespace squire::net
