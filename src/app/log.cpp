#include "app/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <string>

#include "app/localstack.hpp"
#include "app/part_settings.hpp"
#include "squire/core/internal_errors.hpp"

namespace squire::app {
namespace {

// Every URL it listens on.
std::string own_urls(const Config& config, std::uint16_t port, bool has_certificate) {
  std::string urls;
  const auto add = [&](const char* scheme, const std::string& authority) {
    urls.append(urls.empty() ? "" : ", ").append(scheme).append(authority);
  };
  auto ports = to_ports(config.extra_ports);
  ports.insert(ports.begin(), port);
  for (const auto one : ports) {
    const auto authority = config.address + ":" + std::to_string(one);
    add("http://", authority);
    if (has_certificate && config.tls_port == 0) add("https://", authority);
  }
  if (config.tls_port != 0) add("https://", config.address + ":" + std::to_string(config.tls_port));
  if (!config.admin_address.empty()) add("for /_squire/ alone http://", config.admin_address);
  return urls;
}

}  // namespace

void set_up_log(const Config& config) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("squire"));
  spdlog::set_level(spdlog::level::from_str(config.log_level));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
  internal_errors().listen([](Border border, std::string_view what) {
    spdlog::error("something went wrong inside ({}): {}; please report it", border_name(border),
                  what);
  });
}

void log_start(const Config& config, std::uint16_t port, bool has_certificate) {
  spdlog::info(
      "squire {} listening on {}, {}", SQUIRE_VERSION, own_urls(config, port, has_certificate),
      config.durability == "memory"
          ? "nothing is stored (durability: memory)"
          : "data in " + config.data_dir.string() + " (durability: " + config.durability + ")");
}

void say_ready() {
  auto& log = *spdlog::default_logger();
  if (log.level() == spdlog::level::off) return;
  for (const auto& sink : log.sinks()) {
    sink->log({log.name(), spdlog::level::info, "Ready."});
    sink->flush();
  }
}

void log_unheeded() {
  if (!is_in_place_of_localstack()) return;
  const auto unheeded = describe_unheeded(environ);
  if (!unheeded.empty()) spdlog::info("{}", unheeded);
}

}  // namespace squire::app
