#include "app/own_address.hpp"

#include <sstream>

namespace squire::app {

namespace ip = boost::asio::ip;

ip::tcp::endpoint own_endpoint(const Config& config) {
  auto address = config.address;
  if (address.is_unspecified()) {
    address = address.is_v4() ? ip::address(ip::address_v4::loopback())
                              : ip::address(ip::address_v6::loopback());
  }
  return {address, config.port};
}

std::string to_url(const ip::tcp::endpoint& endpoint) {
  std::ostringstream url;
  url << "http://" << endpoint;
  return url.str();
}

}  // namespace squire::app
