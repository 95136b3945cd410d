// Which service and which of its actions a request is for.
#include <algorithm>

#include "squire/service/dispatcher.hpp"

namespace squire::service {
namespace {

constexpr std::string_view kQueryJsonType = "application/json";

const ActionEntry* find(std::span<const ActionEntry> actions, std::string_view name) {
  const auto at = std::lower_bound(
      actions.begin(), actions.end(), name,
      [](const ActionEntry& entry, std::string_view name) { return entry.name < name; });
  return at != actions.end() && at->name == name ? &*at : nullptr;
}

}  // namespace

bool Exchange::route_page(std::string_view path) {
  for (const Service* service : dispatcher_.services_) {
    auto page = service->page ? service->page(dispatcher_.broker_, path) : std::nullopt;
    if (!page) continue;
    is_answered_ = true;
    reply_.content_type = page->content_type;
    reply_.body = std::move(page->body);
    return true;
  }
  return false;
}

void Exchange::route_json(const HttpRequest& request) {
  credential_ = find_credential(request, form_);
  const auto dot = std::min(request.amz_target.rfind('.'), request.amz_target.size());
  const auto prefix = request.amz_target.substr(0, dot);
  for (const Service* service : dispatcher_.services_) {
    if (!service->json_target.empty() && service->json_target == prefix) service_ = service;
  }
  if (service_ == nullptr && credential_.service.empty()) credential_.service = prefix;
  find_action(request.amz_target.substr(std::min(dot + 1, request.amz_target.size())));
}

void Exchange::route_query(const HttpRequest& request, const RequestTarget& target) {
  auto parsed = form_.parse(target.query);
  if (parsed.has_value()) parsed = form_.parse(request.body);
  if (parsed.has_error()) {
    // Of another service it need be no form.
    credential_ = find_credential(request, form_);
    const bool is_elsewhere =
        !credential_.service.empty() && query_service({}, credential_.service) == nullptr;
    return answer(is_elsewhere ? not_spoken() : std::move(parsed).error());
  }
  const auto* wanted = form_.find("ContentType");
  if (wire::wants_json(request.accept) || (wanted && *wanted == "JSON")) {
    is_query_json_ = true;
    reply_.content_type = kQueryJsonType;
  }
  const auto* given = form_.find("Action");
  const std::string action = given ? *given : std::string();
  if (!action.empty()) name_queue(request, target.path);
  // Views into the form, which stays as it is from here on.
  credential_ = find_credential(request, form_);
  service_ = query_service(action, credential_.service);
  if (service_ != nullptr) {
    xml_errors_ = {
        form_.find("Version") ? service_->xml_namespace : service_->unversioned_xml_namespace,
        service_->has_error_detail};
    input_.missing_rule = service_->missing_rule;
  }
  if (!action.empty() || (service_ == nullptr && !credential_.service.empty())) {
    find_action(action);
  } else if (request.method == "GET" && target.path != "/") {
    is_answered_ = true;
    reply_.status = 404;
    reply_.body = "<UnknownOperationException/>";
  } else {
    answer(Error{Errc::MissingAction, {}});
  }
}

// The queue that the path names, as if the parameter did.
void Exchange::name_queue(const HttpRequest& request, std::string_view path) {
  const auto queue = parse_queue_path(path);
  if (!queue) return;
  const bool is_short = queue->account.empty() && path.find('/', 1) == std::string_view::npos;
  if (is_short && is_taken(queue->name) && !is_signed_for_service(request)) return;
  is_at_queue_ = !queue->account.empty();
  if (form_.find("QueueUrl") != nullptr) return;
  // The host may say a region.
  form_.add("QueueUrl", is_host(request.host) && !request.host.empty()
                            ? "http://" + std::string(request.host) + std::string(path)
                            : std::string(path));
}

// The credential scope says which service, if that knows the action; else the version; else who
// knows the action. Null: none of ours.
const Service* Exchange::query_service(std::string_view action, std::string_view scope) const {
  const auto* version = form_.find("Version");
  const auto& services = dispatcher_.services_;
  const auto first = [&](auto&& matches) {
    const auto at = std::find_if(services.begin(), services.end(), matches);
    return at == services.end() ? nullptr : *at;
  };
  const auto knows = [&](auto* service) { return find(service->actions, action) != nullptr; };
  const Service* const signed_for = first([&](auto* service) { return service->name == scope; });
  if (signed_for && knows(signed_for)) return signed_for;
  const Service* found = nullptr;
  if (version) found = first([&](auto* service) { return service->query_version == *version; });
  if (!found) found = signed_for;
  if (!found && scope.empty()) found = first(knows);
  return found;
}

bool Exchange::is_signed_for_service(const HttpRequest& request) const {
  const auto scope = find_credential(request, wire::Form()).service;
  return std::any_of(dispatcher_.services_.begin(), dispatcher_.services_.end(),
                     [&](const Service* service) { return service->name == scope; });
}

void Exchange::find_action(std::string_view name) {
  if (service_ == nullptr && !credential_.service.empty()) return answer(not_spoken());
  if (service_ != nullptr) action_ = find(service_->actions, name);
  if (action_ != nullptr && is_at_queue_ && !action_->takes_queue) action_ = nullptr;
  if (action_ != nullptr) return;
  answer(Error{Errc::InvalidAction,
               "The action " + std::string(name) + " is not valid for this endpoint."});
}

// To a request for another service of AWS.
Error Exchange::not_spoken() const {
  std::string spoken;
  for (const Service* service : dispatcher_.services_) {
    spoken.append(spoken.empty() ? "" : ", ").append(service->name);
  }
  return {Errc::InvalidAction, "The request is for the service " +
                                   std::string(credential_.service) +
                                   ", which is not spoken here. Squire speaks: " + spoken + "."};
}

}  // namespace squire::service
