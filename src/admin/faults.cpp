#include "squire/service/faults.hpp"

#include "admin/admin_request.hpp"

namespace squire::admin {
namespace {

using service::Fault;

Json to_json(const Fault& fault) {
  return {{"id", std::to_string(fault.id)},
          {"action", fault.action},
          {"queue", fault.resource},
          {"probability", fault.probability},
          {"count", fault.count ? Json(*fault.count) : Json()},
          {"effect", service::effect_name(fault.effect)},
          {"delay", std::to_string(fault.delay.count()) + "ms"},
          {"seed", fault.seed},
          {"hits", fault.hits}};
}

// Nothing: a member is unknown, of another type, or out of its range.
std::optional<Fault> parse_fault(const Json& json) {
  Fault fault;
  bool has_effect = false;
  if (!json.is_object()) return std::nullopt;
  for (const auto& [name, value] : json.items()) {
    if (name == "action" && value.is_string()) {
      fault.action = value;
    } else if (name == "queue" && value.is_string()) {
      fault.resource = value;
    } else if (name == "probability" && value.is_number() && value >= 0.0 && value <= 1.0) {
      fault.probability = value;
    } else if (name == "count" && (value.is_null() || value.is_number_unsigned())) {
      if (!value.is_null()) fault.count = value.get<std::uint64_t>();
    } else if (name == "seed" && value.is_number_unsigned()) {
      fault.seed = value;
    } else if (name == "effect" && value.is_string() &&
               service::find_effect(value.get<std::string>())) {
      fault.effect = *service::find_effect(value.get<std::string>());
      has_effect = true;
    } else if (name == "delay" && value.is_string() && parse_duration(value.get<std::string>())) {
      fault.delay = *parse_duration(value.get<std::string>());
    } else {
      return std::nullopt;
    }
  }
  return has_effect ? std::optional(fault) : std::nullopt;
}

Json to_json(const std::vector<Fault>& faults) {
  Json list = Json::array();
  for (const auto& fault : faults) list.push_back(to_json(fault));
  return {{"faults", std::move(list)}};
}

}  // namespace

SiteReply list_faults(AdminRequest& asked) {
  if (!asked.is_testing()) return not_testing();
  return reply(to_json(asked.settings.faults->list()));
}

SiteReply add_fault(AdminRequest& asked) {
  if (!asked.is_testing()) return not_testing();
  const auto json = service::parse_document(asked.request.body, asked.request.body.size());
  const auto fault = parse_fault(json);
  if (!fault) {
    return refuse(400,
                  "Send {\"effect\": \"throttle\", error, delay, dropBefore, dropAfter, duplicate, "
                  "reorder or partial} and, as you like, \"action\", \"queue\" (or topic), "
                  "\"probability\" (0 to 1), \"count\", \"delay\" (\"2s\") and \"seed\"");
  }
  const auto added = asked.settings.faults->add(*fault);
  if (!added) return refuse(400, "There are too many faults; DELETE /_squire/faults removes them");
  return reply(to_json(*added));
}

SiteReply remove_faults(AdminRequest& asked) {
  if (!asked.is_testing()) return not_testing();
  asked.settings.faults->clear();
  return list_faults(asked);
}

SiteReply remove_fault(AdminRequest& asked) {
  if (!asked.is_testing()) return not_testing();
  const auto id = parse_integer(asked.name);
  if (!id || !asked.settings.faults->remove(static_cast<std::uint64_t>(*id))) {
    return refuse(404, "There is no fault " + asked.name + "; GET /_squire/faults lists them");
  }
  return list_faults(asked);
}

}  // namespace squire::admin
