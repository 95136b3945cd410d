#pragma once

#include <string_view>

#include "squire/service/http.hpp"
#include "squire/wire/query.hpp"

namespace squire::service {

// The credential scope of a request as it says itself, whether that is true or not:
// AKID/20261123/us-east-1/sqs/aws4_request. Empty where it says nothing.
struct Credential {
  std::string_view access_key;
  std::string_view region;
  std::string_view service;
};

// From the Authorization header, or the X-Amz-Credential (SigV4) or AWSAccessKeyId (SigV2)
// parameter of a presigned request.
Credential find_credential(const HttpRequest& request, const wire::Form& form);

}  // namespace squire::service
