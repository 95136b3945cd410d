// A service that is asked by paths, and is none of AWS's: what REST JSON needs, in three actions.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "squire/service/action.hpp"
#include "squire/service/paging.hpp"
#include "squire/wire/field.hpp"

namespace squire::test::shelf {

using wire::as_payload;
using wire::as_status;
using wire::field;
using wire::in_header;
using wire::in_path;
using wire::in_query;
using wire::required;

inline constexpr ErrorRow kBookNotFound{"BookNotFound", "#BookNotFoundException", 404,
                                        "There is no such book."};

struct Book {
  std::string author;
  std::string text;
};

// By shelf and title. Tests empty it.
inline std::map<std::pair<std::string, std::string>, Book>& books() {
  static std::map<std::pair<std::string, std::string>, Book> all;
  return all;
}

struct PutBook {
  static constexpr std::string_view name = "PutBook";
  static constexpr wire::Http http{"PUT", "/2026-01-01/shelves/{Shelf}/books/{Title+}", 201};
  struct Request {
    std::string shelf;
    std::string title;
    std::string author;
    std::optional<bool> is_kept;
    wire::Blob text;
    static constexpr auto fields() {
      return std::tuple{in_path("Shelf", required("Shelf", &Request::shelf)),
                        in_path("Title", required("Title", &Request::title)),
                        in_header("X-Shelf-Author", required("Author", &Request::author)),
                        in_query("keep", field("Keep", &Request::is_kept)),
                        as_payload(field("Text", &Request::text))};
    }
  };
  struct Response {
    int status = 201;
    std::string title;
    std::int64_t length = 0;
    static constexpr auto fields() {
      return std::tuple{as_status(field("Status", &Response::status)),
                        in_header("X-Shelf-Length", field("Length", &Response::length)),
                        field("Title", &Response::title)};
    }
  };
  static Result<Response> run(service::Call&, Request request) {
    auto [at, is_new] = books().try_emplace({request.shelf, request.title});
    if (is_new || !request.is_kept.value_or(false)) {
      at->second = {request.author, request.text.bytes};
    }
    const auto length = static_cast<std::int64_t>(at->second.text.size());
    return Response{is_new ? 201 : 200, request.title, length};
  }
};

struct GetBook {
  static constexpr std::string_view name = "GetBook";
  static constexpr wire::Http http{"GET", "/2026-01-01/shelves/{Shelf}/books/{Title+}"};
  struct Request {
    std::string shelf;
    std::string title;
    static constexpr auto fields() {
      return std::tuple{in_path("Shelf", required("Shelf", &Request::shelf)),
                        in_path("Title", required("Title", &Request::title))};
    }
  };
  struct Response {
    std::string author;
    wire::Blob text;
    static constexpr auto fields() {
      return std::tuple{in_header("X-Shelf-Author", field("Author", &Response::author)),
                        as_payload(field("Text", &Response::text))};
    }
  };
  static Result<Response> run(service::Call&, Request request) {
    const auto at = books().find({request.shelf, request.title});
    if (at == books().end()) return Error{kBookNotFound, {}};
    return Response{at->second.author, {at->second.text}};
  }
};

struct ListBooks {
  static constexpr std::string_view name = "ListBooks";
  static constexpr wire::Http http{"GET", "/2026-01-01/shelves/{Shelf}/books/"};
  struct Request {
    std::string shelf;
    std::optional<int> max_items;
    std::string marker;
    std::vector<std::string> authors;
    static constexpr auto fields() {
      return std::tuple{in_path("Shelf", required("Shelf", &Request::shelf)),
                        in_query("MaxItems", field("MaxItems", &Request::max_items)),
                        in_query("Marker", field("Marker", &Request::marker)),
                        in_query("author", field("Authors", &Request::authors))};
    }
  };
  struct Response {
    std::vector<std::string> titles;
    std::string next_marker;
    static constexpr auto fields() {
      return std::tuple{required("Titles", &Response::titles),
                        field("NextMarker", &Response::next_marker)};
    }
  };
  static Result<Response> run(service::Call&, Request request) {
    const auto& wanted = request.authors;
    std::vector<std::string> titles;
    for (const auto& [place, book] : books()) {
      const bool is_wanted =
          wanted.empty() || std::count(wanted.begin(), wanted.end(), book.author);
      if (place.first == request.shelf && is_wanted) titles.push_back(place.second);
    }
    auto page = service::take_page(
        std::move(titles), [](const std::string& title) { return title; }, request.marker,
        static_cast<std::size_t>(request.max_items.value_or(100)));
    if (!page) return Error::invalid_parameter("The Marker is none of ours.");
    return Response{std::move(page->items), std::move(page->next_token)};
  }
};

inline const service::Service& service() {
  static constexpr auto kTable = service::ActionList<GetBook, ListBooks, PutBook>::table();
  static constexpr service::Service kService{
      .name = "shelf", .dialect = {.json_namespace = "com.example.shelf"}, .actions = kTable};
  return kService;
}

}  // namespace squire::test::shelf
