#include "http/worker_part.hpp"

#include "http/reply_head.hpp"

namespace squire::http {

const std::string& WorkerPart::date() {
  const auto now = std::chrono::floor<Seconds>(net::WallClock().now());
  if (now != date_at_) {
    date_at_ = now;
    date_ = http_date(now);
  }
  return date_;
}

}  // namespace squire::http
