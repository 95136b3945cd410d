#include "squire/app/healthcheck.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <iostream>

#include "app/own_address.hpp"

namespace squire::app {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Response = http::response<http::string_body>;

constexpr std::string_view kTarget = "/_squire/health";
constexpr std::chrono::seconds kPatience{2};
constexpr std::size_t kAnswerBytesMax = 65'536;
constexpr std::size_t kQuotedBytesMax = 200;

asio::awaitable<Response> ask(asio::ip::tcp::endpoint endpoint) {
  beast::tcp_stream stream(co_await asio::this_coro::executor);
  stream.expires_after(kPatience);
  co_await stream.async_connect(endpoint, asio::use_awaitable);
  http::request<http::empty_body> request(http::verb::get, kTarget, 11);
  request.set(http::field::host, "localhost");
  request.set(http::field::connection, "close");
  co_await http::async_write(stream, request, asio::use_awaitable);
  beast::flat_buffer buffer(kAnswerBytesMax);
  Response response;
  co_await http::async_read(stream, buffer, response, asio::use_awaitable);
  co_return response;
}

// Whatever answered, it is one line.
std::string quote(std::string_view text) {
  std::string quoted(text.substr(0, kQuotedBytesMax));
  while (!quoted.empty() && quoted.back() == '\n') quoted.pop_back();
  for (char& c : quoted) {
    if (c < ' ' || c > '~') c = '?';
  }
  return quoted;
}

// What is wrong; empty: nothing.
std::string find_fault(const Config& config) {
  if (config.port == 0) return "which port to ask? \"port\" is 0, any free one";
  const auto endpoint = own_endpoint(config);
  const auto url = to_url(endpoint) + std::string(kTarget);
  try {
    asio::io_context context;
    auto asked = asio::co_spawn(context, ask(endpoint), asio::use_future);
    context.run();
    const auto response = asked.get();
    if (response.result() == http::status::ok) return {};
    return url + " answered " + std::to_string(response.result_int()) + ": " +
           quote(response.body());
  } catch (const boost::system::system_error& error) {
    if (error.code() == beast::error::timeout) return url + " did not answer within 2 seconds";
    return url + " cannot be asked: " + error.code().message();
  }
}

}  // namespace

int check_health(const Config& config) {
  const auto fault = find_fault(config);
  if (fault.empty()) return 0;
  std::cerr << "squire: not healthy: " << fault << '\n';
  return 1;
}

}  // namespace squire::app
