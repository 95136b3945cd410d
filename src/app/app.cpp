#include "squire/app/app.hpp"

#include <pthread.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "app/access_log.hpp"
#include "app/declarations.hpp"
#include "app/init_files.hpp"
#include "app/init_scripts.hpp"
#include "app/localstack.hpp"
#include "app/own_address.hpp"
#include "app/tls.hpp"
#include "squire/admin/admin_site.hpp"
#include "squire/admin/metrics.hpp"
#include "squire/core/internal_errors.hpp"
#include "squire/core/text.hpp"
#include "squire/net/http_client.hpp"
#include "squire/net/server.hpp"
#include "squire/net/smtp_mailer.hpp"
#include "squire/service/access_control.hpp"
#include "squire/service/temporary_files.hpp"
#include "squire/sns/actions.hpp"
#include "squire/sns/couriers.hpp"
#include "squire/sns/envelopes.hpp"
#include "squire/sqs/actions.hpp"
#include "squire/storage/memory_journal.hpp"
#include "squire/storage/sqlite_journal.hpp"
#include "squire/sts/actions.hpp"

namespace squire::app {
namespace {

// Signals are taken by sigwait() alone; threads started later inherit the mask.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

// Every connection is a file: take as many as we may.
void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

void set_up_log(const Config& config) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("squire"));
  spdlog::set_level(spdlog::level::from_str(config.log_level));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
  internal_errors().listen([](Border border, std::string_view what) {
    spdlog::error("something went wrong inside ({}): {}; please report it", border_name(border),
                  what);
  });
}

// What links in notifications begin with. URLs of queues are on the host that the client used,
// which is right in every network at once; LOCALSTACK_HOST knows better than "localhost" alone.
std::string link_base(const Config& config) {
  if (!config.base_url.empty()) return config.base_url;
  if (is_in_place_of_localstack()) {
    if (auto url = localstack_url(config.port)) return *url;
  }
  return "http://localhost:" + std::to_string(config.port);
}

engine::Rules to_rules(const Config& config) {
  const auto seconds = [&](std::int64_t given) {
    return Seconds(config.strict && given == 0 ? 60 : given);
  };
  engine::Rules rules;
  rules.in_flight_max = static_cast<std::uint64_t>(config.in_flight_max);
  rules.purge_interval = seconds(config.purge_interval_seconds);
  rules.recreate_delay = seconds(config.recreate_delay_seconds);
  rules.pending_deliveries_max = static_cast<std::uint64_t>(config.pending_deliveries_max);
  rules.outbox_max = static_cast<std::uint64_t>(config.outbox_max);
  rules.filter_policies_max = static_cast<std::uint64_t>(
      config.strict && config.filter_policies_max == 0 ? 200 : config.filter_policies_max);
  rules.history_bytes_max = static_cast<std::uint64_t>(config.history_bytes_max);
  rules.sends_email = !config.smtp_host.empty();
  rules.endpoint = link_base(config);
  return rules;
}

std::vector<std::uint16_t> to_ports(const std::string& text) {
  std::vector<std::uint16_t> ports;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    const auto port = parse_integer(text.substr(begin, end - begin));
    if (!port || *port < 1 || *port > 65'535) {
      throw ConfigError("extra_ports must be ports with commas between, such as 9324,4100, not \"" +
                        text + "\"");
    }
    ports.push_back(static_cast<std::uint16_t>(*port));
    begin = end + 1;
  }
  return ports;
}

service::BrowserGuard to_guard(const Config& config) {
  return {config.allowed_hosts, config.allowed_origins, config.base_url};
}

service::Tokens to_tokens(const Config& config) {
  return {config.admin_token, config.viewer_token, config.metrics_token};
}

