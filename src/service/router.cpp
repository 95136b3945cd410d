#include "squire/service/router.hpp"

#include <algorithm>

namespace squire::service {
namespace {

const ActionEntry* find_entry(std::span<const ActionEntry> actions, std::string_view name) {
  const auto at = std::lower_bound(
      actions.begin(), actions.end(), name,
      [](const ActionEntry& entry, std::string_view name) { return entry.name < name; });
  return at != actions.end() && at->name == name ? &*at : nullptr;
}

wire::Incoming to_incoming(const HttpRequest& request) {
  const auto [path, query] = split_target(request.target);
  return {request.method,
          path,
          query,
          request.content_type,
          request.accept,
          request.amz_target,
          request.body,
          request.headers,
          {}};
}

// As a parameter would say it. The host may name a region.
std::string url_of(const HttpRequest& request) {
  const auto path = split_target(request.target).path;
  std::string url;
  if (is_host(request.host) && !request.host.empty()) url.append("http://").append(request.host);
  return url.append(path);
}

}  // namespace

Router::Router(std::vector<const Service*> services) : services_(std::move(services)) {
  if (!services_.empty()) default_dialect_ = services_.front()->dialect;
  default_dialect_.unversioned_xml_namespace = default_dialect_.xml_namespace;
  for (const Service* service : services_) {
    for (const auto& action : service->actions) {
      if (action.http) paths_.push_back({wire::PathTemplate(action.http->path), service, &action});
    }
  }
  std::stable_sort(paths_.begin(), paths_.end(), [](const ActionPath& a, const ActionPath& b) {
    return a.path.is_stricter_than(b.path);
  });
}

void Router::choose_protocol(const HttpRequest& request, Route& route) const {
  route.in = to_incoming(request);
  route.dialect = &default_dialect_;
  if (auto json = wire::AwsJson::match(route.in)) {
    route.protocol = wire::Protocol(*json);
  } else {
    choose_path(request, route);
  }
}

// Takes the request for an action's at its path, if it is; not if it is signed for another service.
void Router::choose_path(const HttpRequest& request, Route& route) const {
  if (paths_.empty()) return;
  const auto scope = find_credential(request, route.in.form).service;
  for (const auto& [path, service, action] : paths_) {
    if (action->http->method != route.in.method) continue;
    if (!scope.empty() && scope != service->name) continue;
    auto labels = path.match(route.in.path);
    if (!labels) continue;
    route.protocol = wire::Protocol(wire::RestJson(*std::move(labels)));
    route.service = service;
    route.action = action;
    return;
  }
}

Result<void> Router::find_action(const HttpRequest& request, Route& route) const {
  auto& form = route.in.form;
  auto& [access_key, region, scope] = route.credential;
  const auto read = route.protocol.read(route.in);
  if (read.has_error()) {
    // Of another service it need be nothing that we can read.
    route.credential = find_credential(request, form);
    const bool is_elsewhere = !scope.empty() && parameter_service(form, {}, scope) == nullptr;
    return is_elsewhere ? not_spoken(scope) : read.error();
  }
  auto asked = *read;
  std::string action;
  std::optional<PathParameter> at;
  if (asked.has_parameters && asked.action) {
    asked.action = action = *asked.action;
    at = path_parameter(request, route.in.path);
    if (at && form.find(at->name) == nullptr) form.add(std::string(at->name), url_of(request));
  }
  // Views into the form, which stays as it is from here on.
  route.credential = find_credential(request, form);
  if (route.service == nullptr) route.service = find_service(asked, form, scope);
  if (const auto* service = route.service) {
    route.dialect = &service->dialect;
    route.in.missing_rule = service->dialect.missing_rule;
  } else if (scope.empty()) {
    scope = asked.target.value_or("");
  }
  if (route.action != nullptr) return {};
  if (route.service == nullptr && !scope.empty()) return not_spoken(scope);
  if (!asked.action) {
    route.is_nowhere = route.in.method == "GET" && route.in.path != "/";
    return Error{errors::kMissingAction, {}};
  }
  const auto* entry = route.service ? find_entry(route.service->actions, *asked.action) : nullptr;
  if (entry == nullptr || (at && at->is_whole && !entry->has_member(at->name))) {
    return Error{errors::kInvalidAction,
                 "The action " + std::string(*asked.action) + " is not valid for this endpoint."};
  }
  route.action = entry;
  return {};
}

std::optional<PathParameter> Router::path_parameter(const HttpRequest& request,
                                                    std::string_view path) const {
  for (const Service* service : services_) {
    const auto at = service->path_parameter ? service->path_parameter(path) : std::nullopt;
    if (at && (!at->is_uncertain || is_signed_for_service(request))) return at;
  }
  return std::nullopt;
}

const Service* Router::find_service(const wire::Asked& asked, const wire::Form& form,
                                    std::string_view scope) const {
  if (!asked.target) return parameter_service(form, asked.action.value_or(""), scope);
  const auto at = std::find_if(services_.begin(), services_.end(), [&](auto* service) {
    return !asked.target->empty() && service->dialect.json_target == *asked.target;
  });
  return at == services_.end() ? nullptr : *at;
}

// The credential scope says which service, if that knows the action; else the version; else who
// knows the action. Null: none of ours.
const Service* Router::parameter_service(const wire::Form& form, std::string_view action,
                                         std::string_view scope) const {
  const auto* version = form.find("Version");
  const auto first = [&](auto&& matches) {
    const auto at = std::find_if(services_.begin(), services_.end(), matches);
    return at == services_.end() ? nullptr : *at;
  };
  const auto knows = [&](auto* service) { return find_entry(service->actions, action) != nullptr; };
  const Service* const signed_for = first([&](auto* service) { return service->name == scope; });
  if (signed_for && knows(signed_for)) return signed_for;
  const Service* found = nullptr;
  if (version) {
    found = first([&](auto* service) {
      return !version->empty() && service->dialect.query_version == *version;
    });
  }
  if (!found) found = signed_for;
  if (!found && scope.empty()) found = first(knows);
  return found;
}

bool Router::is_signed_for_service(const HttpRequest& request) const {
  const auto scope = find_credential(request, wire::Form()).service;
  return std::any_of(services_.begin(), services_.end(),
                     [&](const Service* service) { return service->name == scope; });
}

wire::Answer Router::refuse(const HttpRequest& request, const Error& error,
                            std::string_view request_id) const {
  const auto json = wire::AwsJson::guess(to_incoming(request));
  const auto protocol = json ? wire::Protocol(*json) : wire::Protocol();
  return protocol.encode_error(error, default_dialect_, request_id);
}

// To a request for another service of AWS.
Error Router::not_spoken(std::string_view asked) const {
  std::string spoken;
  for (const Service* service : services_) {
    spoken.append(spoken.empty() ? "" : ", ").append(service->name);
  }
  return {errors::kInvalidAction, "The request is for the service " + std::string(asked) +
                                      ", which is not spoken here. Squire speaks: " + spoken + "."};
}

}  // namespace squire::service
