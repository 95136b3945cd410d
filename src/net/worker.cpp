#include "squire/net/worker.hpp"

#include <utility>

namespace squire::net {

void Worker::take(boost::asio::ip::tcp::socket socket, const PortRole& role, bool begins_with_tls) {
  auto opening = Session::Opening::Plain;
  if (role.tls != PortRole::Tls::None && tls) {
    if (begins_with_tls) {
      opening = Session::Opening::Tls;
    } else if (role.tls == PortRole::Tls::Only) {
      opening = Session::Opening::MissesTls;
    }
  }
  Session::start(role.sessions->make(*this, Stream(std::move(socket))), opening, tls);
}

void Worker::watch() {
  const TimePoint now = wire_clock.now();
  for (Session* session : sessions) {
    if (session->deadline() < now) session->close();
  }
}

void Worker::wake_waiting() {
  for (Session* session : sessions) session->wake_waiting();
}

void Worker::begin_stop() {
  is_stopping = true;
  for (Session* session : sessions) session->begin_stop();
}

void Worker::close_all() {
  for (Session* session : sessions) session->close();
}

}  // namespace squire::net
