#include "app/localstack.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "app/services.hpp"
#include "squire/core/ascii.hpp"

namespace squire::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "LOCALSTACK_";
constexpr std::string_view kHost = "LOCALSTACK_HOST";
constexpr std::string_view kServices = "SERVICES";

// LocalStack's settings that change nothing here, beside those that begin with LOCALSTACK_.
constexpr std::array<std::string_view, 43> kUnheeded = {"ACTIVATE_PRO",
                                                        "ALLOW_NONSTANDARD_REGIONS",
                                                        "CFN_VERBOSE_ERRORS",
                                                        "DATA_DIR",
                                                        "DEBUG",
                                                        "DISABLE_CORS_CHECKS",
                                                        "DISABLE_CORS_HEADERS",
                                                        "DISABLE_EVENTS",
                                                        "DOCKER_HOST",
                                                        "DOCKER_SOCK",
                                                        "EAGER_SERVICE_LOADING",
                                                        "EDGE_BIND_HOST",
                                                        "EDGE_PORT",
                                                        "ENABLE_CONFIG_UPDATES",
                                                        "ENFORCE_IAM",
                                                        "EXTRA_CORS_ALLOWED_HEADERS",
                                                        "EXTRA_CORS_ALLOWED_ORIGINS",
                                                        "FORCE_NONINTERACTIVE",
                                                        "GATEWAY_LISTEN",
                                                        "HOSTNAME_EXTERNAL",
                                                        "LAMBDA_DOCKER_FLAGS",
                                                        "LAMBDA_DOCKER_NETWORK",
                                                        "LAMBDA_EXECUTOR",
                                                        "LAMBDA_REMOTE_DOCKER",
                                                        "LAMBDA_RUNTIME_ENVIRONMENT_TIMEOUT",
                                                        "LS_LOG",
                                                        "MAIN_CONTAINER_NAME",
                                                        "MAIN_DOCKER_NETWORK",
                                                        "OUTBOUND_HTTPS_PROXY",
                                                        "OUTBOUND_HTTP_PROXY",
                                                        "PERSISTENCE",
                                                        "SKIP_INFRA_DOWNLOADS",
                                                        "SKIP_SSL_CERT_DOWNLOAD",
                                                        "SNAPSHOT_LOAD_STRATEGY",
                                                        "SNAPSHOT_SAVE_STRATEGY",
                                                        "SNS_CERT_URL_HOST",
                                                        "SQS_DELAY_PURGE_RETRY",
                                                        "SQS_DELAY_RECENTLY_DELETED",
                                                        "SQS_DISABLE_CLOUDWATCH_METRICS",
                                                        "SQS_ENABLE_MESSAGE_RETENTION_PERIOD",
                                                        "SQS_ENDPOINT_STRATEGY",
                                                        "STRICT_SERVICE_LOADING",
                                                        "USE_SSL"};

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

// Name and value of "NAME=value".
std::pair<std::string_view, std::string_view> split(std::string_view variable) {
  const auto name = variable.substr(0, variable.find('='));
  return {name, variable.substr(std::min(name.size() + 1, variable.size()))};
}

// A name or address, perhaps with a port.
bool is_host(std::string_view text) {
  static constexpr auto kAllowed = CharacterSet::letters_and_digits_and(".-_:[]");
  return !text.empty() && kAllowed.contains_all(text);
}

bool is_unheeded(std::string_view name, std::string_view value) {
  // These ask for nothing.
  if (value.empty() || value == "0" || value == "false" || value == "False") return false;
  return (name.starts_with(kPrefix) && name != kHost) ||
         std::find(kUnheeded.begin(), kUnheeded.end(), name) != kUnheeded.end();
}

void add(std::string& list, std::string_view item) {
  if (!list.empty()) list += ", ";
  list += item;
}

// Those of "sqs,lambda:4574" that are not spoken here.
std::string others_of(std::string_view services) {
  std::string others;
  while (!services.empty()) {
    const auto item = services.substr(0, services.find(','));
    services.remove_prefix(std::min(item.size() + 1, services.size()));
    auto name = item.substr(0, item.find(':'));
    name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
    name = name.substr(0, name.find(' '));
    const auto& spoken = app::services();
    const bool is_spoken = std::any_of(spoken.begin(), spoken.end(),
                                       [&](const auto* service) { return service->name == name; });
    if (!name.empty() && !is_spoken) {
      add(others, name);
    }
  }
  return others;
}

// Of the directories of stages other than "ready".
std::string directories_not_run(const fs::path& root) {
  std::string found;
  for (const char* stage : {"boot.d", "start.d", "shutdown.d"}) {
    const auto directory = root / "etc/localstack/init" / stage;
    std::error_code ignored;
    if (is_there(directory) && !fs::is_empty(directory, ignored)) add(found, directory.string());
  }
  return found;
}

}  // namespace

bool is_in_place_of_localstack(const fs::path& root) {
  return is_there(root / "etc/localstack") || is_there(root / "var/lib/localstack") ||
         is_there(root / "docker-entrypoint-initaws.d");
}

std::vector<fs::path> localstack_script_directories(const fs::path& root) {
  return {root / "etc/localstack/init/ready.d", root / "docker-entrypoint-initaws.d"};
}

std::string describe_unheeded(const char* const* environment, const fs::path& root) {
  std::string names;
  std::string services;
  std::string host;
  for (; *environment != nullptr; ++environment) {
    const auto [name, value] = split(*environment);
    if (is_unheeded(name, value)) add(names, name);
    if (name == kServices) services = others_of(value);
    if (name == kHost && !value.empty() && !is_host(value)) host = value;
  }
  std::string text;
  const auto say = [&](const char* what, const std::string& list, const char* rest) {
    if (!list.empty()) text.append(text.empty() ? "" : "; ").append(what).append(list).append(rest);
  };
  say("of LocalStack's variables these change nothing here: ", names, "");
  say("SERVICES names what is not spoken here: ", services, "");
  say("LOCALSTACK_HOST must be a host such as aws or aws:4566, not \"", host, "\"");
  say("scripts in ", directories_not_run(root), " are not run, only those in ready.d");
  return text;
}

std::optional<std::string> find_localstack_host(const char* const* environment) {
  std::optional<std::string> host;
  for (; *environment != nullptr; ++environment) {
    const auto [name, value] = split(*environment);
    if (name == kHost && !host && is_host(value)) host = value;
  }
  return host;
}

std::string localstack_url(const std::string& host, std::uint16_t port) {
  const bool has_port = host.find(':') != std::string::npos;
  return "http://" + host + (has_port ? "" : ":" + std::to_string(port));
}

}  // namespace squire::app
