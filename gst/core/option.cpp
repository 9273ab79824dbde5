// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/option.h"

#include <algorithm>
#include <cassert>

#include "base/overloaded.h"

namespace dg {
namespace {

void append(Parameters& parameters, const OptionSpec& spec, const OptionValue& value) {
  auto put = [&](std::string text) { parameters.emplace_back(spec.key, std::move(text)); };
  std::visit(overloaded{
                 [&](const Flag&) {
                   if (std::get<bool>(value)) put("true");
                 },
                 [&](const Count& shape) {
                   int n = std::get<int>(value);
                   if (n >= 0) put(n == 0 && shape.zero ? shape.zero : std::to_string(n));
                 },
                 [&](const Text&) {
                   if (auto& text = std::get<std::string>(value); !text.empty()) put(text);
                 },
                 [&](const Choice& shape) {
                   int word = std::get<int>(value);
                   if (word > 0) put(shape.words[static_cast<std::size_t>(word)]);
                 },
                 [&](const List&) {
                   for (auto& item : std::get<std::vector<std::string>>(value)) put(item);
                 },
             },
             spec.shape);
}

}  // namespace

OptionValue initial_value(const OptionSpec& spec) {
  return std::visit(overloaded{
                        [](const Flag& shape) -> OptionValue { return shape.initial; },
                        [](const Count&) -> OptionValue { return -1; },
                        [](const Text& shape) -> OptionValue { return std::string{shape.initial}; },
                        [](const Choice&) -> OptionValue { return 0; },
                        [](const List&) -> OptionValue { return std::vector<std::string>{}; },
                    },
                    spec.shape);
}

Options::Options(OptionTable table) : table_(table) {
  for (const OptionSpec& spec : table) values_.push_back(initial_value(spec));
}

bool Options::is_set(std::string_view key) const {
  Parameters sent;
  std::size_t row = row_of(key);
  append(sent, table_[row], values_[row]);
  return !sent.empty();
}

Parameters Options::parameters() const {
  Parameters out;
  for (std::size_t row = 0; row < table_.size(); ++row) append(out, table_[row], values_[row]);
  return out;
}

std::string Options::query() const {
  return encoded(parameters());
}

std::size_t Options::row_of(std::string_view key) const {
  std::size_t row = 0;
  while (row < table_.size() && key != table_[row].key) ++row;
  assert(row < table_.size());
  return row;
}

std::string property_name(std::string key) {
  std::replace(key.begin(), key.end(), '_', '-');
  return key;
}

std::string encoded(const Parameters& parameters) {
  std::string query;
  for (auto& [key, value] : parameters)
    query.append(query.empty() ? "" : "&")
        .append(percent_encode(key))
        .append("=")
        .append(percent_encode(value));
  return query;
}

std::string percent_encode(std::string_view text) {
  static constexpr std::string_view kept =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  static constexpr char hex[] = "0123456789ABCDEF";
  std::string out;
  for (unsigned char c : text) {
    if (kept.find(static_cast<char>(c)) != kept.npos)
      out += static_cast<char>(c);
    else
      out.append({'%', hex[c >> 4], hex[c & 15]});
  }
  return out;
}

}  // namespace dg
