#include "net/request_parser.hpp"

#include <boost/beast/core/string.hpp>

#include "squire/service/temporary_files.hpp"

namespace squire::net {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t kKeptBytesMax = 64 * 1024;

void assign(std::string& to, boost::beast::string_view from) {
  to.assign(from.data(), from.size());
}

}  // namespace

void RequestData::clear() {
  for (auto* text : {&method, &target, &host, &content_type, &amz_target, &authorization, &accept,
                     &trace_id, &body, &header_text_}) {
    text->clear();
    // A connection that once carried a big message does not keep its memory.
    if (text->capacity() > kKeptBytesMax) text->shrink_to_fit();
  }
  upload.reset();
  header_ends_.clear();
  expects_continue = false;
}

void RequestData::add_header(std::string_view name, std::string_view value) {
  header_text_.append(name);
  const std::size_t name_end = header_text_.size();
  header_text_.append(value);
  header_ends_.push_back({name_end, header_text_.size()});
}

service::HttpRequest RequestData::view() {
  headers_.clear();
  std::size_t begin = 0;
  const std::string_view text = header_text_;
  for (const auto& end : header_ends_) {
    headers_.push_back(
        {text.substr(begin, end.name - begin), text.substr(end.name, end.value - end.name)});
    begin = end.value;
  }
  service::HttpRequest request{method,        target, host,   content_type, amz_target,
                               authorization, body,   accept, headers_};
  request.trace_id = trace_id;
  request.is_by_admin_address = is_by_admin_address;
  if (upload) request.body_file = upload->file;
  return request;
}

RequestParser::RequestParser(RequestData& data, std::size_t header_bytes_max,
                             std::size_t body_bytes_max, const service::Dispatcher* dispatcher)
    : data_(data), body_bytes_max_(body_bytes_max), dispatcher_(dispatcher) {
  eager(true);
  header_limit(static_cast<std::uint32_t>(header_bytes_max));
  body_limit(boost::none);  // until the header says which
}

void RequestParser::on_request_impl(http::verb, StringView method, StringView target, int version,
                                    ErrorCode&) {
  assign(data_.method, method);
  assign(data_.target, target);
  data_.is_http_1_0 = version == 10;
}

void RequestParser::on_field_impl(http::field field, StringView name, StringView value,
                                  ErrorCode&) {
  if (data_.keeps_headers) {
    data_.add_header({name.data(), name.size()}, {value.data(), value.size()});
  }
  switch (field) {
    case http::field::host:
      return assign(data_.host, value);
    case http::field::content_type:
      return assign(data_.content_type, value);
    case http::field::authorization:
      return assign(data_.authorization, value);
    case http::field::accept:
      return assign(data_.accept, value);
    case http::field::expect:
      data_.expects_continue = boost::beast::iequals(value, "100-continue");
      return;
    case http::field::unknown:
      if (boost::beast::iequals(name, "x-amz-target")) assign(data_.amz_target, value);
      if (boost::beast::iequals(name, "x-amzn-trace-id")) assign(data_.trace_id, value);
      return;
    default:
      return;
  }
}

void RequestParser::on_header_impl(ErrorCode& error) {
  if (dispatcher_) {
    data_.upload = dispatcher_->upload(data_.method, data_.target, data_.authorization,
                                       data_.is_by_admin_address);
  }
  const std::uint64_t bytes_max = data_.upload ? data_.upload->bytes_max : body_bytes_max_;
  body_limit(bytes_max);  // of chunks to come
  if (content_length().value_or(0) > bytes_max) error = http::error::body_limit;
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& length, ErrorCode&) {
  // What is announced is not yet sent: a small body is reserved, a big one grows as it comes.
  if (length && !data_.upload) data_.body.reserve(std::min<std::uint64_t>(*length, kKeptBytesMax));
}

std::size_t RequestParser::on_body_impl(StringView body, ErrorCode&) {
  if (data_.upload) {
    data_.upload->file->write({body.data(), body.size()});
  } else {
    data_.body.append(body.data(), body.size());
  }
  return body.size();
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, StringView body, ErrorCode& error) {
  return on_body_impl(body, error);
}

}  // namespace squire::net
