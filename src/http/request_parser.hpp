#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>
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

// Reads one request of HTTP/1.0 or 1.1 (RFC 9112) as it comes, keeping only the headers that mean
// something to us. Strict: it refuses what two servers could take for requests of different lengths
// or senders, "request smuggling" (RFC 9112, 11.2), down to a line that does not end in CR LF.
// For one request; `data` and `dispatcher`, which says where big bodies go, outlive it.
class RequestParser {
 public:
  using ErrorCode = boost::system::error_code;

  RequestParser(RequestData& data, std::size_t header_bytes_max, std::size_t body_bytes_max,
                const service::Dispatcher* dispatcher = nullptr);

  // Takes what the bytes complete, and says how many those are; they are to be offered again behind
  // those that are left. An error of boost::beast::http: need_more, or why the connection ends,
  // with the words in data.fault.
  std::size_t put(boost::asio::const_buffer bytes, ErrorCode& error);

  bool got_some() const { return got_some_; }  // bytes
  bool is_header_done() const { return stage_ > Stage::Headers; }
  bool is_done() const { return stage_ == Stage::Done; }
  // Of the head, and of trailers, so far.
  std::size_t header_bytes() const { return header_bytes_; }
  // Once the header is done.
  bool chunked() const { return is_chunked_; }
  std::optional<std::uint64_t> content_length() const { return content_length_; }
  bool keep_alive() const { return !says_close_ && (says_keep_alive_ || !data_.is_http_1_0); }
  bool upgrade() const { return says_upgrade_; }

 private:
  enum class Stage : std::uint8_t {
    RequestLine,
    Headers,
    Body,
    ChunkSize,
    Chunk,
    ChunkEnd,
    Trailers,
    Done
  };
  // What is wrong; empty: nothing.
  using Fault = std::string_view;

  // What of the bytes can be taken at once; need_more: none of them, as yet.
  ErrorCode take_some(std::string_view& rest);
  // One line that is there as a whole.
  ErrorCode take_line(std::string_view line);
  std::size_t line_bytes_max() const;
  Fault take_request_line(std::string_view line);
  Fault take_header(std::string_view line);
  Fault take_trailer(std::string_view line);
  // Stores what a header says.
  Fault keep(std::string_view name, std::string_view value);
  Fault keep_length(std::string_view value);
  Fault keep_encoding(std::string_view value);
  Fault keep_connection(std::string_view value);
  ErrorCode end_headers();
  ErrorCode take_chunk_size(std::string_view line);
  void take_body(std::string_view bytes);
  // Of a line that has not come whole: whether it can become a request's.
  bool may_be_request_line(std::string_view begin) const;

  RequestData& data_;
  const std::size_t header_bytes_max_;
  const service::Dispatcher* const dispatcher_;  // null: all bodies go into memory
  std::uint64_t body_bytes_max_;
  Stage stage_ = Stage::RequestLine;
  std::size_t searched_ = 0;  // of a line that has not come whole: no end in there
  std::size_t header_bytes_ = 0;
  std::size_t header_count_ = 0;
  std::size_t extension_bytes_ = 0;  // of all chunks
  std::uint64_t left_ = 0;           // of the body or chunk
  std::uint64_t chunk_bytes_ = 0;    // of all chunks
  std::optional<std::uint64_t> content_length_;
  int hosts_ = 0;
  int authorizations_ = 0;
  int encodings_ = 0;
  bool got_some_ = false;
  bool is_chunked_ = false;
  bool says_close_ = false;
  bool says_keep_alive_ = false;
  bool says_upgrade_ = false;
};

}  // namespace squire::http
