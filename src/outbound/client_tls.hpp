#pragma once

#include <boost/asio/ssl/context.hpp>
#include <string>

namespace squire::outbound {

// For connections to others: TLS 1.2 or newer, verified against the roots in `ca_file`, or the
// system's if that is empty, wherever the distribution keeps them. Throws std::runtime_error if the
// file cannot be read.
boost::asio::ssl::context make_client_context(bool verify, const std::string& ca_file);

}  // namespace squire::outbound
