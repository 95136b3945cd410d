#include "http/request_parser.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <functional>

#include "squire/core/ascii.hpp"
#include "squire/service/temporary_files.hpp"

namespace squire::http {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t kKeptBytesMax = 64 * 1024;

void assign(std::string& to, boost::beast::string_view from) {
  to.assign(from.data(), from.size());
}

// Of a header that came twice both count, as one list.
void append(std::string& to, boost::beast::string_view from) {
  if (!to.empty()) to += ", ";
  to.append(from.data(), from.size());
}

// By its characters alone (RFC 3986, 3.2.2); no user's name.
bool is_authority(boost::beast::string_view text) {
  constexpr std::string_view kOthers = "-._~%!$&'()*+,;=:[]";
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter_or_digit(c) || kOthers.find(c) != std::string_view::npos;
  });
}

}  // namespace

void RequestData::clear() {
  for (auto* text : {&method, &target, &host, &content_type, &amz_target, &authorization, &accept,
                     &trace_id, &origin, &fetch_site, &fetch_mode, &fetch_destination,
                     &requested_method, &requested_headers, &body, &header_text_}) {
    text->clear();
    // A connection that once carried a big message does not keep its memory.
    if (text->capacity() > kKeptBytesMax) text->shrink_to_fit();
  }
  upload.reset();
  header_ends_.clear();
  fault = {};
  expects_continue = is_turned_away = false;
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
  request.is_secure = is_secure;
  request.fetch = {origin,           fetch_site,       fetch_mode, fetch_destination,
                   requested_method, requested_headers};
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

std::size_t RequestParser::put(boost::asio::const_buffer buffer, ErrorCode& error) {
  input_ = buffer;
  return basic_parser::put(buffer, error);
}

// The parser hands on a copy of what it has unfolded, or what stands in the second line alone.
bool RequestParser::is_folded(StringView name, StringView value) const {
  constexpr std::less_equal<const char*> is_up_to{};
  const char* const colon = name.data() + name.size();
  const char* const end = static_cast<const char*>(input_.data()) + input_.size();
  if (!is_up_to(colon, value.data()) || !is_up_to(value.data(), end)) return true;
  return std::find(colon, value.data(), '\n') != value.data();
}

void RequestParser::on_field_impl(http::field field, StringView name, StringView value,
                                  ErrorCode& error) {
  if (is_header_done()) return;  // behind a chunked body, where no header changes the request
  data_.fault =
      is_folded(name, value) ? "a header goes on in a second line" : keep(field, name, value);
  if (!data_.fault.empty()) error = http::error::bad_field;
}

std::string_view RequestParser::keep(http::field field, StringView name, StringView value) {
  if (data_.keeps_headers) {
    data_.add_header({name.data(), name.size()}, {value.data(), value.size()});
  }
  switch (field) {
    case http::field::host:
      assign(data_.host, value);
      if (++hosts_ > 1) return "there are two Host headers";
      return is_authority(value) ? "" : "the Host header is malformed";
    case http::field::content_length:
      if (++lengths_ > 1) return "there are two Content-Length headers";
      return std::all_of(value.begin(), value.end(), squire::is_digit)
                 ? ""
                 : "the Content-Length is no number";
    case http::field::transfer_encoding:
      // Any other would leave it open where the body ends.
      if (data_.is_http_1_0) return "HTTP/1.0 has no Transfer-Encoding";
      return boost::beast::iequals(value, "chunked") ? "" : "the Transfer-Encoding is not chunked";
    case http::field::authorization:
      assign(data_.authorization, value);
      return ++authorizations_ > 1 ? "there are two Authorization headers" : "";
    case http::field::content_type:
      assign(data_.content_type, value);
      return {};
    case http::field::accept:
      assign(data_.accept, value);
      return {};
    case http::field::expect:
      data_.expects_continue = boost::beast::iequals(value, "100-continue");
      return {};
    case http::field::origin:
      append(data_.origin, value);
      return {};
    case http::field::sec_fetch_site:
      append(data_.fetch_site, value);
      return {};
    case http::field::sec_fetch_mode:
      append(data_.fetch_mode, value);
      return {};
    case http::field::sec_fetch_dest:
      append(data_.fetch_destination, value);
      return {};
    case http::field::access_control_request_method:
      append(data_.requested_method, value);
      return {};
    case http::field::access_control_request_headers:
      append(data_.requested_headers, value);
      return {};
    case http::field::unknown:
      if (boost::beast::iequals(name, "x-amzn-trace-id")) assign(data_.trace_id, value);
      if (!boost::beast::iequals(name, "x-amz-target")) return {};
      if (!data_.amz_target.empty()) return "there are two X-Amz-Target headers";
      assign(data_.amz_target, value);
      return {};
    default:
      return {};
  }
}

void RequestParser::on_header_impl(ErrorCode& error) {
  if (hosts_ == 0 && !data_.is_http_1_0) {
    data_.fault = "there is no Host header";
    error = http::error::bad_field;
    return;
  }
  const auto length = content_length().value_or(0);
  if (dispatcher_) {
    // A small body is here as soon as the refusal would be.
    const bool is_long = chunked() || length > kKeptBytesMax || data_.expects_continue;
    const auto head = data_.view();
    if (is_long && dispatcher_->turns_away(head)) {
      data_.is_turned_away = true;
      error = http::error::unexpected_body;
      return;
    }
    data_.upload = dispatcher_->upload(head);
  }
  const std::uint64_t bytes_max = data_.upload ? data_.upload->bytes_max : body_bytes_max_;
  body_limit(bytes_max);  // of chunks to come
  if (length > bytes_max) error = http::error::body_limit;
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

}  // namespace squire::http