// Without what serve() owns. The server outlives them.
admin::AdminSettings to_admin_settings(const Config& config, const InitFiles& init_files,
                                       net::Server& server) {
  admin::AdminSettings settings{SQUIRE_VERSION,  config.account,
                                config.region,   config.base_url,
                                to_json(config), [&server] { return server.connection_count(); }};
  settings.import_bytes_max = static_cast<std::uint64_t>(config.import_bytes_max);
  for (const auto& script : init_files.scripts) {
    settings.init_scripts.push_back(script.path.filename().string());
  }
  if (config.testing) {
    settings.advance_clock = [&server](Milliseconds by) { server.advance_clock(by); };
    settings.reset_clock = [&server] { server.reset_clock(); };
  }
  return settings;
}

net::ServerSettings to_server_settings(const Config& config) {
  net::ServerSettings settings;
  settings.address = config.address;
  settings.port = config.port;
  settings.extra_ports = to_ports(config.extra_ports);
  settings.tls_port = config.tls_port;
  settings.admin_address = config.admin_address;
  settings.threads_count = static_cast<std::size_t>(config.threads);
  settings.connections_max = static_cast<std::size_t>(config.connections_max);
  settings.header_bytes_max = static_cast<std::size_t>(config.header_bytes_max);
  settings.body_bytes_max = static_cast<std::size_t>(config.body_bytes_max);
  settings.request_timeout = Seconds(config.request_timeout_seconds);
  settings.idle_timeout = Seconds(config.idle_timeout_seconds);
  return settings;
}

net::HttpClientSettings to_client_settings(const Config& config) {
  net::HttpClientSettings settings;
  settings.connections_per_host_max =
      static_cast<std::size_t>(config.delivery_connections_per_host_max);
  settings.verify_tls = config.delivery_verify_tls;
  settings.ca_file = config.delivery_ca_file;
  settings.networks = {config.delivery_allowed_networks, config.delivery_denied_networks};
  return settings;
}

net::SmtpSettings to_smtp_settings(const Config& config) {
  return {config.smtp_host,           config.smtp_port,       config.smtp_from,
          config.smtp_starttls,       config.smtp_user,       config.smtp_password,
          config.delivery_verify_tls, config.delivery_ca_file};
}

sns::CourierSettings to_courier_settings(const Config& config, service::Mailer* mailer) {
  sns::CourierSettings settings;
  settings.functions = config.functions;
  settings.mailer = mailer;
  settings.on_failure = [](const std::string& what) { spdlog::warn("{}", what); };
  return settings;
}

std::unique_ptr<engine::Journal> open_journal(const Config& config) {
  if (config.durability == "memory") return std::make_unique<storage::MemoryJournal>();
  using Durability = storage::SqliteOptions::Durability;
  storage::SqliteOptions options;
  options.directory = config.data_dir;
  options.durability = config.durability == "full" ? Durability::Full : Durability::Relaxed;
  options.reserve_bytes = config.disk_reserve_bytes;
  options.secure_delete = config.secure_delete;
  options.on_event = [](const std::string& what) { spdlog::warn("{}", what); };
  return std::make_unique<storage::SqliteJournal>(std::move(options));
}

// Once the data directory is ours.
std::unique_ptr<service::TemporaryFiles> make_temporary_files(const Config& config) {
  if (config.durability == "memory") return std::make_unique<service::TemporaryFiles>();
  return std::make_unique<service::TemporaryFiles>(config.data_dir);
}

std::string why_failed(const engine::Journal& journal) {
  const auto* sqlite = dynamic_cast<const storage::SqliteJournal*>(&journal);
  return sqlite ? sqlite->failure() : std::string();
}

std::string why_not_stored(const engine::Journal& journal, const Config& config) {
  return journal.has_failed() ? why_failed(journal)
                              : "there is no space left on the disk of " + config.data_dir.string();
}

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

void log_start(const Config& config, std::uint16_t port, bool has_certificate) {
  spdlog::info(
      "squire {} listening on {}, {}", SQUIRE_VERSION, own_urls(config, port, has_certificate),
      config.durability == "memory"
          ? "nothing is stored (durability: memory)"
          : "data in " + config.data_dir.string() + " (durability: " + config.durability + ")");
}

