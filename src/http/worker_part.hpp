#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/commit_line.hpp"
#include "squire/http/sessions.hpp"
#include "squire/net/worker.hpp"

namespace squire::http {

// What the connections of one worker have in common. Used on its thread only.
class WorkerPart {
 public:
  WorkerPart(net::Worker& worker, const Settings& settings, service::Dispatcher& dispatcher,
             engine::Journal& journal, const std::vector<service::Observer*>& observers,
             std::shared_ptr<net::ByteBudget> strangers_budget)
      : settings(settings),
        dispatcher(dispatcher),
        observers(observers),
        strangers_budget(std::move(strangers_budget)),
        commit_line(std::make_shared<CommitLine>(worker.context, journal)) {
    journal.on_commit(commit_line);
  }

  // The Date header's text; made anew once a second.
  const std::string& date();

  const Settings& settings;
  service::Dispatcher& dispatcher;
  const std::vector<service::Observer*>& observers;
  const std::shared_ptr<net::ByteBudget> strangers_budget;
  const std::shared_ptr<CommitLine> commit_line;

 private:
  TimePoint date_at_;
  std::string date_;
};

}  // namespace squire::http
