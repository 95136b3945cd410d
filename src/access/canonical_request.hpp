#pragma once

#include <span>
#include <string>
#include <string_view>

#include "squire/access/signature.hpp"

namespace squire::access {

inline constexpr std::string_view kSignatureParameter = "X-Amz-Signature";

// What a client hashes and signs. `signed_headers` are in lower case and in the order in which the
// client lists them.
std::string canonical_request(const SignedRequest& request,
                              std::span<const std::string> signed_headers);

// Dot segments and doubled slashes removed, everything else encoded once more.
std::string canonical_path(std::string_view path);
// Sorted, in one spelling, without the signature.
std::string canonical_query(std::string_view query);

}  // namespace squire::access
