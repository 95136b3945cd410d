#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "squire/service/action.hpp"
#include "squire/service/credential.hpp"
#include "squire/service/http.hpp"
#include "squire/service/request_path.hpp"

namespace squire::service {

// What a request is for. Views look into the request and into the form here, so it stays where it
// is from the moment it is filled.
struct Route {
  wire::Incoming in;
  wire::Protocol protocol;
  const wire::Dialect* dialect = nullptr;
  Credential credential;
  const Service* service = nullptr;     // null: none of ours
  const ActionEntry* action = nullptr;  // null: none of the service's
  bool is_nowhere = false;              // somebody looks for a page that is not here
};

// Knows protocols, services and their actions, and which of them a request means. Constant, so
// thread-safe.
class Router {
 public:
  // What nobody knows is answered in the dialect of the first service.
  explicit Router(std::vector<const Service*> services);

  const std::vector<const Service*>& services() const { return services_; }
  // Whether a service may look at any header of a request.
  bool needs_headers() const { return !paths_.empty(); }

  // The first step: how the request is to be answered, whatever comes.
  void choose_protocol(const HttpRequest& request, Route& route) const;
  // Finds the action, or says why there is none.
  Result<void> find_action(const HttpRequest& request, Route& route) const;

  // Whether its credential scope names a service of ours.
  bool is_signed_for_service(const HttpRequest& request) const;

  // To a request so broken that it never became one: the protocol is guessed.
  wire::Answer refuse(const HttpRequest& request, const Error& error,
                      std::string_view request_id) const;

 private:
  // Of an action that is asked there.
  struct ActionPath {
    wire::PathTemplate path;
    const Service* service;
    const ActionEntry* action;
  };

  void choose_path(const HttpRequest& request, Route& route) const;
  std::optional<PathParameter> path_parameter(const HttpRequest& request,
                                              std::string_view path) const;
  const Service* find_service(const wire::Asked& asked, const wire::Form& form,
                              std::string_view scope) const;
  const Service* parameter_service(const wire::Form& form, std::string_view action,
                                   std::string_view scope) const;
  Error not_spoken(std::string_view asked) const;

  const std::vector<const Service*> services_;
  wire::Dialect default_dialect_;
  std::vector<ActionPath> paths_;  // those that say most first
};

}  // namespace squire::service
