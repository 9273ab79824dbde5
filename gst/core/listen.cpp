// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/listen.h"

#include <variant>

namespace dg {
namespace {

std::string property_name(std::string key) {
  for (char& c : key)
    if (c == '_') c = '-';
  return key;
}

std::optional<Error> check_range(const OptionSpec& spec, const Count& shape, int value) {
  bool unset = value < 0;
  if (unset || (value == 0 && shape.zero) || (value >= shape.min && value <= shape.max))
    return std::nullopt;
  return Error{property_name(spec.key) + " must be from " + std::to_string(shape.min) + " to " +
               std::to_string(shape.max) + ", not " + std::to_string(value)};
}

std::optional<Error> check_list(const OptionSpec& spec, const List& shape,
                                const std::vector<std::string>& items) {
  std::string name = property_name(spec.key);
  if (shape.most > 0 && items.size() > shape.most)
    return Error{name + " takes at most " + std::to_string(shape.most) + " items, not " +
                 std::to_string(items.size())};
  for (const std::string& item : items) {
    if (item.empty()) return Error{name + " has an empty item"};
    if (shape.longest_item > 0 && item.size() > shape.longest_item)
      return Error{name + " takes at most " + std::to_string(shape.longest_item) +
                   " characters an item"};
  }
  return std::nullopt;
}

std::optional<Error> check_row(const OptionSpec& spec, const OptionValue& value) {
  if (auto* count = std::get_if<Count>(&spec.shape))
    return check_range(spec, *count, std::get<int>(value));
  if (auto* list = std::get_if<List>(&spec.shape))
    return check_list(spec, *list, std::get<std::vector<std::string>>(value));
  return std::nullopt;
}

std::optional<Error> check_combinations(const Options& options) {
  if (options.is_set("utterance_end_ms") && !options.is_set("interim_results"))
    return Error{"utterance-end-ms needs interim-results=true"};
  if (options.is_set("dictation") && !options.is_set("punctuate"))
    return Error{"dictation needs punctuate=true"};
  bool nova3 = std::get<std::string>(options.at("model")).starts_with("nova-3");
  if (nova3 && options.is_set("keywords"))
    return Error{"keywords is not for nova-3 models: use keyterm"};
  if (!nova3 && options.is_set("keyterm"))
    return Error{"keyterm is for nova-3 models only: use keywords"};
  return std::nullopt;
}

}  // namespace

std::optional<Error> check(const Options& options) {
  for (std::size_t row = 0; row < options.table().size(); ++row)
    if (auto error = check_row(options.table()[row], options.at(row))) return error;
  return check_combinations(options);
}

}  // namespace dg
