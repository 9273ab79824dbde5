// SPDX-License-Identifier: LGPL-2.1-or-later
#include "caption/printer.h"

#include <cerrno>
#include <cstring>

#include "caption/terminal.h"

namespace dg::caption {
namespace {

double seconds(GstClockTime time) {
  return static_cast<double>(time) / GST_SECOND;
}

double time_of(const GstStructure* from, const char* field) {
  guint64 time = 0;
  gst_structure_get_uint64(from, field, &time);
  return seconds(time);
}

double real_of(const GstStructure* from, const char* field) {
  double value = 0;
  gst_structure_get_double(from, field, &value);
  return value;
}

int number_of(const GstStructure* from, const char* field) {
  int value = 0;
  gst_structure_get_int(from, field, &value);
  return value;
}

std::string string_of(const GstStructure* from, const char* field) {
  const char* text = gst_structure_get_string(from, field);
  return text ? text : "";
}

// In the order that they were said.
class Words {
 public:
  explicit Words(const GstStructure* results)
      : words_(gst_structure_get_value(results, "words")),
        count_(words_ ? gst_value_array_get_size(words_) : 0) {}
  guint size() const { return count_; }
  const GstStructure* operator[](guint index) const {
    return gst_value_get_structure(gst_value_array_get_value(words_, index));
  }

 private:
  const GValue* words_;
  guint count_;
};

struct Span {
  double from, to;
};

// Of the words; else what the service says of the result.
Span span_of(const GstStructure* results) {
  Words words(results);
  if (words.size() > 0)
    return {time_of(words[0], "start"), time_of(words[words.size() - 1], "end")};
  double from = time_of(results, "running-time");
  return {from, from + time_of(results, "duration")};
}

// To the millisecond: "2.5", "4.26".
std::string short_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  std::string out = text;
  out.erase(out.find_last_not_of('0') + 1);
  if (out.back() == '.') out += '0';
  return out;
}

void add_word(JsonBuilder* to, const GstStructure* word) {
  auto name = [&](const char* text) { json_builder_set_member_name(to, text); };
  json_builder_begin_object(to);
  name("word");
  json_builder_add_string_value(to, string_of(word, "word").c_str());
  name("punctuated_word");
  json_builder_add_string_value(to, string_of(word, "punctuated-word").c_str());
  name("start");
  json_builder_add_double_value(to, time_of(word, "start"));
  name("end");
  json_builder_add_double_value(to, time_of(word, "end"));
  name("confidence");
  json_builder_add_double_value(to, real_of(word, "confidence"));
  if (gst_structure_has_field(word, "speaker")) {
    name("speaker");
    json_builder_add_int_value(to, number_of(word, "speaker"));
  }
  json_builder_end_object(to);
}

}  // namespace

std::string json_of(const GstStructure* results) {
  std::unique_ptr<JsonBuilder, decltype(&g_object_unref)> builder(json_builder_new(),
                                                                  &g_object_unref);
  JsonBuilder* to = builder.get();
  auto name = [&](const char* text) { json_builder_set_member_name(to, text); };
  Span span = span_of(results);
  json_builder_begin_object(to);
  name("start");
  json_builder_add_double_value(to, span.from);
  name("end");
  json_builder_add_double_value(to, span.to);
  name("channel");
  json_builder_add_int_value(to, number_of(results, "channel"));
  name("transcript");
  json_builder_add_string_value(to, string_of(results, "transcript").c_str());
  name("confidence");
  json_builder_add_double_value(to, real_of(results, "confidence"));
  name("words");
  json_builder_begin_array(to);
  Words words(results);
  for (guint i = 0; i < words.size(); ++i) add_word(to, words[i]);
  json_builder_end_array(to);
  json_builder_end_object(to);
  Ptr<JsonNode> root(json_builder_get_root(to));
  return Ptr<char>(json_to_string(root.get(), FALSE)).get();
}

std::string text_of(const GstStructure* results, bool timestamps) {
  std::string text = printable(string_of(results, "transcript"));
  if (!timestamps) return text;
  Span span = span_of(results);
  return text + " [" + short_text(span.from) + " - " + short_text(span.to) + ']';
}

Result<std::unique_ptr<Printer>> Printer::make(const Options& options) {
  std::FILE* file = options.output.empty() ? stdout : std::fopen(options.output.c_str(), "w");
  if (!file) return Error{options.output + ": " + std::strerror(errno)};
  return std::unique_ptr<Printer>(new Printer(file, options));
}

// At once: who reads along wants to see it.
void Printer::print(const GstStructure* results) {
  if (string_of(results, "transcript").empty()) return;
  std::string line =
      (format_ == Format::Json ? json_of(results) : text_of(results, timestamps_)) + '\n';
  bool written = std::fputs(line.c_str(), file_.get()) >= 0 && std::fflush(file_.get()) == 0;
  complete_ = complete_ && written;
}

bool Printer::finish() {
  bool closed = std::fclose(file_.release()) == 0;
  return complete_ && closed;
}

}  // namespace dg::caption
