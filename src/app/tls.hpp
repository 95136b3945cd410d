#pragma once

#include <optional>

#include "squire/app/config.hpp"
#include "squire/net/certificate.hpp"

namespace squire::app {

// The certificate that the settings ask for: the one in their files, or a self-signed one, which is
// made once per data directory. Nothing if they ask for none. ConfigError or std::runtime_error
// says what is wrong, and never what stands in a key.
std::optional<net::Certificate> find_certificate(const Config& config, TimePoint now);

}  // namespace squire::app
