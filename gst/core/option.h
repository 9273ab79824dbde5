// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace dg {

// The shapes of query parameter. Each has an unset value, which is left out of the query.
struct Flag {  // unset: false, which is what the service assumes
  bool initial = false;
};
struct Count {  // unset: -1
  int min, max;
  const char* zero = nullptr;  // the service's word for 0, when it has one
};
struct Text {  // unset: ""
  const char* initial = "";
};
struct Choice {  // unset: words[0], "default"
  std::span<const char* const> words;
};
enum class Form {  // of an item
  Text,
  Pair,      // "name:value", the value may be empty
  Weighted,  // "word" or "word:number"
};
struct List {                    // unset: empty; one pair an item
  std::size_t most = 0;          // how many items the service takes; 0 = not published
  std::size_t longest_item = 0;  // how many characters an item may have; 0 = not published
  std::size_t most_words = 0;    // that all items may have together; 0 = not published
  Form form = Form::Text;
};
using Shape = std::variant<Flag, Count, Text, Choice, List>;

// One query parameter of an endpoint. The property's name is the key with '-' for '_'.
struct OptionSpec {
  const char* key;
  Shape shape;
  const char* blurb;
  bool configures = false;  // a connection that is open can be told of a change
};
using OptionTable = std::span<const OptionSpec>;

// The parameters of a request, in their order, not encoded.
using Parameters = std::vector<std::pair<std::string, std::string>>;

using OptionValue = std::variant<bool, int, std::string, std::vector<std::string>>;

OptionValue initial_value(const OptionSpec& spec);

// The values of one table's parameters.
class Options {
 public:
  explicit Options(OptionTable table);

  OptionTable table() const { return table_; }
  const OptionValue& at(std::size_t row) const { return values_.at(row); }
  // The value of the parameter called `key`, which must be in the table.
  const OptionValue& at(std::string_view key) const { return values_.at(row_of(key)); }
  void set(std::size_t row, OptionValue value) { values_.at(row) = std::move(value); }
  void set(std::string_view key, OptionValue value) { set(row_of(key), std::move(value)); }
  // Of the same table.
  bool operator==(const Options& other) const { return values_ == other.values_; }
  // Whether the query says something of it.
  bool is_set(std::string_view key) const;

  // What is sent, in table order.
  Parameters parameters() const;
  // The same as "punctuate=true&keyterm=a%20b".
  std::string query() const;

 private:
  std::size_t row_of(std::string_view key) const;

  OptionTable table_;
  std::vector<OptionValue> values_;
};

// "callback_method" -> "callback-method"
std::string property_name(std::string key);

// As a query: "keyterm=a%20b&keyterm=c".
std::string encoded(const Parameters& parameters);
// RFC 3986, section 2.1: all but unreserved characters.
std::string percent_encode(std::string_view text);

}  // namespace dg