// What health checks and test suites wait for: a line that ends so, as LocalStack's last one does.
// Whatever log_level says, unless that is "off".
void say_ready() {
  auto& log = *spdlog::default_logger();
  if (log.level() == spdlog::level::off) return;
  for (const auto& sink : log.sinks()) {
    sink->log({log.name(), spdlog::level::info, "Ready."});
    sink->flush();
  }
}

// Once, where we stand in LocalStack's place.
void log_unheeded() {
  if (!is_in_place_of_localstack()) return;
  const auto unheeded = describe_unheeded(environ);
  if (!unheeded.empty()) spdlog::info("{}", unheeded);
}

// For init scripts, until this process ends: root of its account wherever signatures are checked.
access::Key make_script_key(const Config& config, Ids& ids) {
  const auto name =
      config.auth == "sigv4" ? "squire-init-" + to_string(ids.next()) : config.account;
  return {name, base64_encode(ids.secret(30)), access::Principal::root(config.account)};
}

// In which the AWS CLI and every SDK talk to this broker, whatever else they would do here.
std::vector<std::string> script_environment(const Config& config, std::uint16_t port,
                                            const access::Key& key) {
  auto endpoint = own_endpoint(config);
  endpoint.port(port);
  return {"AWS_ENDPOINT_URL=" + to_url(endpoint), "AWS_ACCESS_KEY_ID=" + key.access_key,
          "AWS_SECRET_ACCESS_KEY=" + key.secret,  "AWS_SESSION_TOKEN=" + key.session_token,
          "AWS_REGION=" + config.region,          "AWS_DEFAULT_REGION=" + config.region};
}

// The exit code, behind a word on why it is not 0.
int report_end(engine::Journal& journal, const InitScripts& scripts) {
  const bool is_stored = journal.flush();
  if (!is_stored && !journal.has_failed()) {
    spdlog::error("stopped with a full disk: the last {} changes could not be stored",
                  journal.backlog_count());
  }
  if (journal.has_failed()) {
    spdlog::error(
        "stopped because the disk failed: {}. What was answered is safe; requests since got 503",
        why_failed(journal));
  }
  return is_stored && !scripts.has_failed() ? 0 : 1;
}

void stop_by_signal() {
  ::kill(::getpid(), SIGTERM);
}

// On SIGHUP. What is wrong with a new certificate is no reason to be without the old one.
void renew_certificate(const Config& config, net::Server& server) {
  try {
    const auto certificate = find_certificate(config, server.wall_clock().now());
    if (!certificate) return spdlog::info("SIGHUP: there is no certificate to read anew");
    server.use_certificate(*certificate);
    spdlog::info("SIGHUP: the certificate was read anew");
  } catch (const std::runtime_error& error) {
    spdlog::error("SIGHUP: {}; the certificate stays as it was", error.what());
  }
}

// Null: everybody is believed. `own` is the key of init scripts, which is in no file.
std::unique_ptr<service::AccessControl> make_access(const Config& config, const access::Key& own,
                                                    const Clock& wall_clock) {
  auto keys = all_keys(config);
  if (config.auth != "sigv4") return nullptr;
  keys.push_back(own);
  return std::make_unique<service::AccessControl>(
      std::move(keys), to_tokens(config), wall_clock,
      [](const std::string& line) { spdlog::warn("{}", line); });
}

// On SIGHUP, too.
void renew_keys(const Config& config, const access::Key& own, service::AccessControl& access) {
  if (config.keys_file.empty()) return;
  try {
    auto keys = all_keys(config);
    const auto count = keys.size();
    keys.push_back(own);
    access.use_keys(std::move(keys));
    spdlog::info("SIGHUP: {} access keys are in force, with those of {}", count, config.keys_file);
  } catch (const std::exception& error) {
    spdlog::error("SIGHUP: {}; the access keys stay as they were", error.what());
  }
}

