// What each part of the daemon is told of the configuration.
#pragma once

#include <cstdint>

#include "squire/admin/admin_site.hpp"
#include "squire/app/config.hpp"
#include "squire/engine/queue/queue.hpp"
#include "squire/http/sessions.hpp"
#include "squire/net/server.hpp"
#include "squire/outbound/http_client.hpp"
#include "squire/outbound/smtp_mailer.hpp"
#include "squire/provision/init_files.hpp"
#include "squire/service/access_control.hpp"
#include "squire/service/browser_guard.hpp"
#include "squire/service/faults.hpp"
#include "squire/service/temporary_files.hpp"
#include "squire/sns/couriers.hpp"

namespace squire::app {

engine::Rules to_rules(const Config& config);
service::BrowserGuard to_browser_guard(const Config& config);
service::Tokens to_tokens(const Config& config);
net::ServerSettings to_server_settings(const Config& config);
http::Settings to_http_settings(const Config& config);
// On all ports of the configuration; throws net::ListenError. The port it got for `port`.
std::uint16_t listen(const Config& config, net::Server& server, http::Sessions& sessions);
outbound::HttpClientSettings to_client_settings(const Config& config);
outbound::SmtpSettings to_smtp_settings(const Config& config);
// The mailer may be null: e-mail then ends in the outbox.
// What is passed by reference outlives them.
sns::CourierSettings to_courier_settings(const Config& config, outbound::Mailer* mailer,
                                         Executor& helpers);
// Likewise.
admin::AdminSettings to_admin_settings(const Config& config, const provision::InitFiles& init_files,
                                       net::Server& server, service::TemporaryFiles& files,
                                       service::Faults& faults);

}  // namespace squire::app
