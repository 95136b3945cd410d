#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "squire/net/certificate.hpp"

namespace squire::net {

// For connections of others: TLS 1.2 or newer. Throws std::runtime_error that says what is wrong
// with the certificate.
std::shared_ptr<boost::asio::ssl::context> make_server_context(const Certificate& certificate);

}  // namespace squire::net
