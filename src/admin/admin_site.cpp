#include "squire/admin/admin_site.hpp"

#include <algorithm>

#include "admin/admin_request.hpp"
#include "admin/jobs.hpp"
#include "squire/core/url.hpp"
#include "squire/service/request_path.hpp"

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

// What stands in the place of each `{name}`, a part of the path; nothing if the path is not of that
// form.
std::optional<std::vector<std::string>> match(std::string_view form, std::string_view path) {
  std::vector<std::string> parts;
  for (;;) {
    const auto open = std::min(form.find('{'), form.size());
    if (!path.starts_with(form.substr(0, open))) return std::nullopt;
    path.remove_prefix(open);
    if (open == form.size()) return path.empty() ? std::optional(std::move(parts)) : std::nullopt;
    form.remove_prefix(form.find('}') + 1);
    const auto part = path.substr(0, path.find('/'));
    auto name = form_decode(part);
    if (part.empty() || !name || !is_utf8(*name)) return std::nullopt;
    parts.push_back(std::move(*name));
    path.remove_prefix(part.size());
  }
}

// An SDK whose endpoint has a path puts a slash behind it.
std::string_view without_last_slash(std::string_view path) {
  if (path.starts_with("/_aws/") && path.ends_with('/')) path.remove_suffix(1);
  return path;
}

SiteReply find_and_answer(AdminRequest& asked) {
  const auto path = without_last_slash(asked.request.path);
  std::string allowed;
  for (const auto& route : routes()) {
    auto parts = match(route.path, path);
    if (!parts) continue;
    if (route.method == asked.request.method ||
        (asked.request.method == "HEAD" && route.method == "GET")) {
      asked.parts = std::move(*parts);
      if (!asked.parts.empty()) asked.name = asked.parts.front();
      return route.answer(asked);
    }
    allowed.append(allowed.empty() ? "" : ", ").append(route.method);
  }
  if (allowed.empty())
    return refuse(404, "There is nothing here; GET /_squire/ lists what there is");
  auto refused = refuse(405, "This can be asked for with " + allowed);
  refused.headers = "Allow: " + allowed + "\r\n";
  return refused;
}

SiteReply answer(AdminRequest& asked) {
  auto answered = find_and_answer(asked);
  const bool wants_table = asked.request.accept.starts_with("text/plain");
  if (wants_table && answered.content_type == "application/json") {
    answered.content_type = "text/plain; charset=utf-8";
    answered.body = to_table(Json::parse(answered.body));
  }
  return answered;
}

// A request whose answer waits for nothing.
class Answering final : public service::AdminExchange {
 public:
  Answering(AdminSite& site, const SiteRequest& request, bool is_long)
      : site_(site), request_(request), is_long_(is_long) {}

  std::optional<SiteReply> run(bool) override {
    if (is_browser(request_)) return show_console();
    AdminRequest asked(site_, request_);
    return answer(asked);
  }
  bool is_long() const override { return is_long_; }

 private:
  AdminSite& site_;
  const SiteRequest request_;
  const bool is_long_;
};

}  // namespace

AdminSite::AdminSite(engine::Broker& broker, AdminSettings settings, const Metrics* metrics)
    : broker_(broker),
      settings_(std::move(settings)),
      metrics_(metrics),
      started_at_(broker.env().clock.now()),
      init_states_(settings_.init_scripts.size()),
      were_used_(settings_.services.size()),
      jobs_(std::make_unique<Jobs>()) {}

AdminSite::~AdminSite() = default;

void AdminSite::end_test() {
  for (auto& was_used : were_used_) was_used = false;
  if (settings_.faults) settings_.faults->clear();
  if (!settings_.reset_clock) return;
  settings_.reset_clock();
  advanced_ = Milliseconds(0);
}

void AdminSite::stop() {
  jobs_->stop();
}

bool AdminSite::is_large() const {
  constexpr std::size_t kLarge = 1000;
  constexpr std::size_t kManyEvents = 10'000;
  return broker_.queue_count() + broker_.topics().count() > kLarge ||
         broker_.history().count() > kManyEvents;
}

std::optional<service::Upload> AdminSite::upload(std::string_view method, std::string_view path) {
  if (settings_.files == nullptr || !is_import(method, path)) return std::nullopt;
  auto file = settings_.files->make_one_of(settings_.exports_max);
  if (!file) return service::Upload{nullptr, 0, "exports_max"};
  return service::Upload{std::move(file), settings_.import_bytes_max, "import_bytes_max"};
}

std::unique_ptr<service::AdminExchange> AdminSite::handle(const SiteRequest& request,
                                                          std::shared_ptr<Waiter> waiter) {
  if (is_browser(request)) return std::make_unique<Answering>(*this, request, false);
  if (!is_ours(request.path)) return nullptr;
  AdminRequest asked(*this, request);
  if (asked.is_testing() && request.path == "/_squire/wait" && request.method == "GET") {
    if (auto wait = make_wait(asked, std::move(waiter))) return wait;
  }
  if (auto job = make_state_job(asked, *jobs_, waiter)) return job;
  // Messages are perhaps to be signed, many at once.
  const bool shows_messages = request.path.find("/messages") != std::string_view::npos;
  const bool is_long = shows_messages || (!service::is_health(request.path) && is_large());
  return std::make_unique<Answering>(*this, request, is_long);
}

}  // namespace squire::admin
