#include "outbound/client_tls.hpp"

#include <array>
#include <stdexcept>

namespace squire::outbound {
namespace {

namespace ssl = boost::asio::ssl;

// Debian, Fedora, Alpine, openSUSE: our OpenSSL is a static one and knows only Debian's place.
constexpr std::array<const char*, 4> kBundles = {"/etc/ssl/certs/ca-certificates.crt",
                                                 "/etc/pki/tls/certs/ca-bundle.crt",
                                                 "/etc/ssl/cert.pem", "/etc/ssl/ca-bundle.pem"};

}  // namespace

ssl::context make_client_context(bool verify, const std::string& ca_file) {
  ssl::context context(ssl::context::tls_client);
  context.set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 |
                      ssl::context::no_tlsv1_1);
  if (!verify) {
    context.set_verify_mode(ssl::verify_none);
    return context;
  }
  context.set_verify_mode(ssl::verify_peer);
  boost::system::error_code error;
  if (!ca_file.empty()) {
    context.load_verify_file(ca_file, error);
    if (error) throw std::runtime_error("the CA file " + ca_file + " cannot be read");
    return context;
  }
  context.set_default_verify_paths(error);
  for (const char* bundle : kBundles) context.load_verify_file(bundle, error);
  return context;
}

}  // namespace squire::outbound
