// Signs requests as SDKs do (Signature Version 4), for tests of the dispatcher. That canonical
// requests are right is tested by the vectors of AWS.
#pragma once

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <string>
#include <vector>

#include "access/canonical_request.hpp"
#include "access/claims.hpp"
#include "squire/access/signature.hpp"
#include "squire/core/digest.hpp"
#include "squire/core/text.hpp"
#include "support/exchange_fixture.hpp"

namespace squire::test {

inline std::string hmac_sha256(const std::string& key, const std::string& text) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), out, &size);
  return {reinterpret_cast<const char*>(out), size};
}

// The request with the headers that an SDK would send.
inline RequestText sign(RequestText request, const access::Key& key, TimePoint now,
                        const std::string& service = "sqs",
                        const std::string& region = "us-east-1") {
  const auto time = access::to_basic_time(now);
  const auto date = time.substr(0, 8);
  request.headers = {{"Host", request.host}, {"X-Amz-Date", time}};
  std::vector<std::string> names = {"host", "x-amz-date"};
  if (!request.amz_target.empty()) {
    request.headers.emplace_back("X-Amz-Target", request.amz_target);
    names.emplace_back("x-amz-target");
  }
  if (!key.session_token.empty()) {
    request.headers.emplace_back("X-Amz-Security-Token", key.session_token);
  }
  std::vector<Header> headers;
  for (const auto& [name, value] : request.headers) headers.push_back({name, value});
  const auto canonical =
      access::canonical_request({request.method, request.target, "", headers, request.body}, names);
  const std::string scope = date + "/" + region + "/" + service + "/aws4_request";
  std::string secret = "AWS4" + key.secret;
  for (const auto& part : {date, region, service, std::string("aws4_request")}) {
    secret = hmac_sha256(secret, part);
  }
  const auto signature = hex_encode(hmac_sha256(
      secret, "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + sha256_hex(canonical)));
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "" : ";") + name;
  request.authorization = "AWS4-HMAC-SHA256 Credential=" + key.access_key + "/" + scope +
                          ", SignedHeaders=" + list + ", Signature=" + signature;
  request.headers.emplace_back("Authorization", request.authorization);
  return request;
}

}  // namespace squire::test
