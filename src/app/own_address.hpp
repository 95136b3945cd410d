#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <string>

#include "squire/app/config.hpp"

namespace squire::app {

// Where processes on this machine reach the broker: the address and port of the settings, but
// loopback if that address stands for all.
boost::asio::ip::tcp::endpoint own_endpoint(const Config& config);

// "http://127.0.0.1:4566"
std::string to_url(const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace squire::app
