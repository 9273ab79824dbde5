// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/bench.h"

#include <cstdlib>
#include <sstream>
#include <utility>

#include <gtest/gtest.h>

#include "server/tones.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr Nanos kTolerance = 20ms;
constexpr Nanos kSpacing = 500ms;
constexpr Nanos kWord = 300ms;

// "w17", or "w17." at the end of a sentence.
long number_of(std::string word) {
  if (word.ends_with(".")) word.pop_back();
  if (word.size() < 2 || word[0] != 'w') return -1;
  char* end = nullptr;
  long number = std::strtol(word.c_str() + 1, &end, 10);
  return *end == '\0' ? number : -1;
}

}  // namespace

void PrintTo(const Heard& heard, std::ostream* out) {
  *out << "w" << heard.number << " at " << std::chrono::duration<double>(heard.pts).count();
}

std::vector<Heard> words_between(Nanos from, Nanos to, Nanos offset) {
  static_assert(server::tones::kSpacing == 0.5 && server::tones::kLength <= 0.3001);
  std::vector<Heard> words;
  for (long i = (from + kSpacing - Nanos(1)) / kSpacing; i * kSpacing + kWord <= to; ++i)
    words.push_back({i, i * kSpacing + offset});
  return words;
}

std::vector<Heard> words_in(const std::vector<TextBuffer>& texts) {
  std::vector<Heard> words;
  for (const TextBuffer& text : texts) {
    std::istringstream in(text.text);
    Nanos pts = nanos_of(text.pts);
    for (std::string word; in >> word; pts += kSpacing) words.push_back({number_of(word), pts});
  }
  return words;
}

std::vector<Heard> words_told(const Record::Entries& entries) {
  std::vector<Heard> heard;
  for (const MessageRef& message : messages_in(entries, "deepgram/results")) {
    const GstStructure* said = structure_of(message);
    if (!bool_field(said, "is-final")) continue;
    const GValue* words = gst_structure_get_value(said, "words");
    for (guint i = 0; i < gst_value_array_get_size(words); ++i) {
      const GstStructure* word = gst_value_get_structure(gst_value_array_get_value(words, i));
      heard.push_back({number_of(text_field(word, "word")), nanos_of(time_field(word, "start"))});
    }
  }
  return heard;
}

testing::AssertionResult same_words(const std::vector<Heard>& heard,
                                    const std::vector<Heard>& expected) {
  std::size_t count = std::max(heard.size(), expected.size());
  for (std::size_t i = 0; i < count; ++i) {
    if (i >= heard.size())
      return testing::AssertionFailure() << "only " << i << " of " << expected.size()
                                         << " words; next: " << testing::PrintToString(expected[i]);
    if (i >= expected.size())
      return testing::AssertionFailure() << "one too many: " << testing::PrintToString(heard[i]);
    if (heard[i].number != expected[i].number || abs(heard[i].pts - expected[i].pts) > kTolerance)
      return testing::AssertionFailure() << testing::PrintToString(heard[i]) << " instead of "
                                         << testing::PrintToString(expected[i]);
  }
  return testing::AssertionSuccess();
}

Bench::Bench(const Setup& setup) : sink_(setup.sink) {
  if (setup.serves) {
    auto started = server::Server::start(setup.server);
    if (!started) ADD_FAILURE() << started.error().text;
    server_ = std::move(*started);
  }
  pipeline_ = std::make_unique<Pipeline>(
      sink_ ? "pipeline.( " + setup.before + "deepgramsink name=dg )"  // one element makes none
            : setup.before + setup.element + setup.after,
      setup.name.c_str());
  if (setup.serves) pipeline_->set("url", server_->url());
  pipeline_->set("max-rate", "0");
  if (!sink_) pipeline_->set("granularity", "word");
  for (const auto& [name, value] : setup.properties) pipeline_->set(name.c_str(), value);
  feed_ = std::make_unique<Feed>(pipeline_->find(setup.before.empty() ? setup.name.c_str() : "in"),
                                 setup.rate, setup.channels, pipeline_->watchdog());
}

Bench::~Bench() {
  if (pipeline_->bin()) pipeline_->change(GST_STATE_NULL);
  feed_.reset();
}

void Bench::play() {
  pipeline_->change(GST_STATE_PLAYING);
  EXPECT_TRUE(feed_->begin());
}

bool Bench::finish() {
  return feed_->end() && wait_for_end();
}

bool Bench::wait_for_end() const {
  return sink_ ? pipeline_->wait_for(GST_MESSAGE_EOS) : pipeline_->wait_for_end();
}

std::vector<Heard> Bench::words_of(const Record::Entries& entries) const {
  return sink_ ? words_told(entries) : words_in(texts_in(entries));
}

bool Bench::wait_for_words(std::size_t count) const {
  return pipeline_->record().wait(
      [=, this](const Record::Entries& entries) { return words_of(entries).size() >= count; });
}

}  // namespace dg
