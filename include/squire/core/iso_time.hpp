#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "squire/core/clock.hpp"

namespace squire {

// "2026-11-23T04:41:55.040Z": UTC with milliseconds, as SNS writes times.
std::string to_iso_time(TimePoint time);

// The same; the fraction may be missing or of another length. Nothing if the text is no such time.
std::optional<TimePoint> parse_iso_time(std::string_view text);

}  // namespace squire
