#include "net/tls_context.hpp"

#include <stdexcept>

namespace squire::net {

namespace ssl = boost::asio::ssl;

std::shared_ptr<ssl::context> make_server_context(const Certificate& certificate) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  context->set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 |
                       ssl::context::no_tlsv1_1 | SSL_OP_NO_RENEGOTIATION);
  boost::system::error_code error;
  const auto& [chain, key] = certificate;
  context->use_certificate_chain({chain.data(), chain.size()}, error);
  if (error) throw std::runtime_error("the certificate is no PEM text of one: " + error.message());
  // Asked for a password, OpenSSL would wait at the terminal.
  context->set_password_callback([](std::size_t, auto) { return std::string(); }, error);
  context->use_private_key({key.data(), key.size()}, ssl::context::pem, error);
  if (error || SSL_CTX_check_private_key(context->native_handle()) != 1) {
    throw std::runtime_error("the key is no PEM text of this certificate's, without a password");
  }
  return context;
}

}  // namespace squire::net
