#include "squire/service/dispatcher.hpp"

#include <utility>

namespace squire::service {

Dispatcher::Dispatcher(engine::Broker& broker, std::vector<const Service*> services,
                       DispatcherSettings settings, AdminHandler* site)
    : broker_(broker),
      settings_(std::move(settings)),
      router_(std::move(services)),
      authenticator_(settings_, router_.services()),
      site_(site) {}

bool Dispatcher::turns_away(const HttpRequest& head) const {
  return authenticator_.judge(head).kind != BrowserVerdict::Kind::Serve;
}

std::optional<Upload> Dispatcher::upload(const HttpRequest& head) const {
  const auto path = split_target(head.target).path;
  if (!path.starts_with(kSitePrefix) || site_ == nullptr) return std::nullopt;
  if (settings_.has_admin_address != head.is_by_admin_address) return std::nullopt;
  if (!authenticator_.may_administrate(head) || turns_away(head)) return std::nullopt;
  return site_->upload(head.method, path);
}

HttpReply Dispatcher::refuse(const HttpRequest& request, const Error& error,
                             std::string request_id) const {
  HttpReply reply{router_.refuse(request, error, request_id), {}};
  reply.request_id = std::move(request_id);
  return reply;
}

HttpReply refuse(const Upload& upload, std::string request_id) {
  HttpReply reply;
  reply.content_type = "application/json";
  reply.request_id = std::move(request_id);
  if (!upload.file) {
    reply.status = 503;
    reply.body = "{\"message\":\"There are as many exports and imports under way as the setting " +
                 std::string(upload.setting) + " allows; ask again\"}\n";
    return reply;
  }
  reply.status = 413;
  reply.body = "{\"message\":\"The body is larger than the setting " + std::string(upload.setting) +
               ", " + std::to_string(upload.bytes_max) + " bytes\"}\n";
  return reply;
}

}  // namespace squire::service
