#include "squire/http/sessions.hpp"

#include <utility>

#include "http/connection.hpp"
#include "http/health_request.hpp"
#include "http/reply_head.hpp"
#include "http/worker_part.hpp"

namespace squire::http {
namespace {

constexpr std::string_view kTooManyConnections =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

}  // namespace

Sessions::Sessions(Settings settings, service::Dispatcher& dispatcher, engine::Journal& journal,
                   std::vector<service::Observer*> observers, HealthAnswer answer_health)
    : settings_(std::move(settings)),
      dispatcher_(dispatcher),
      journal_(journal),
      observers_(std::move(observers)),
      answer_health_(std::move(answer_health)),
      strangers_budget_(std::make_shared<net::ByteBudget>(settings_.strangers_bytes_max)) {}

Sessions::~Sessions() = default;

void Sessions::start(std::span<net::Worker* const> workers) {
  for (auto* worker : workers) {
    parts_.push_back(std::make_unique<WorkerPart>(*worker, settings_, dispatcher_, journal_,
                                                  observers_, strangers_budget_));
  }
}

std::shared_ptr<net::Session> Sessions::make(net::Worker& worker, net::Stream stream) {
  return std::make_shared<Connection>(worker, std::move(stream), *parts_[worker.number], false);
}

std::shared_ptr<net::Session> Sessions::AdminSessions::make(net::Worker& worker,
                                                            net::Stream stream) {
  return std::make_shared<Connection>(worker, std::move(stream), *all_.parts_[worker.number], true);
}

std::optional<net::FrontAnswer> Sessions::answer_at_front(std::string_view bytes) {
  auto request = read_health_request(bytes);
  if (!request) return std::nullopt;
  auto said = answer_health_(request->path());
  service::HttpReply reply;
  reply.status = said.status;
  reply.content_type = said.content_type;
  reply.request_id = dispatcher_.new_request_id();
  reply.body = std::move(said.body);
  net::FrontAnswer answer;
  answer.bytes = request->bytes;
  answer.goes_on = request->keep_alive;
  append_head(answer.text, reply,
              {http_date(net::WallClock().now()), request->keep_alive, request->data.is_http_1_0});
  if (request->data.method != "HEAD") answer.text += reply.body;
  answer.on_written = [this, request = *std::move(request), reply = std::move(reply)](
                          const std::string& address, std::chrono::microseconds duration) mutable {
    auto seen = request.data.view();
    seen.address = address;
    const service::Answered answered{seen, reply, {}, {}, {}, {}, {}, seen.body.size(), duration};
    for (auto* observer : observers_) observer->answered(answered);
  };
  return answer;
}

std::string_view Sessions::too_many_connections() const {
  return kTooManyConnections;
}

void Sessions::begin_stop() {
  dispatcher_.stop_waiting();
}

void Sessions::end() {
  for (const auto& part : parts_) part->commit_line->clear();
}

}  // namespace squire::http
