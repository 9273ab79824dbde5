// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <utility>

#include "base/nanos.h"
#include "core/option.h"

namespace dg {

// What a connection is asked for by its dial: the parameters of a table, and those beside it.
struct Query {
  Options options;
  Parameters extra_params;
  bool operator==(const Query&) const = default;
};

// Which query holds, and which is to hold instead from the next dial on. Used on the network thread
// only.
class QueryChange {
 public:
  explicit QueryChange(Query query) : in_force_(std::move(query)) {}

  const Query& in_force() const { return in_force_; }
  // Null if it is the one that is in force.
  const Query* wanted() const { return wanted_ ? &*wanted_ : nullptr; }
  // When it was first wanted that another one holds, and when what is wanted changed last.
  Nanos since() const { return since_; }
  Nanos changed() const { return changed_; }

  // Numerals are no part of either: they are configured.
  void want(Query query, Nanos now);
  // The same at once, as no connection ever had the one in force.
  void replace(Query query);
  void configure(bool numerals);

  // What is wanted makes no request.
  void refuse() { wanted_.reset(); }
  // A dial asks for what is wanted.
  void adopt();
  // It was taken.
  void confirm() { before_.reset(); }
  // It was not: what held before holds again. False if there is no such.
  bool fall_back();

 private:
  Query in_force_;
  std::optional<Query> wanted_;
  std::optional<Query> before_;  // as long as the one in force is not taken
  Nanos since_{}, changed_{};
};

}  // namespace dg
