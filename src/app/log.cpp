#include "app/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <sstream>
#include <string>

#include "app/localstack.hpp"
#include "app/settings.hpp"
#include "squire/core/internal_errors.hpp"

namespace squire::app {
namespace {

using boost::asio::ip::tcp;

// Every URL it listens on.
std::string own_urls(const Config& config, std::uint16_t port, bool has_certificate) {
  std::ostringstream urls;
  const auto add = [&](const char* scheme, const tcp::endpoint& endpoint) {
    urls << (urls.tellp() == 0 ? "" : ", ") << scheme << endpoint;
  };
  auto ports = config.extra_ports;
  ports.insert(ports.begin(), port);
  for (const auto one : ports) {
    add("http://", {config.address, one});
    if (has_certificate && config.tls_port == 0) add("https://", {config.address, one});
  }
  if (config.tls_port != 0) add("https://", {config.address, config.tls_port});
  if (config.admin_address) add("for /_squire/ alone http://", *config.admin_address);
  return urls.str();
}

spdlog::level::level_enum to_level(LogLevel level) {
  switch (level) {
    case LogLevel::Trace:
      return spdlog::level::trace;
    case LogLevel::Debug:
      return spdlog::level::debug;
    case LogLevel::Info:
      return spdlog::level::info;
    case LogLevel::Warn:
      return spdlog::level::warn;
    case LogLevel::Error:
      return spdlog::level::err;
    case LogLevel::Off:
      break;
  }
  return spdlog::level::off;
}

}  // namespace

void set_up_log(const Config& config) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("squire"));
  spdlog::set_level(to_level(config.log_level));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
  internal_errors().listen([](Border border, std::string_view what) {
    spdlog::error("something went wrong inside ({}): {}; please report it", border_name(border),
                  what);
  });
}

void log_start(const Config& config, std::uint16_t port, bool has_certificate) {
  spdlog::info("squire {} listening on {}, {} (durability: {})", SQUIRE_VERSION,
               own_urls(config, port, has_certificate),
               config.durability == Durability::Memory ? "nothing is stored"
                                                       : "data in " + config.data_dir.string(),
               find_setting("durability")->show(config).get<std::string>());
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
