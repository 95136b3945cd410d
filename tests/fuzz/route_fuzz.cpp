// Bytes as they come from a socket: through the request parser and the dispatcher to a live broker.
// Whatever they are, each request gets one well-formed reply.
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "fuzz/check.hpp"
#include "fuzz/world.hpp"
#include "http/request_parser.hpp"
#include "squire/admin/admin_site.hpp"
#include "squire/core/text.hpp"
#include "squire/service/dispatcher.hpp"
#include "squire/sts/actions.hpp"
#include "support/xml_tree.hpp"

namespace squire::fuzz {
namespace {

constexpr int kRequestsMax = 16;

void check_xml(const std::string& body) {
  check(!first_illegal_character(body), "XML has no characters it cannot carry", body);
  if (body == "<UnknownOperationException/>") return;  // to a path without an action, as recorded
  try {
    const auto root = test::XmlReader::read(body);
    check(root.name.ends_with("Response"), "XML is a response", body);
  } catch (const std::exception& error) {
    check(false, error.what(), body);
  }
}

bool is_success(int status) {
  return status == 200 || status == 204;
}

void check_reply(const service::HttpReply& reply) {
  if (reply.content_type.starts_with("text/html")) return;  // the console, compressed
  check(is_utf8(reply.body), "a body is UTF-8", reply.body);
  check(is_success(reply.status) || (reply.status >= 400 && reply.status < 500),
        "the status is the client's fault or none", reply.body);
  check(parse_uuid(reply.request_id).has_value(), "a reply has an id", reply.request_id);
  if (reply.content_type == "application/x-pem-file") return;
  if (reply.content_type.starts_with("text/plain")) return;
  if (reply.content_type == "text/xml") {
    check_xml(reply.body);
    check(reply.query_error.empty(), "XML has its code inside", reply.body);
    return;
  }
  if (reply.body.empty()) {
    check(is_success(reply.status), "an error says something");
    return;
  }
  check(reply.content_type.starts_with("application/x-amz-json-1.") ||
            reply.content_type == "application/json",
        "a reply is XML or JSON", reply.content_type);
  const auto json = nlohmann::json::parse(reply.body, nullptr, false);
  check(json.is_object(), "JSON is an object", reply.body);
  if (reply.content_type == "application/json") return;
  check((reply.status == 200) == reply.query_error.empty(), "an error has a code", reply.body);
  if (reply.status != 200) {
    check(json.contains("__type") && json.contains("message"), "an error has a type", reply.body);
  }
}

class Client {
 public:
  explicit Client(World& world)
      : world_(world),
        site_(world.broker, {"0", "000000000000", "us-east-1", "", {}, [] { return 1; }}),
        dispatcher_(world.broker, {&sqs::service(), &sns::service(), &sts::service()}, {}, &site_) {
    site_.set_ready();
  }

  void send(std::string_view bytes) {
    for (int i = 0; i < kRequestsMax && !bytes.empty(); ++i) {
      const auto count = send_one(bytes);
      if (count == 0) return;
      bytes.remove_prefix(count);
    }
  }

 private:
  // How many bytes the first request took; 0: it never became one, or is not complete.
  std::size_t send_one(std::string_view bytes) {
    http::RequestData data;
    http::RequestParser parser(data, 64 * 1024, 8 * 1024 * 1024);
    boost::system::error_code error;
    std::size_t count = 0;
    while (!parser.is_done() && count < bytes.size() && !error) {
      count += parser.put(boost::asio::buffer(bytes.data() + count, bytes.size() - count), error);
    }
    if (error && error != boost::beast::http::error::need_more) {
      check_reply(dispatcher_.refuse(data.view(), {errors::kMalformedInput, error.message()},
                                     dispatcher_.new_request_id()));
      return 0;
    }
    if (!parser.is_done()) return 0;
    answer(data.view());
    return count;
  }

  void answer(const service::HttpRequest& request) {
    using Step = service::Exchange::Step;
    service::Exchange exchange(dispatcher_, request, std::make_shared<DeafWaiter>());
    auto step = exchange.run();
    if (step == Step::WaitForMessage) {
      check(exchange.deadline() <= world_.clock.now() + Seconds(20),
            "nobody waits longer than 20 s");
      world_.clock.advance(exchange.deadline() - world_.clock.now());
      step = exchange.run();
    }
    if (step == Step::Compute || step == Step::Move) {
      step == Step::Move ? exchange.run_elsewhere() : exchange.compute(0, 1);
      step = exchange.run();
    }
    check(step == Step::Reply, "in memory, every request has its reply by the deadline");
    check_reply(exchange.reply());
    world_.broker.tick();
  }

  World& world_;
  admin::AdminSite site_;
  service::Dispatcher dispatcher_;
};

}  // namespace
}  // namespace squire::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  squire::fuzz::World world;
  world.make_queue("q");
  world.make_queue("q.fifo");
  world.make_topic("t", "q");
  squire::fuzz::Client(world).send({reinterpret_cast<const char*>(data), size});
  return 0;
}
