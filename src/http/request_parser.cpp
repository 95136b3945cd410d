#include "http/request_parser.hpp"

#include <algorithm>
#include <boost/beast/http/error.hpp>
#include <charconv>
#include <utility>

#include "squire/core/ascii.hpp"
#include "squire/core/http_text.hpp"
#include "squire/service/temporary_files.hpp"

namespace squire::http {
namespace {

namespace beast = boost::beast::http;

constexpr std::size_t kKeptBytesMax = 64 * 1024;
constexpr std::size_t kHeadersMax = 1000;  // what lists them takes 48 bytes each
constexpr std::size_t kMethodBytesMax = 32;
constexpr std::size_t kChunkDigitsMax = 16;
constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kNoMethod = "it does not begin with a method";
constexpr std::string_view kNoHeader = "a header is malformed";
constexpr std::string_view kNotChunked = "the Transfer-Encoding is not chunked";

// A connection that once carried a big message does not keep its memory.
template <typename Items>
void forget(Items& items) {
  items.clear();
  if (items.capacity() * sizeof(items[0]) > kKeptBytesMax) items.shrink_to_fit();
}

// Of a header that came twice both count, as one list.
void append(std::string& to, std::string_view from) {
  if (!to.empty()) to += ", ";
  to += from;
}

// By its characters alone (RFC 3986, 3.2.2); no user's name.
bool is_authority(std::string_view text) {
  static constexpr auto kAllowed = CharacterSet::letters_and_digits_and("-._~%!$&'()*+,;=:[]");
  return kAllowed.contains_all(text);
}

bool is_method(std::string_view text) {
  return text.size() <= kMethodBytesMax && is_http_token(text);
}

// Visible, or no ASCII.
bool is_target(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](unsigned char c) { return c > ' ' && c != 0x7f; });
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

struct HeaderField {
  std::string_view name;
  std::string_view value;
  std::string_view fault;  // empty: none
};

HeaderField split_field(std::string_view line) {
  if (is_blank(line.front())) return {{}, {}, "a header goes on in a second line"};
  const auto colon = std::min(line.find(':'), line.size());
  const HeaderField field{
      line.substr(0, colon), trim(line.substr(std::min(colon + 1, line.size()))), {}};
  const bool is_good =
      colon < line.size() && is_http_token(field.name) && is_field_value(field.value);
  return is_good ? field : HeaderField{{}, {}, kNoHeader};
}

// Nothing, or ";name" and whatever else (RFC 9112, 7.1.1).
bool is_chunk_extension(std::string_view text) {
  if (text.empty()) return true;
  if (text.front() != ';' || !is_field_value(text)) return false;
  const auto name = trim(text.substr(1));
  return is_http_token(name.substr(0, name.find_first_of("=; \t")));
}

enum class Name : std::uint8_t {
  Accept,
  Authorization,
  Connection,
  ContentLength,
  ContentType,
  Expect,
  FetchDestination,
  FetchMode,
  FetchSite,
  Host,
  Origin,
  RequestedHeaders,
  RequestedMethod,
  Target,
  TraceId,
  TransferEncoding,
  Other
};

Name find_name(std::string_view text) {
  static constexpr std::pair<std::string_view, Name> kNames[] = {
      {"accept", Name::Accept},
      {"access-control-request-headers", Name::RequestedHeaders},
      {"access-control-request-method", Name::RequestedMethod},
      {"authorization", Name::Authorization},
      {"connection", Name::Connection},
      {"content-length", Name::ContentLength},
      {"content-type", Name::ContentType},
      {"expect", Name::Expect},
      {"host", Name::Host},
      {"origin", Name::Origin},
      {"sec-fetch-dest", Name::FetchDestination},
      {"sec-fetch-mode", Name::FetchMode},
      {"sec-fetch-site", Name::FetchSite},
      {"transfer-encoding", Name::TransferEncoding},
      {"x-amz-target", Name::Target},
      {"x-amzn-trace-id", Name::TraceId}};
  for (const auto& [name, number] : kNames) {
    if (name.size() == text.size() && equals_ignoring_case(name, text)) return number;
  }
  return Name::Other;
}

}  // namespace

