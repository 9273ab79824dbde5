// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/option.h"

namespace dg {

// One parameter of tests/golden/listen-parameters.json, which says what the fields mean. It was
// written from the service's documentation and not from the table. Values are as in the URL.
struct ListenParameter {
  std::string name, property, type, zero, form, source;
  std::string service_default;       // "" for nothing
  std::string initial;               // of the elements; "": not sent
  std::optional<std::string> model;  // beside which it is taken
  std::string model_value;           // the value that the models are about; "": any
  bool from_caps = false, repeatable = false;
  std::optional<std::pair<int, int>> range;
  std::vector<std::string> values, some, sample, refused, only_models, not_models;
  std::map<std::string, int> limits;
  std::map<std::string, std::string> needs;

  // A limit, 0 if there is none.
  std::size_t limit(const std::string& of) const;
  // Values that are taken and are not the initial one.
  std::vector<std::string> good() const;
  // Whether this model takes its value `model_value`, or any.
  bool goes_with(const std::string& model_name) const;
  // What must be beside it: `needs`, and a model.
  Parameters company() const;
};

std::vector<ListenParameter> listen_parameters();

// What clients send that has no property.
struct OtherParameter {
  std::string name, sample;
  bool legacy = false;  // the service takes it still; else it is for recordings only
};
std::vector<OtherParameter> other_parameters();

// As gtest prints it.
void PrintTo(const ListenParameter& parameter, std::ostream* out);

}  // namespace dg
