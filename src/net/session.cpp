#include "squire/net/session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <exception>
#include <utility>

#include "squire/net/worker.hpp"

namespace squire::net {

namespace asio = boost::asio;

Session::Session(Worker& worker, Stream stream) : worker_(worker), stream_(std::move(stream)) {
  place_ = worker_.sessions.insert(worker_.sessions.end(), this);
}

Session::~Session() {
  worker_.sessions.erase(place_);
  --worker_.shared.open_count;
}

void Session::start(std::shared_ptr<Session> session, Opening opening,
                    std::shared_ptr<asio::ssl::context> tls) {
  auto& context = session->worker_.context;
  if (opening == Opening::Tls) {
    Session& self = *session;  // kept alive by what is called at the end
    self.set_deadline(self.worker_.shared.settings.handshake_timeout);
    asio::co_spawn(context, self.stream_.begin_tls(std::move(tls)),
                   [session = std::move(session)](std::exception_ptr, bool is_secure) mutable {
                     if (!is_secure) return session->close();
                     start(std::move(session), Opening::Plain, nullptr);
                   });
    return;
  }
  // Detached: ten thousand idle sessions would each pay for what is called at the end.
  asio::co_spawn(
      context,
      [session = std::move(session), opening] {
        if (opening == Opening::MissesTls) return session->run_without_tls();
        return session->run();
      },
      asio::detached);
}

asio::awaitable<void> Session::run_without_tls() {
  co_return;
}

void Session::set_deadline(Seconds from_now) {
  deadline_ = worker_.wire_clock.now() + from_now;
}

}  // namespace squire::net
