// A protocol that is not HTTP, served over sockets: net knows no protocol.
#include "squire/net/session.hpp"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <thread>

#include "squire/net/certificate.hpp"
#include "squire/net/server.hpp"
#include "squire/net/worker.hpp"

namespace squire::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using net::PortRole;

// Says every line again, with its number; "bye" ends it.
class EchoSession final : public net::Session {
 public:
  using Session::Session;

 private:
  asio::awaitable<void> run() override {
    std::string input;
    std::array<char, 64> bytes;
    for (int number = 1;;) {
      set_deadline(Seconds(5));
      boost::system::error_code error;
      const auto count = co_await stream_.read_some(asio::buffer(bytes), error);
      if (error) co_return;
      input.append(bytes.data(), count);
      for (auto end = input.find('\n'); end != std::string::npos; end = input.find('\n')) {
        const auto line = input.substr(0, end + 1);
        input.erase(0, end + 1);
        if (line == "bye\n") co_return;
        if (!co_await stream_.write(std::to_string(number++) + " " + line)) co_return;
      }
    }
  }

  asio::awaitable<void> run_without_tls() override {
    const std::string text = "use TLS\n";
    co_await stream_.write(text);
  }
};

class EchoSessions final : public net::SessionFactory {
 public:
  void start(std::span<net::Worker* const> workers) override { workers_count = workers.size(); }
  std::shared_ptr<net::Session> make(net::Worker& worker, net::Stream stream) override {
    return std::make_shared<EchoSession>(worker, std::move(stream));
  }
  std::optional<net::FrontAnswer> answer_at_front(std::string_view bytes) override {
    if (!bytes.starts_with("ping\n")) return std::nullopt;
    net::FrontAnswer answer;
    answer.bytes = 5;
    answer.text = "pong\n";
    answer.goes_on = true;
    answer.on_written = [this](const std::string& address, std::chrono::microseconds) {
      pinged_by.set_value(address);
    };
    return answer;
  }
  std::string_view too_many_connections() const override { return "later\n"; }
  void begin_stop() override { has_stopped = true; }
  void end() override { has_ended = has_stopped; }

  std::size_t workers_count = 0;
  std::promise<std::string> pinged_by;
  bool has_stopped = false;
  bool has_ended = false;
};

net::ServerSettings settings() {
  net::ServerSettings settings;
  settings.threads_count = 2;
  settings.connections_max = 2;
  return settings;
}

class SessionTest : public testing::Test {
 protected:
  std::uint16_t start(PortRole::Tls tls = PortRole::Tls::None) {
    const auto port = server.listen({asio::ip::address_v4::loopback(), 0}, {tls, &sessions});
    server.start();
    return port;
  }

  tcp::socket connect(std::uint16_t port) {
    tcp::socket socket(context);
    socket.connect({asio::ip::make_address("127.0.0.1"), port});
    return socket;
  }

  template <typename Stream>
  static void say(Stream& stream, const std::string& text) {
    asio::write(stream, asio::buffer(text));
  }

  template <typename Stream>
  static std::string read_line(Stream& stream) {
    std::string line;
    boost::system::error_code error;
    asio::read_until(stream, asio::dynamic_buffer(line), '\n', error);
    return line;
  }

  EchoSessions sessions;
  net::Server server{settings()};
  asio::io_context context;
};

TEST_F(SessionTest, AFactoryMakesWhatSpeaksWithAClient) {
  auto client = connect(start());
  say(client, "one\n");
  EXPECT_EQ(read_line(client), "1 one\n");
  say(client, "two\n");
  EXPECT_EQ(read_line(client), "2 two\n");
  say(client, "bye\n");
  EXPECT_EQ(read_line(client), "") << "closed, since the session has returned";
  EXPECT_EQ(sessions.workers_count, 2u);
}

TEST_F(SessionTest, TlsMakesNoDifferenceToASession) {
  const std::array<std::string, 1> hosts = {"localhost"};
  server.use_certificate(net::make_self_signed(server.wall_clock().now(), hosts));
  auto socket = connect(start(PortRole::Tls::Both));
  asio::ssl::context tls(asio::ssl::context::tls_client);
  asio::ssl::stream<tcp::socket&> client(socket, tls);
  client.handshake(asio::ssl::stream_base::client);
  say(client, "secret\n");
  EXPECT_EQ(read_line(client), "1 secret\n");
}

TEST_F(SessionTest, ThePortOfBothTakesWhoBeginsWithoutTls) {
  const std::array<std::string, 1> hosts = {"localhost"};
  server.use_certificate(net::make_self_signed(server.wall_clock().now(), hosts));
  auto client = connect(start(PortRole::Tls::Both));
  say(client, "plain\n");
  EXPECT_EQ(read_line(client), "1 plain\n");
}

TEST_F(SessionTest, ASessionTellsWhoMissesTheTlsThatThePortWants) {
  const std::array<std::string, 1> hosts = {"localhost"};
  server.use_certificate(net::make_self_signed(server.wall_clock().now(), hosts));
  auto client = connect(start(PortRole::Tls::Only));
  say(client, "plain\n");
  EXPECT_EQ(read_line(client), "use TLS\n");
}

TEST_F(SessionTest, TheFrontAnswersWhatItsProtocolSaysAndThenHandsOver) {
  auto client = connect(start());
  say(client, "ping\n");
  EXPECT_EQ(read_line(client), "pong\n");
  EXPECT_EQ(sessions.pinged_by.get_future().get(), "127.0.0.1");
  say(client, "one\n");
  EXPECT_EQ(read_line(client), "1 one\n");
}

TEST_F(SessionTest, WhoComesWhileThereAreTooManyIsToldInTheProtocol) {
  const auto port = start();
  auto first = connect(port);
  auto second = connect(port);
  while (server.connection_count() < 2) std::this_thread::yield();
  auto third = connect(port);
  EXPECT_EQ(read_line(third), "later\n");
}

TEST_F(SessionTest, AStopEndsSessionsAndThenTheProtocol) {
  auto client = connect(start());
  say(client, "one\n");
  EXPECT_EQ(read_line(client), "1 one\n");
  server.stop();
  EXPECT_EQ(read_line(client), "");
  EXPECT_EQ(server.connection_count(), 0u);
  EXPECT_TRUE(sessions.has_ended);
}

}  // namespace
}  // namespace squire::test