void RequestData::clear() {
  for (auto* text : {&method, &target, &host, &content_type, &amz_target, &authorization, &accept,
                     &trace_id, &origin, &fetch_site, &fetch_mode, &fetch_destination,
                     &requested_method, &requested_headers, &body, &header_text_}) {
    forget(*text);
  }
  upload.reset();
  forget(header_ends_);
  forget(headers_);
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
    : data_(data),
      header_bytes_max_(header_bytes_max),
      dispatcher_(dispatcher),
      body_bytes_max_(body_bytes_max) {}

std::size_t RequestParser::put(boost::asio::const_buffer bytes, ErrorCode& error) {
  std::string_view rest(static_cast<const char*>(bytes.data()), bytes.size());
  got_some_ |= !rest.empty();
  error = {};
  while (!error && !is_done()) error = take_some(rest);
  return bytes.size() - rest.size();
}

boost::system::error_code RequestParser::take_some(std::string_view& rest) {
  if (stage_ == Stage::Body || stage_ == Stage::Chunk) {
    const auto part = rest.substr(0, left_);
    if (part.empty()) return beast::error::need_more;
    take_body(part);
    rest.remove_prefix(part.size());
    left_ -= part.size();
    if (left_ == 0) stage_ = stage_ == Stage::Body ? Stage::Done : Stage::ChunkEnd;
    return {};
  }
  if (stage_ == Stage::ChunkEnd && !kLineEnd.starts_with(rest.substr(0, kLineEnd.size()))) {
    data_.fault = "a chunk is longer than it said";
    return beast::error::bad_chunk;
  }
  const auto end = rest.find('\n', searched_);
  const bool is_whole = end != std::string_view::npos;
  const auto line = is_whole ? rest.substr(0, end + 1) : rest;
  searched_ = is_whole ? 0 : line.size();
  if (line.size() > line_bytes_max()) return beast::error::header_limit;
  if (!is_whole)
    return may_be_request_line(line) ? beast::error::need_more : beast::error::bad_method;
  rest.remove_prefix(line.size());
  return take_line(line);
}

std::size_t RequestParser::line_bytes_max() const {
  if (stage_ == Stage::ChunkEnd) return kLineEnd.size();
  if (stage_ != Stage::ChunkSize) return header_bytes_max_ - header_bytes_;
  return kChunkDigitsMax + kLineEnd.size() + header_bytes_max_ - extension_bytes_;
}

// Whoever speaks something else need not wait for the end of a line to be told.
bool RequestParser::may_be_request_line(std::string_view begin) const {
  if (stage_ != Stage::RequestLine || begin.empty()) return true;
  begin = begin.substr(0, kMethodBytesMax + 1);
  if (is_method(begin.substr(0, begin.find_first_of(" \r")))) return true;
  data_.fault = kNoMethod;
  return false;
}

boost::system::error_code RequestParser::take_line(std::string_view line) {
  if (!line.ends_with(kLineEnd)) {
    data_.fault = "a line does not end in CR LF";
    return beast::error::bad_line_ending;
  }
  const std::size_t bytes = line.size();
  line.remove_suffix(kLineEnd.size());
  if (stage_ == Stage::ChunkSize) return take_chunk_size(line);
  if (stage_ == Stage::ChunkEnd) {
    stage_ = Stage::ChunkSize;
    return {};
  }
  if (line.empty() && stage_ == Stage::Headers) return end_headers();
  if (line.empty() && stage_ == Stage::Trailers) {
    stage_ = Stage::Done;
    return {};
  }
  header_bytes_ += bytes;
  if (stage_ == Stage::Headers && ++header_count_ > kHeadersMax) return beast::error::header_limit;
  if (stage_ == Stage::RequestLine) {
    data_.fault = take_request_line(line);
    stage_ = Stage::Headers;
  } else {
    data_.fault = stage_ == Stage::Headers ? take_header(line) : take_trailer(line);
  }
  return data_.fault.empty() ? ErrorCode() : beast::error::bad_field;
}

RequestParser::Fault RequestParser::take_request_line(std::string_view line) {
  const auto first = std::min(line.find(' '), line.size());
  const auto last = line.rfind(' ');
  const auto method = line.substr(0, first);
  if (!is_method(method)) return kNoMethod;
  if (last == std::string_view::npos || last == first) return "the request line has no three parts";
  const auto target = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);
  if (!is_target(target)) return "the target of the request is malformed";
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return "it is not of HTTP/1.1 or HTTP/1.0";
  data_.method = method;
  data_.target = target;
  data_.is_http_1_0 = version.back() == '0';
  return {};
}

RequestParser::Fault RequestParser::take_header(std::string_view line) {
  const auto field = split_field(line);
  if (!field.fault.empty()) return field.fault;
  if (data_.keeps_headers) data_.add_header(field.name, field.value);
  return keep(field.name, field.value);
}

// No header behind the body changes the request.
RequestParser::Fault RequestParser::take_trailer(std::string_view line) {
  const auto field = split_field(line);
  if (!field.fault.empty()) return field.fault;
  const auto name = find_name(field.name);
  const bool is_about_length = name == Name::ContentLength || name == Name::TransferEncoding;
  return is_about_length ? "the length of the body is told behind it" : Fault();
}