void wait_for_stop(const sigset_t& signals, const std::function<void()>& on_hangup) {
  int signal = 0;
  while (sigwait(&signals, &signal) == 0 && signal == SIGHUP) on_hangup();
}

// The parts in the order in which they need each other; destruction is the reverse.
int serve(const Config& config, const sigset_t& signals) {
  const auto init_files = find_init_files(config.init_dir, localstack_script_directories());
  const auto guard = to_guard(config);
  net::Server server(to_server_settings(config));
  RandomIds ids;
  const auto journal = open_journal(config);
  const auto certificate = find_certificate(config, server.wall_clock().now());
  if (certificate) server.use_certificate(*certificate);
  const sns::Envelopes envelopes;
  const auto script_key = make_script_key(config, ids);
  const auto access = make_access(config, script_key, server.wall_clock());
  auto rules = to_rules(config);
  rules.delivery_guard = access.get();
  engine::Broker broker({server.clock(), ids, *journal}, rules, &envelopes);
  broker.load();
  if (!journal->flush()) throw storage::StorageError(why_not_stored(*journal, config));
  declare_queues(broker, config);
  declare_topics(broker, config);
  declare_init_files(broker, config, init_files.declarations);
  service::Faults faults;
  const auto files = make_temporary_files(config);
  auto admin_settings = to_admin_settings(config, init_files, server);
  admin_settings.files = files.get();
  admin_settings.session_id = to_string(ids.next());
  if (config.testing) admin_settings.faults = &faults;
  if (certificate && config.tls_certificate.empty()) {
    admin_settings.certificate = certificate->chain_pem;
  }
  admin::Metrics metrics(broker, {[&] { return server.connection_count(); }});
  admin::AdminSite site(broker, std::move(admin_settings), &metrics);
  service::Dispatcher dispatcher(
      broker, {&sqs::service(), &sns::service(), &sts::service()},
      {config.account, config.region, config.base_url,
       static_cast<std::size_t>(config.journal_backlog_max), access.get(),
       config.testing ? &faults : nullptr, !config.admin_address.empty(), guard},
      &site);
  const auto port = server.listen();
  server.every_second([&] {
    broker.tick();
    if (journal->has_failed()) stop_by_signal();
  });
  net::HttpClient client(to_client_settings(config));
  std::optional<net::SmtpMailer> mailer;
  if (!config.smtp_host.empty()) mailer.emplace(to_smtp_settings(config));
  sns::Couriers couriers(broker, client, to_courier_settings(config, mailer ? &*mailer : nullptr));
  couriers.start();
  client.start();
  const auto access_log = make_access_log(config.access_log);
  std::vector<service::Observer*> observers{&metrics};
  if (access_log) observers.push_back(access_log.get());
  server.start(dispatcher, *journal, std::move(observers));
  if (init_files.scripts.empty()) site.set_ready();
  log_start(config, port, certificate.has_value());
  log_unheeded();
  const auto be_ready = [&] {
    site.set_ready();
    say_ready();
  };
  InitScripts scripts(
      {init_files.scripts, script_environment(config, port, script_key),
       [&](std::size_t script, admin::InitState state) { site.set_init_state(script, state); },
       be_ready, stop_by_signal});
  if (init_files.scripts.empty()) {
    be_ready();
  } else {
    scripts.start();
  }
  wait_for_stop(signals, [&] {
    renew_certificate(config, server);
    if (access) renew_keys(config, script_key, *access);
  });
  scripts.stop();
  if (!journal->has_failed()) spdlog::info("stopping");
  server.stop();
  site.stop();
  mailer.reset();
  client.stop();
  return report_end(*journal, scripts);
}

}  // namespace

int run(const Config& config) {
  set_up_log(config);
  const auto signals = block_signals();
  raise_file_limit();
  try {
    return serve(config, signals);
  } catch (const std::exception& error) {
    spdlog::error("cannot start: {}", error.what());
    return 1;
  }
}

}  // namespace squire::app
