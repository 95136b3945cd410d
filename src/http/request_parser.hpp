#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "squire/service/dispatcher.hpp"

namespace squire::http {

// What is kept of a request. The strings are reused from one request to the next.
struct RequestData {
  std::string method;
  std::string target;
  std::string host;
  std::string content_type;
  std::string amz_target;
  std::string authorization;
  std::string accept;
  std::string trace_id;
  std::string origin;  // this and the next: service::FetchMetadata
  std::string fetch_site;
  std::string fetch_mode;
  std::string fetch_destination;
  std::string requested_method;
  std::string requested_headers;
  std::string body;
  std::optional<service::Upload> upload;  // the body goes there instead
  std::string_view fault;                 // of the head, if the parser's error is not its own word
  bool expects_continue = false;
  bool is_http_1_0 = false;
  bool is_turned_away = false;  // answered by its head alone, and read no further
  // These stay from one request to the next.
  bool keeps_headers = false;  // all of them, for whoever verifies signatures
  bool is_by_admin_address = false;
  bool is_secure = false;

  void clear();
  void add_header(std::string_view name, std::string_view value);
  // Good until the next change.
  service::HttpRequest view();

 private:
  struct HeaderEnd {
    std::size_t name;
    std::size_t value;
  };

  std::string header_text_;  // names and values, one behind the other
  std::vector<HeaderEnd> header_ends_;
  std::vector<Header> headers_;
};

// Beast's HTTP/1.1 state machine, storing only the headers that mean something to us, and refusing
// what two servers could take for requests of different lengths or senders: "request smuggling"
// (RFC 9112, 11.2). For one request; `data` and `dispatcher`, which says where big bodies go,
// outlive it.
class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  using ErrorCode = boost::beast::error_code;

  RequestParser(RequestData& data, std::size_t header_bytes_max, std::size_t body_bytes_max,
                const service::Dispatcher* dispatcher = nullptr);

  // As basic_parser's; an error ends the connection.
  std::size_t put(boost::asio::const_buffer buffer, ErrorCode& error);

 private:
  using StringView = boost::beast::string_view;

  // Stores what a header says. The fault of one that must not be; empty: none.
  std::string_view keep(boost::beast::http::field field, StringView name, StringView value);
  // Whether the value goes on in a second line.
  bool is_folded(StringView name, StringView value) const;

  void on_request_impl(boost::beast::http::verb method, StringView method_text, StringView target,
                       int version, ErrorCode& error) override;
  void on_response_impl(int, StringView, int, ErrorCode&) override {}
  void on_field_impl(boost::beast::http::field field, StringView name, StringView value,
                     ErrorCode& error) override;
  void on_header_impl(ErrorCode& error) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, ErrorCode& error) override;
  std::size_t on_body_impl(StringView body, ErrorCode& error) override;
  void on_chunk_header_impl(std::uint64_t, StringView, ErrorCode&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, StringView body, ErrorCode& error) override;
  void on_finish_impl(ErrorCode&) override {}

  RequestData& data_;
  boost::asio::const_buffer input_;  // while put() runs
  int hosts_ = 0;
  int lengths_ = 0;
  int authorizations_ = 0;
  const std::size_t body_bytes_max_;
  const service::Dispatcher* const dispatcher_;  // null: all bodies go into memory
};

}  // namespace squire::http
