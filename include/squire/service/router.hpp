#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "squire/service/action.hpp"
#include "squire/service/credential.hpp"
#include "squire/service/http.hpp"
#include "squire/service/request_path.hpp"

namespace squire::service {

// How errors are said to one request.
struct ErrorContext {
  wire::Protocol protocol = wire::Protocol::Query;
  std::string_view content_type;
  std::string_view json_namespace = {};
  wire::XmlErrorStyle xml_style = {};
  bool is_query_json = false;
};

HttpReply encode_error(const Error& error, const ErrorContext& context, std::string request_id);

// As the headers alone suggest it.
ErrorContext guess_errors(const HttpRequest& request);

// What a request is for. Views look into the request and into the form here, so it stays where it
// is from the moment it is filled.
struct Route {
  wire::Form form;
  Input input{};
  ErrorContext errors;
  Credential credential;
  const Service* service = nullptr;     // null: none of ours
  const ActionEntry* action = nullptr;  // null: none of the service's
  bool is_nowhere = false;              // somebody looks for a page that is not here
};

// Knows protocols, services and their actions, and which of them a request means. Constant, so
// thread-safe.
class Router {
 public:
  explicit Router(std::vector<const Service*> services) : services_(std::move(services)) {}

  const std::vector<const Service*>& services() const { return services_; }

  // The first step: how the request is to be answered, whatever comes.
  void choose_protocol(const HttpRequest& request, Route& route) const;
  // Finds the action, or says why there is none.
  Result<void> find_action(const HttpRequest& request, const RequestTarget& target,
                           Route& route) const;
  // Whether its credential scope names a service of ours.
  bool is_signed_for_service(const HttpRequest& request) const;

 private:
  Result<void> read_json(const HttpRequest& request, Route& route) const;
  Result<void> read_query(const HttpRequest& request, const RequestTarget& target,
                          Route& route) const;
  bool name_queue(const HttpRequest& request, std::string_view path, wire::Form& form) const;
  const Service* query_service(const wire::Form& form, std::string_view action,
                               std::string_view scope) const;
  Result<void> find(std::string_view action, bool is_at_queue, Route& route) const;
  Error not_spoken(std::string_view service) const;

  const std::vector<const Service*> services_;
};

}  // namespace squire::service
