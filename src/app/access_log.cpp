#include "app/access_log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>

#include "squire/core/text.hpp"

namespace squire::app {
namespace {

constexpr std::size_t kPathBytesMax = 256;

std::string_view path_of(const service::HttpRequest& request) {
  return request.target.substr(0, std::min(request.target.find('?'), kPathBytesMax));
}

// One word of a line: clients choose what stands there, and must not begin lines of their own.
std::string to_word(std::string_view text) {
  if (text.empty()) return "-";
  std::string word(text);
  for (char& c : word) {
    if (c <= ' ' || c > '~') c = '?';
  }
  return word;
}

std::shared_ptr<spdlog::logger> make_logger(const char* pattern) {
  auto logger = spdlog::stdout_logger_mt("access");
  logger->set_level(spdlog::level::info);
  logger->set_pattern(pattern);
  logger->flush_on(spdlog::level::info);
  return logger;
}

class TextLog final : public service::Observer {
 public:
  void answered(const service::Answered& answered) override {
    const auto& request = answered.request;
    const auto& reply = answered.reply;
    logger_->info("{} {} {} {} {} {} {} {} {}us {}/{} {}", to_word(request.address),
                  to_word(answered.access_key), to_word(request.method), to_word(path_of(request)),
                  to_word(answered.service), to_word(answered.action), reply.status,
                  to_word(answered.error_code), answered.duration.count(), answered.request_bytes,
                  reply.body.size(), reply.request_id);
  }

 private:
  const std::shared_ptr<spdlog::logger> logger_ = make_logger("%Y-%m-%dT%H:%M:%S.%e%z access %v");
};

class JsonLog final : public service::Observer {
 public:
  void answered(const service::Answered& answered) override {
    const auto& request = answered.request;
    const auto& reply = answered.reply;
    const nlohmann::ordered_json line{{"requestId", reply.request_id},
                                      {"address", request.address},
                                      {"account", answered.account},
                                      {"accessKey", answered.access_key},
                                      {"method", request.method},
                                      {"path", path_of(request)},
                                      {"service", answered.service},
                                      {"action", answered.action},
                                      {"status", reply.status},
                                      {"code", answered.error_code},
                                      {"durationMicroseconds", answered.duration.count()},
                                      {"requestBytes", answered.request_bytes},
                                      {"replyBytes", reply.body.size()}};
    const auto text = line.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
    logger_->info(std::string_view(text).substr(1));
  }

 private:
  const std::shared_ptr<spdlog::logger> logger_ =
      make_logger("{\"time\":\"%Y-%m-%dT%H:%M:%S.%e%z\",%v");
};

}  // namespace

std::unique_ptr<service::Observer> make_access_log(AccessLog form) {
  if (form == AccessLog::Text) return std::make_unique<TextLog>();
  if (form == AccessLog::Json) return std::make_unique<JsonLog>();
  return nullptr;
}

}  // namespace squire::app
