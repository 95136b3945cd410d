#include "squire/outbound/http_client.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <optional>
#include <thread>

#include "outbound/client_tls.hpp"
#include "outbound/host_line.hpp"
#include "outbound/http_client_request.hpp"
#include "squire/core/heartbeat.hpp"
#include "squire/core/internal_errors.hpp"
#include "squire/core/url.hpp"

namespace squire::outbound {

namespace asio = boost::asio;

class HttpClient::State {
 public:
  explicit State(HttpClientSettings given) : settings(std::move(given)) {
    // A file that cannot be read is told at the start.
    if (!settings.ca_file.empty()) tls_context();
  }

  // Made when it is first needed: reading the system's roots takes tens of milliseconds.
  asio::ssl::context* tls_context() {
    if (!tls) tls.emplace(make_client_context(settings.verify_tls, settings.ca_file));
    return &*tls;
  }

  HostLine& line_of(const Url& url, bool is_confined) {
    const auto key = std::string(is_confined ? "" : "unconfined ") +
                     (url.is_tls ? "https://" : "http://") + url.authority();
    auto& line = lines[key];
    if (!line) {
      const auto on_idle = [this, key] { asio::post(context, [this, key] { forget_idle(key); }); };
      line = std::make_unique<HostLine>(context, url.is_tls ? tls_context() : nullptr, settings,
                                        url, is_confined, on_idle);
    }
    return *line;
  }

  // So that hosts seen once leave nothing behind.
  void forget_idle(const std::string& key) {
    const auto at = lines.find(key);
    if (at != lines.end() && at->second->is_idle()) lines.erase(at);
  }

  // The thread.
  void run() {
    Heart own("outbound");
    heart = &own;
    beat();
    const auto guard = asio::make_work_guard(context);
    context.run();
  }

  void beat() {
    heart->beat();
    beat_timer.expires_after(Seconds(1));
    beat_timer.async_wait([this](const boost::system::error_code& error) {
      if (!error) beat();
    });
  }

  const HttpClientSettings settings;
  std::optional<asio::ssl::context> tls;
  std::map<std::string, std::unique_ptr<HostLine>> lines;  // outlive the coroutines in `context`
  asio::io_context context{1};
  asio::steady_timer beat_timer{context};
  Heart* heart = nullptr;  // the thread's, once it runs
  std::thread thread;
};

HttpClient::HttpClient(HttpClientSettings settings)
    : state_(std::make_unique<State>(std::move(settings))) {}

HttpClient::~HttpClient() {
  stop();
}

void HttpClient::start() {
  state_->thread = std::thread([this] { state_->run(); });
}

void HttpClient::stop() {
  if (!state_->thread.joinable()) return;
  state_->context.stop();
  state_->thread.join();
}

void HttpClient::post(std::function<void()> task) {
  asio::post(state_->context,
             [task = std::move(task)] { guarded(Border::Delivery, "task", task); });
}

void HttpClient::send(Request request, std::function<void(Answer)> done) {
  const auto refuse = [&](const char* why) {
    post([done = std::move(done), why] { done({0, why, {}}); });
  };
  const auto url = parse_url(request.url);
  if (!url) return refuse("not a URL");
  auto bytes = format_request(request, *url);
  if (!bytes) return refuse("a header that cannot be sent");
  state_->heart->beat("a delivery to", url->authority());
  state_->line_of(*url, request.is_confined)
      .add({*std::move(bytes), request.timeout, std::move(request.on_turn), std::move(done)});
}

}  // namespace squire::outbound
