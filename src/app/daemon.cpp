#include "app/daemon.hpp"

#include <spdlog/spdlog.h>

#include <filesystem>

#include "app/access_log.hpp"
#include "app/declared_files.hpp"
#include "app/localstack.hpp"
#include "app/log.hpp"
#include "app/own_address.hpp"
#include "app/part_settings.hpp"
#include "app/services.hpp"
#include "app/tls.hpp"
#include "squire/core/text.hpp"
#include "squire/storage/memory_journal.hpp"
#include "squire/storage/sqlite_journal.hpp"

namespace squire::app {
namespace {

std::unique_ptr<engine::Journal> open_journal(const Config& config) {
  if (config.durability == Durability::Memory) {
    return std::make_unique<storage::MemoryJournal>(row_kinds());
  }
  storage::SqliteOptions options;
  options.kinds = row_kinds();
  options.directory = config.data_dir;
  using Kept = storage::SqliteOptions::Durability;
  options.durability = config.durability == Durability::Full ? Kept::Full : Kept::Relaxed;
  options.reserve_bytes = static_cast<std::int64_t>(config.disk_reserve_bytes);
  options.secure_delete = config.secure_delete;
  options.on_event = [](const std::string& what) { spdlog::warn("{}", what); };
  return std::make_unique<storage::SqliteJournal>(std::move(options));
}

// Once the data directory is ours.
std::unique_ptr<service::TemporaryFiles> make_temporary_files(const Config& config) {
  if (config.durability == Durability::Memory) return std::make_unique<service::TemporaryFiles>();
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

// For init scripts, until this process ends: root of its account wherever signatures are checked.
access::Key make_script_key(const Config& config, Ids& ids) {
  const auto name =
      config.auth == Auth::Sigv4 ? "squire-init-" + to_string(ids.next()) : config.account;
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

admin::InitState to_admin(provision::ScriptState state) {
  switch (state) {
    case provision::ScriptState::Running:
      return admin::InitState::Running;
    case provision::ScriptState::Successful:
      return admin::InitState::Successful;
    case provision::ScriptState::Failed:
      return admin::InitState::Error;
  }
  return admin::InitState::Unknown;
}

// What the journal writes to, by its name: a file that was unlinked keeps nothing.
bool is_data_lost(const Config& config) {
  if (config.durability == Durability::Memory) return false;
  std::error_code error;
  return !std::filesystem::exists(config.data_dir / "squire.db", error) && !error;
}

}  // namespace

Daemon::Daemon(const Config& config, std::function<void()> on_end)
    : config_(config),
      on_end_(std::move(on_end)),
      init_files_(provision::find_init_files(config.init_dir, localstack_script_directories())),
      server_(to_server_settings(config)),
      journal_(open_journal(config)),
      certificate_(find_certificate(config, server_.wall_clock().now())),
      script_key_(make_script_key(config, ids_)),
      access_(make_access()),
      delivery_guard_(access_ ? std::make_optional<sns::DeliveryGuard>(*access_) : std::nullopt),
      broker_({server_.clock(), ids_, *journal_}, rules(), &envelopes_),
      files_(make_temporary_files(config)),
      metrics_(broker_, {[this] { return server_.connection_count(); }}),
      site_(broker_, admin_settings(), &metrics_),
      dispatcher_(broker_, services(), dispatcher_settings(), &site_),
      client_(to_client_settings(config)),
      mailer_(config.smtp_host.empty()
                  ? std::nullopt
                  : std::make_optional<outbound::SmtpMailer>(to_smtp_settings(config))),
      couriers_(broker_, client_,
                to_courier_settings(config, mailer_ ? &*mailer_ : nullptr, signing_)),
      access_log_(make_access_log(config.access_log)),
      http_(to_http_settings(config), dispatcher_, *journal_, observers(),
            [this](std::string_view path) { return site_.health(path); }) {
  if (certificate_) server_.use_certificate(*certificate_);
}

// ---- what the parts are told -------------------------------------------------------------------

std::vector<access::Key> Daemon::keys() const {
  auto keys = all_keys(config_);
  keys.push_back(script_key_);
  return keys;
}

std::unique_ptr<service::AccessControl> Daemon::make_access() const {
  auto all = keys();  // a file that cannot be read is said even if nobody needs it
  if (config_.auth != Auth::Sigv4) return nullptr;
  return std::make_unique<service::AccessControl>(
      std::move(all), to_tokens(config_), server_.wall_clock(),
      [](const std::string& line) { spdlog::warn("{}", line); });
}

engine::Rules Daemon::rules() const {
  auto rules = to_rules(config_);
  if (delivery_guard_) rules.delivery_guard = &*delivery_guard_;
  return rules;
}

admin::AdminSettings Daemon::admin_settings() {
  auto settings = to_admin_settings(config_, init_files_, server_, *files_, faults_);
  settings.session_id = to_string(ids_.next());
  if (certificate_ && config_.tls_certificate.empty()) {
    settings.certificate = certificate_->chain_pem;
  }
  return settings;
}

service::DispatcherSettings Daemon::dispatcher_settings() {
  return {config_.account,
          config_.region,
          config_.base_url ? config_.base_url->text : "",
          config_.journal_backlog_max,
          access_.get(),
          config_.testing ? &faults_ : nullptr,
          config_.admin_address.has_value(),
          to_browser_guard(config_)};
}

std::vector<service::Observer*> Daemon::observers() {
  std::vector<service::Observer*> observers{&metrics_};
  if (access_log_) observers.push_back(access_log_.get());
  return observers;
}

provision::InitScripts::Options Daemon::script_options(std::uint16_t port) {
  return {init_files_.scripts, script_environment(config_, port, script_key_),
          [this](std::size_t script, provision::ScriptState state) {
            site_.set_init_state(script, to_admin(state));
          },
          [this] {
            site_.set_ready();
            say_ready();
          },
          on_end_};
}

// ---- start ------------------------------------------------------------------------------------

void Daemon::start() {
  load();
  const auto port = listen(config_, server_, http_);
  server_.every_second([this] { return tick(); });
  couriers_.start();
  client_.start();
  server_.start();
  scripts_.emplace(script_options(port));
  const bool is_ready = init_files_.scripts.empty();
  if (is_ready) site_.set_ready();
  log_start(config_, port, certificate_.has_value());
  log_unheeded();
  is_ready ? say_ready() : scripts_->start();
}

void Daemon::load() {
  broker_.load();
  if (!journal_->flush()) throw storage::StorageError(why_not_stored(*journal_, config_));
  declare_configured(broker_, config_);
  declare_init_files(broker_, config_, init_files_.declarations);
}

bool Daemon::tick() {
  if (journal_->has_failed()) on_end_();
  if (broker_.tick()) return true;
  site_.set_data_lost(is_data_lost(config_));
  return false;
}

// ---- SIGHUP -----------------------------------------------------------------------------------

void Daemon::reload() {
  renew_certificate();
  if (access_ && !config_.keys_file.empty()) renew_keys();
}

void Daemon::renew_certificate() {
  try {
    const auto certificate = find_certificate(config_, server_.wall_clock().now());
    if (!certificate) return spdlog::info("SIGHUP: there is no certificate to read anew");
    server_.use_certificate(*certificate);
    spdlog::info("SIGHUP: the certificate was read anew");
  } catch (const std::runtime_error& error) {
    spdlog::error("SIGHUP: {}; the certificate stays as it was", error.what());
  }
}

void Daemon::renew_keys() {
  try {
    auto renewed = keys();
    const auto count = renewed.size() - 1;  // the init scripts' is nobody's business
    access_->use_keys(std::move(renewed));
    spdlog::info("SIGHUP: {} access keys are in force, with those of {}", count,
                 config_.keys_file.string());
  } catch (const std::exception& error) {
    spdlog::error("SIGHUP: {}; the access keys stay as they were", error.what());
  }
}

// ---- stop -------------------------------------------------------------------------------------

int Daemon::stop() {
  auto& guard = guard_.emplace(*journal_);
  scripts_->stop();
  if (!journal_->has_failed()) spdlog::info("stopping");
  guard.enter("ending the requests");
  server_.stop();
  guard.enter("ending exports, imports and pages");
  site_.stop();
  guard.enter("ending deliveries");
  client_.stop();
  signing_.stop();
  mailer_.reset();
  guard.enter(StopGuard::kFlushing);
  const bool is_stored = journal_->flush();
  const int exit_code = report_end(is_stored);
  guard.close_with(exit_code);
  return exit_code;
}

int Daemon::report_end(bool is_stored) const {
  if (!is_stored && !journal_->has_failed()) {
    spdlog::error("stopped with a full disk: the last {} changes could not be stored",
                  journal_->backlog_count());
  }
  if (journal_->has_failed()) {
    spdlog::error(
        "stopped because the disk failed: {}. What was answered is safe; requests since got 503",
        why_failed(*journal_));
  }
  return is_stored && !scripts_->has_failed() ? 0 : 1;
}

}  // namespace squire::app
