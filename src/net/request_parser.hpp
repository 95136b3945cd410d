#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "squire/service/dispatcher.hpp"

namespace squire::net {

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
  std::string body;
  std::optional<service::Upload> upload;  // the body goes there instead
  bool expects_continue = false;
  bool is_http_1_0 = false;
  bool keeps_headers = false;  // all of them, for whoever verifies signatures
  bool is_by_admin_address = false;

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
  std::vector<access::Header> headers_;
};

// Beast's HTTP/1.1 state machine, storing only the headers that mean something to us. For one
// request; `data` and `dispatcher`, which says where big bodies go, outlive it.
class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  RequestParser(RequestData& data, std::size_t header_bytes_max, std::size_t body_bytes_max,
                const service::Dispatcher* dispatcher = nullptr);

 private:
  using ErrorCode = boost::beast::error_code;
  using StringView = boost::beast::string_view;

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
  const std::size_t body_bytes_max_;
  const service::Dispatcher* const dispatcher_;  // null: all bodies go into memory
};

}  // namespace squire::net
