#include "squire/admin/admin_site.hpp"

#include <algorithm>

#include "admin/desk.hpp"
#include "admin/jobs.hpp"

namespace squire::admin {
namespace {

// Where everything begins that is the site's.
bool is_ours(std::string_view path) {
  return path.starts_with("/_squire/") || path == "/_squire" || path.starts_with("/_localstack/") ||
         path.starts_with("/_aws/") || path == "/metrics";
}

// A person, not an SDK: those ask for no page.
bool is_browser(const SiteRequest& request) {
  return request.path == "/" && request.accept.find("text/html") != std::string_view::npos;
}

// What stands in the place of `{name}`; nothing if the path is not of that form.
std::optional<std::string> match(std::string_view form, std::string_view path) {
  const auto open = form.find('{');
  if (open == std::string_view::npos) {
    return form == path ? std::optional(std::string()) : std::nullopt;
  }
  const auto tail = form.substr(form.find('}') + 1);
  const auto length = open + tail.size();
  if (!path.starts_with(form.substr(0, open)) || !path.ends_with(tail) || path.size() <= length) {
    return std::nullopt;
  }
  const auto part = path.substr(open, path.size() - length);
  if (part.find('/') != std::string_view::npos) return std::nullopt;
  auto name = form_decode(part);
  return name && is_utf8(*name) ? name : std::nullopt;
}

SiteReply answer(Desk& desk) {
  std::string allowed;
  for (const auto& route : routes()) {
    const auto name = match(route.path, desk.request.path);
    if (!name) continue;
    if (route.method == desk.request.method ||
        (desk.request.method == "HEAD" && route.method == "GET")) {
      desk.name = *name;
      return route.answer(desk);
    }
    allowed.append(allowed.empty() ? "" : ", ").append(route.method);
  }
  if (allowed.empty())
    return refuse(404, "There is nothing here; GET /_squire/ lists what there is");
  auto refused = refuse(405, "This can be asked for with " + allowed);
  refused.headers = "Allow: " + allowed + "\r\n";
  return refused;
}

// A request that is answered at once.
class Answered final : public service::Visit {
 public:
  explicit Answered(SiteReply reply) : reply_(std::move(reply)) {}
  std::optional<SiteReply> run(bool) override { return std::move(reply_); }

 private:
  SiteReply reply_;
};

}  // namespace

AdminSite::AdminSite(engine::Broker& broker, AdminSettings settings, const Metrics* metrics)
    : broker_(broker),
      settings_(std::move(settings)),
      metrics_(metrics),
      started_at_(broker.env().clock.now()),
      jobs_(std::make_unique<Jobs>()) {}

AdminSite::~AdminSite() = default;

void AdminSite::end_test() {
  if (settings_.faults) settings_.faults->clear();
  if (!settings_.reset_clock) return;
  settings_.reset_clock();
  advanced_ = Milliseconds(0);
}

void AdminSite::stop() {
  jobs_->stop();
}

std::optional<service::Upload> AdminSite::upload(std::string_view method, std::string_view path) {
  if (settings_.files == nullptr || !is_import(method, path)) return std::nullopt;
  return service::Upload{settings_.files->make(), settings_.import_bytes_max, "import_bytes_max"};
}

std::unique_ptr<service::Visit> AdminSite::visit(const SiteRequest& request,
                                                 std::shared_ptr<Waiter> waiter) {
  if (is_browser(request)) return std::make_unique<Answered>(show_console());
  if (!is_ours(request.path)) return nullptr;
  Desk desk(*this, request);
  if (desk.is_testing() && request.path == "/_squire/wait" && request.method == "GET") {
    if (auto wait = make_wait(desk, std::move(waiter))) return wait;
  }
  if (auto job = make_state_job(desk, *jobs_, waiter)) return job;
  auto answered = answer(desk);
  const bool wants_table = request.accept.starts_with("text/plain");
  if (wants_table && answered.content_type == "application/json") {
    answered.content_type = "text/plain; charset=utf-8";
    answered.body = to_table(Json::parse(answered.body));
  }
  return std::make_unique<Answered>(std::move(answered));
}

}  // namespace squire::admin
