#include "app/tls.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "app/json_file.hpp"

namespace squire::app {
namespace {

constexpr const char* kSelfSignedFile = "tls.pem";  // certificate and key

// Everything that people call a broker on their machine or in their Docker network.
std::vector<std::string> own_hosts(const Config& config) {
  const std::string localstack = "localhost.localstack.cloud";
  std::vector<std::string> hosts{"localhost",
                                 "*.localhost",
                                 "127.0.0.1",
                                 "::1",
                                 localstack,
                                 "*." + localstack,
                                 "squire",
                                 "*.queue." + localstack,
                                 "*." + config.region + "." + localstack,
                                 "host.docker.internal"};
  char name[256] = {};
  if (gethostname(name, sizeof(name) - 1) == 0 && name[0] != '\0') hosts.emplace_back(name);
  if (config.base_url) hosts.push_back(config.base_url->parts.host);
  return hosts;
}

void keep(const std::filesystem::path& path, const net::Certificate& certificate) {
  const std::string text = certificate.chain_pem + certificate.key_pem;
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool is_written =
      file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (file >= 0) ::close(file);
  if (!is_written) throw std::runtime_error("the certificate cannot be kept in " + path.string());
}

net::Certificate self_signed(const Config& config, TimePoint now) {
  const auto path = config.data_dir / kSelfSignedFile;
  const bool is_kept = config.durability != Durability::Memory;
  if (is_kept && std::filesystem::exists(path)) {
    const auto text = read_file(path, "tls_self_signed");
    const auto key = std::min(text.find("-----BEGIN PRIVATE KEY"), text.size());
    return {text.substr(0, key), text.substr(key)};
  }
  const auto hosts = own_hosts(config);
  auto certificate = net::make_self_signed(now, hosts);
  if (is_kept) keep(path, certificate);
  return certificate;
}

}  // namespace

std::optional<net::Certificate> find_certificate(const Config& config, TimePoint now) {
  if (config.tls_certificate.empty() != config.tls_key.empty()) {
    throw ConfigError("tls_certificate and tls_key go together");
  }
  if (!config.tls_certificate.empty()) {
    return net::Certificate{read_file(config.tls_certificate, "tls_certificate"),
                            read_file(config.tls_key, "tls_key")};
  }
  if (config.tls_self_signed) return self_signed(config, now);
  if (config.tls_port != 0) {
    throw ConfigError("tls_port needs tls_certificate and tls_key, or tls_self_signed");
  }
  return std::nullopt;
}

}  // namespace squire::app