RequestParser::Fault RequestParser::keep(std::string_view name, std::string_view value) {
  switch (find_name(name)) {
    case Name::Host:
      data_.host = value;
      if (++hosts_ > 1) return "there are two Host headers";
      return is_authority(value) ? Fault() : "the Host header is malformed";
    case Name::ContentLength:
      return keep_length(value);
    case Name::TransferEncoding:
      return keep_encoding(value);
    case Name::Connection:
      return keep_connection(value);
    case Name::Authorization:
      data_.authorization = value;
      return ++authorizations_ > 1 ? "there are two Authorization headers" : Fault();
    case Name::Target:
      if (!data_.amz_target.empty()) return "there are two X-Amz-Target headers";
      data_.amz_target = value;
      return {};
    case Name::ContentType:
      data_.content_type = value;
      return {};
    case Name::Accept:
      data_.accept = value;
      return {};
    case Name::TraceId:
      data_.trace_id = value;
      return {};
    case Name::Expect:
      data_.expects_continue = !data_.is_http_1_0 && equals_ignoring_case(value, "100-continue");
      return {};
    case Name::Origin:
      append(data_.origin, value);
      return {};
    case Name::FetchSite:
      append(data_.fetch_site, value);
      return {};
    case Name::FetchMode:
      append(data_.fetch_mode, value);
      return {};
    case Name::FetchDestination:
      append(data_.fetch_destination, value);
      return {};
    case Name::RequestedMethod:
      append(data_.requested_method, value);
      return {};
    case Name::RequestedHeaders:
      append(data_.requested_headers, value);
      return {};
    case Name::Other:
      break;
  }
  return {};
}

RequestParser::Fault RequestParser::keep_length(std::string_view value) {
  if (content_length_) return "there are two Content-Length headers";
  std::uint64_t length = 0;
  const auto* const last = value.data() + value.size();
  const auto [end, error] = std::from_chars(value.data(), last, length);
  if (value.empty() || error != std::errc() || end != last)
    return "the Content-Length is no number";
  content_length_ = length;
  return {};
}

RequestParser::Fault RequestParser::keep_encoding(std::string_view value) {
  if (data_.is_http_1_0) return "HTTP/1.0 has no Transfer-Encoding";
  if (++encodings_ > 1)
    return is_chunked_ ? "there are two Transfer-Encoding headers" : kNotChunked;
  is_chunked_ = equals_ignoring_case(value, "chunked");
  return {};
}

RequestParser::Fault RequestParser::keep_connection(std::string_view value) {
  for (bool is_more = true; is_more;) {
    const auto comma = value.find(',');
    is_more = comma != std::string_view::npos;
    const auto option = trim(value.substr(0, comma));
    if (is_more) value.remove_prefix(comma + 1);
    if (option.empty()) continue;
    if (!is_http_token(option)) return "the Connection header is malformed";
    says_close_ |= equals_ignoring_case(option, "close");
    says_keep_alive_ |= equals_ignoring_case(option, "keep-alive");
    says_upgrade_ |= equals_ignoring_case(option, "upgrade");
  }
  return {};
}

boost::system::error_code RequestParser::end_headers() {
  if (hosts_ == 0 && !data_.is_http_1_0) data_.fault = "there is no Host header";
  // Any other would leave it open where the body ends.
  if (encodings_ > 0 && !is_chunked_) data_.fault = kNotChunked;
  if (is_chunked_ && content_length_) {
    data_.fault = "there are both a Content-Length and a Transfer-Encoding";
  }
  if (!data_.fault.empty()) return beast::error::bad_field;
  left_ = content_length_.value_or(0);
  stage_ = is_chunked_ ? Stage::ChunkSize : left_ > 0 ? Stage::Body : Stage::Done;
  if (dispatcher_) {
    // A small body is here as soon as the refusal would be.
    const bool is_long = is_chunked_ || left_ > kKeptBytesMax || data_.expects_continue;
    const auto head = data_.view();
    if (is_long && dispatcher_->turns_away(head)) {
      data_.is_turned_away = true;
      return beast::error::unexpected_body;
    }
    data_.upload = dispatcher_->upload(head);
  }
  if (data_.upload) body_bytes_max_ = data_.upload->bytes_max;
  if (left_ > body_bytes_max_) return beast::error::body_limit;
  // What is announced is not yet sent: a small body is reserved, a big one grows as it comes.
  if (!data_.upload) data_.body.reserve(std::min<std::uint64_t>(left_, kKeptBytesMax));
  return {};
}

boost::system::error_code RequestParser::take_chunk_size(std::string_view line) {
  const auto digits = line.substr(0, line.find_first_of("; \t"));
  const auto extension = trim(line.substr(digits.size()));
  const auto* const last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, left_, 16);
  const bool is_size =
      !digits.empty() && digits.size() <= kChunkDigitsMax && error == std::errc() && end == last;
  if (!is_size || !is_chunk_extension(extension)) {
    data_.fault = "the size of a chunk is malformed";
    return beast::error::bad_chunk;
  }
  extension_bytes_ += line.size() - digits.size();
  if (left_ > body_bytes_max_ - chunk_bytes_) return beast::error::body_limit;
  chunk_bytes_ += left_;
  stage_ = left_ > 0 ? Stage::Chunk : Stage::Trailers;
  return {};
}

void RequestParser::take_body(std::string_view bytes) {
  if (data_.upload) {
    data_.upload->file->write(bytes);
  } else {
    data_.body.append(bytes);
  }
}

}  // namespace squire::http
