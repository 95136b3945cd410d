// The digests of SQS: MD5 of bodies and attributes, SHA-256 of bodies for content deduplication
// and of signed requests.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace squire {

using Md5 = std::array<std::uint8_t, 16>;
using Sha256 = std::array<std::uint8_t, 32>;

Md5 md5(std::string_view bytes);

Sha256 sha256(std::string_view bytes);
// Lower-case hexadecimal SHA-256.
std::string sha256_hex(std::string_view bytes);

// Lower-case hexadecimal.
std::string to_hex(const Md5& digest);

}  // namespace squire
