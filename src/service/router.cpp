#include "squire/service/router.hpp"

#include <algorithm>

namespace squire::service {
namespace {

constexpr std::string_view kJsonType = "application/x-amz-json-1.0";
constexpr std::string_view kJson11Type = "application/x-amz-json-1.1";
constexpr std::string_view kXmlType = "text/xml";
constexpr std::string_view kQueryJsonType = "application/json";
constexpr wire::XmlErrorStyle kDefaultXmlErrors{"http://queue.amazonaws.com/doc/2012-11-05/", true};

// Whether a POST with an X-Amz-Target is JSON: other content says that it is not.
bool is_json_type(std::string_view content_type) {
  return content_type.empty() || content_type.find("json") != std::string_view::npos;
}

std::string_view json_type_of(std::string_view content_type) {
  return content_type.find("json-1.1") == std::string_view::npos ? kJsonType : kJson11Type;
}

const ActionEntry* find_entry(std::span<const ActionEntry> actions, std::string_view name) {
  const auto at = std::lower_bound(
      actions.begin(), actions.end(), name,
      [](const ActionEntry& entry, std::string_view name) { return entry.name < name; });
  return at != actions.end() && at->name == name ? &*at : nullptr;
}

}  // namespace

HttpReply encode_error(const Error& error, const ErrorContext& context, std::string request_id) {
  HttpReply reply;
  reply.status = error.code->status;
  reply.content_type = context.content_type;
  reply.request_id = std::move(request_id);
  if (context.protocol == wire::Protocol::Json) {
    reply.query_error = error.code->code;
    reply.query_error += error.code->is_sender_fault() ? ";Sender" : ";Receiver";
    reply.body = wire::encode_json_error(error, context.json_namespace);
  } else if (context.is_query_json) {
    reply.body =
        wire::encode_query_json_error(error, context.xml_style.has_detail, reply.request_id);
  } else {
    reply.body = wire::encode_xml_error(error, context.xml_style, reply.request_id);
  }
  return reply;
}

ErrorContext guess_errors(const HttpRequest& request) {
  const bool is_json = is_json_type(request.content_type) &&
                       (!request.amz_target.empty() || !request.content_type.empty());
  if (is_json) return {wire::Protocol::Json, kJsonType};
  return {wire::Protocol::Query, kXmlType, {}, kDefaultXmlErrors};
}

void Router::choose_protocol(const HttpRequest& request, Route& route) const {
  const bool is_json = !request.amz_target.empty() && is_json_type(request.content_type);
  const auto protocol = is_json ? wire::Protocol::Json : wire::Protocol::Query;
  route.input = {protocol, request.body, &route.form, {}};
  route.errors = {
      protocol, is_json ? json_type_of(request.content_type) : kXmlType, {}, kDefaultXmlErrors};
}

Result<void> Router::find_action(const HttpRequest& request, const RequestTarget& target,
                                 Route& route) const {
  return route.input.protocol == wire::Protocol::Json ? read_json(request, route)
                                                      : read_query(request, target, route);
}

Result<void> Router::read_json(const HttpRequest& request, Route& route) const {
  route.credential = find_credential(request, route.form);
  const auto dot = std::min(request.amz_target.rfind('.'), request.amz_target.size());
  const auto prefix = request.amz_target.substr(0, dot);
  for (const Service* service : services_) {
    if (!service->json_target.empty() && service->json_target == prefix) route.service = service;
  }
  if (route.service != nullptr) route.errors.json_namespace = route.service->json_namespace;
  if (route.service == nullptr && route.credential.service.empty()) {
    route.credential.service = prefix;
  }
  return find(request.amz_target.substr(std::min(dot + 1, request.amz_target.size())), false,
              route);
}

Result<void> Router::read_query(const HttpRequest& request, const RequestTarget& target,
                                Route& route) const {
  auto& form = route.form;
  auto& credential = route.credential;
  auto parsed = form.parse(target.query);
  if (parsed.has_value()) parsed = form.parse(request.body);
  if (parsed.has_error()) {
    // Of another service it need be no form.
    credential = find_credential(request, form);
    const bool is_elsewhere =
        !credential.service.empty() && query_service(form, {}, credential.service) == nullptr;
    return is_elsewhere ? not_spoken(credential.service) : std::move(parsed).error();
  }
  const auto* wanted = form.find("ContentType");
  if (wire::wants_json(request.accept) || (wanted && *wanted == "JSON")) {
    route.errors.is_query_json = true;
    route.errors.content_type = kQueryJsonType;
  }
  const auto* given = form.find("Action");
  const std::string action = given ? *given : std::string();
  const bool is_at_queue = !action.empty() && name_queue(request, target.path, form);
  // Views into the form, which stays as it is from here on.
  credential = find_credential(request, form);
  route.service = query_service(form, action, credential.service);
  if (const auto* service = route.service) {
    route.errors.xml_style = {
        form.find("Version") ? service->xml_namespace : service->unversioned_xml_namespace,
        service->has_error_detail};
    route.input.missing_rule = service->missing_rule;
  }
  if (!action.empty() || (route.service == nullptr && !credential.service.empty())) {
    return find(action, is_at_queue, route);
  }
  route.is_nowhere = request.method == "GET" && target.path != "/";
  return Error{errors::kMissingAction, {}};
}

// The queue that the path names, as if the parameter did. Whether the path is all that the URL of a
// queue is, account included.
bool Router::name_queue(const HttpRequest& request, std::string_view path, wire::Form& form) const {
  const auto queue = parse_queue_path(path);
  if (!queue) return false;
  const bool is_short = queue->account.empty() && path.find('/', 1) == std::string_view::npos;
  if (is_short && is_taken(queue->name) && !is_signed_for_service(request)) return false;
  if (form.find("QueueUrl") == nullptr) {
    // The host may say a region.
    form.add("QueueUrl", is_host(request.host) && !request.host.empty()
                             ? "http://" + std::string(request.host) + std::string(path)
                             : std::string(path));
  }
  return !queue->account.empty();
}

// The credential scope says which service, if that knows the action; else the version; else who
// knows the action. Null: none of ours.
const Service* Router::query_service(const wire::Form& form, std::string_view action,
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
  if (version) found = first([&](auto* service) { return service->query_version == *version; });
  if (!found) found = signed_for;
  if (!found && scope.empty()) found = first(knows);
  return found;
}

bool Router::is_signed_for_service(const HttpRequest& request) const {
  const auto scope = find_credential(request, wire::Form()).service;
  return std::any_of(services_.begin(), services_.end(),
                     [&](const Service* service) { return service->name == scope; });
}

Result<void> Router::find(std::string_view action, bool is_at_queue, Route& route) const {
  const auto* service = route.service;
  if (service == nullptr && !route.credential.service.empty()) {
    return not_spoken(route.credential.service);
  }
  const auto* entry = service ? find_entry(service->actions, action) : nullptr;
  if (entry != nullptr && (!is_at_queue || entry->takes_queue)) {
    route.action = entry;
    return {};
  }
  return Error{errors::kInvalidAction,
               "The action " + std::string(action) + " is not valid for this endpoint."};
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
