// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/query.h"

#include <utility>

namespace dg {

void QueryChange::want(Query query, Nanos now) {
  query.options.set("numerals", in_force_.options.at("numerals"));
  changed_ = now;
  if (!wanted_) since_ = now;
  wanted_.reset();
  if (query != in_force_) wanted_ = std::move(query);
}

void QueryChange::replace(Query query) {
  query.options.set("numerals", in_force_.options.at("numerals"));
  in_force_ = std::move(query);
}

void QueryChange::configure(bool numerals) {
  in_force_.options.set("numerals", numerals);
  if (wanted_) wanted_->options.set("numerals", numerals);
  if (before_) before_->options.set("numerals", numerals);
}

void QueryChange::adopt() {
  if (!before_) before_ = std::move(in_force_);
  in_force_ = std::move(*wanted_);
  wanted_.reset();
}

bool QueryChange::fall_back() {
  if (!before_) return false;
  in_force_ = std::move(*before_);
  before_.reset();
  return true;
}

}  // namespace dg
