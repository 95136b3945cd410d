#include "app/own_address.hpp"

#include <gtest/gtest.h>

namespace squire::test {
namespace {

using app::Config;

std::string url_of(const std::string& address) {
  Config config;
  config.address = boost::asio::ip::make_address(address);
  return app::to_url(app::own_endpoint(config));
}

TEST(OwnAddressTest, IsLoopbackWhereTheBrokerListensOnAll) {
  EXPECT_EQ(url_of("0.0.0.0"), "http://127.0.0.1:4566");
  EXPECT_EQ(url_of("::"), "http://[::1]:4566");
  EXPECT_EQ(url_of("10.1.2.3"), "http://10.1.2.3:4566");
}

}  // namespace
}  // namespace squire::test
