#include "squire/outbound/network_rules.hpp"

#include <gtest/gtest.h>

namespace squire::test {
namespace {

using outbound::NetworkRules;

std::vector<outbound::Network> networks(const std::vector<std::string_view>& names) {
  std::vector<outbound::Network> networks;
  for (const auto name : names) networks.push_back(outbound::parse_network(name).value());
  return networks;
}

bool permits(const NetworkRules& rules, std::string_view address) {
  return rules.permits(parse_ip_address(address).value());
}

TEST(NetworkRulesTest, WithoutNetworksEverythingIsPermitted) {
  for (const char* address : {"127.0.0.1", "8.8.8.8", "::1", "2001:db8::1"}) {
    EXPECT_TRUE(permits({}, address)) << address;
  }
}

TEST(NetworkRulesTest, WhatIsDeniedIsAllThatIsNotPermitted) {
  const NetworkRules rules({}, networks({"10.0.0.0/8", "2001:db8::/32"}));
  EXPECT_FALSE(permits(rules, "10.255.0.1"));
  EXPECT_FALSE(permits(rules, "2001:db8:1::1"));
  EXPECT_TRUE(permits(rules, "11.0.0.1"));
  EXPECT_TRUE(permits(rules, "::1"));
}

TEST(NetworkRulesTest, WhatIsAllowedIsAllThatIsPermitted) {
  const NetworkRules rules(networks({"10.1.0.0/16", "192.0.2.7"}), {});
  EXPECT_TRUE(permits(rules, "10.1.2.3"));
  EXPECT_TRUE(permits(rules, "192.0.2.7"));
  EXPECT_FALSE(permits(rules, "192.0.2.8"));
  EXPECT_FALSE(permits(rules, "::1"));
}

TEST(NetworkRulesTest, TheSmallestNetworkDecides) {
  const NetworkRules rules(networks({"0.0.0.0/0", "10.1.0.0/16"}),
                           networks({"10.0.0.0/8", "10.1.7.0/24"}));
  EXPECT_TRUE(permits(rules, "8.8.8.8"));
  EXPECT_FALSE(permits(rules, "10.2.0.1"));
  EXPECT_TRUE(permits(rules, "10.1.0.1"));
  EXPECT_FALSE(permits(rules, "10.1.7.1"));
}

TEST(NetworkRulesTest, WhatIsAllowedAndDeniedIsDenied) {
  EXPECT_FALSE(permits({networks({"10.0.0.0/8"}), networks({"10.0.0.0/8"})}, "10.0.0.1"));
}

TEST(NetworkRulesTest, PrivateIsWhatIsNotOfThePublicInternet) {
  const NetworkRules rules({}, networks({"private"}));
  for (const char* address : {"127.0.0.1",      "10.0.0.1",        "172.31.0.1",
                              "192.168.1.1",    "100.64.0.1",      "169.254.169.254",
                              "192.0.0.1",      "192.0.2.1",       "192.88.99.1",
                              "198.18.0.1",     "198.19.255.255",  "198.51.100.1",
                              "203.0.113.1",    "224.0.0.1",       "239.255.255.255",
                              "240.0.0.1",      "255.255.255.255", "::1",
                              "fd00::1",        "fe80::1",         "fec0::1",
                              "ff02::1",        "100::1",          "2001::1",
                              "2001:db8::1",    "2002:7f00:1::",   "3fff::1",
                              "5f00::1",        "64:ff9b::7f00:1", "64:ff9b::127.0.0.1",
                              "64:ff9b:1::1",   "::127.0.0.1",     "::ffff:0:127.0.0.1",
                              "::ffff:10.0.0.1"}) {
    EXPECT_FALSE(permits(rules, address)) << address;
  }
  for (const char* address :
       {"8.8.8.8", "172.32.0.1", "192.0.1.1", "198.17.255.255", "198.20.0.0", "223.255.255.255",
        "2606:4700::1", "2001:4860:4860::8888", "2a00:1450::1", "::ffff:8.8.8.8"}) {
    EXPECT_TRUE(permits(rules, address)) << address;
  }
}

TEST(NetworkRulesTest, AnotherSpellingOfAnAddressIsNoWayAround) {
  const NetworkRules rules({}, networks({"127.0.0.0/8", "::1"}));
  EXPECT_FALSE(permits(rules, "::ffff:127.0.0.1"));
  EXPECT_FALSE(permits(rules, "0.0.0.0")) << "the system connects it to itself";
  EXPECT_FALSE(permits(rules, "::"));
  EXPECT_FALSE(permits(rules, "::ffff:0.0.0.0"));
}

TEST(NetworkRulesTest, WhatIsNoNetworkIsNone) {
  for (const char* text : {"", "10.0.0.0/33", "localhost", "10.0.0.0/8,", "private/8", "Private"}) {
    EXPECT_FALSE(outbound::parse_network(text)) << text;
  }
}

}  // namespace
}  // namespace squire::test
