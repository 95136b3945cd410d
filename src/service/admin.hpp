#pragma once

#include <string>
#include <string_view>

#include "squire/engine/broker.hpp"
#include "squire/wire/query.hpp"

namespace squire::service {

struct AdminReply {
  unsigned status = 200;
  std::string body;           // JSON
  engine::Ticket ticket = 0;  // to wait for before the reply
};

// What is under /_squire/, for people with curl. `form` holds the parameters of the URL.
AdminReply answer_admin(engine::Broker& broker, const std::string& version, std::string_view method,
                        std::string_view path, const wire::Form& form);

}  // namespace squire::service
