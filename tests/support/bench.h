// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "server/server.h"
#include "support/feed.h"
#include "support/pipeline.h"

namespace dg {

// A word of the oracle, and when it was, or should be, shown.
struct Heard {
  long number = -1;
  Nanos pts{};
};
// As gtest prints it.
void PrintTo(const Heard& heard, std::ostream* out);

// The words that are whole in the oracle's audio between these times, stamped with `offset`.
std::vector<Heard> words_between(Nanos from, Nanos to, Nanos offset = {});
// The words of texts, each text's first at its start; words that are none of the oracle's are -1.
std::vector<Heard> words_in(const std::vector<TextBuffer>& texts);
// The words of final results, at their running times.
std::vector<Heard> words_told(const Record::Entries& entries);
// Whether they are the same words, each within 20 ms of its time.
testing::AssertionResult same_words(const std::vector<Heard>& heard,
                                    const std::vector<Heard>& expected);

// A server in this process, a deepgramtranscribe, or a deepgramsink, that talks to it, and what
// feeds that.
class Bench {
 public:
  struct Setup {
    server::ServerOptions server;
    bool serves = true;  // else the url is the element's own
    bool sink = false;   // a deepgramsink
    int rate = 16000, channels = 1;
    std::string before;  // elements in front, each with " ! " behind; the first is called "in"
    std::string element = "deepgramtranscribe name=dg ! ";
    std::string name = "dg";  // of the deepgramtranscribe, which may be part of another
    std::string after = "fakesink sync=false async=false";
    // Beside url, max-rate=0 and granularity=word.
    std::map<std::string, std::string> properties;
  };

  // What a test of both elements is called that is given what is tested, and whether by a sink.
  static std::string name_of(const std::string& tested, bool sink) {
    return tested + (sink ? "BySink" : "");
  }

  explicit Bench(const Setup& setup);
  Bench() : Bench(Setup{}) {}
  ~Bench();

  server::Server& server() { return *server_; }
  Pipeline& pipeline() { return *pipeline_; }
  Feed& feed() { return *feed_; }
  GstElement* element() { return pipeline_->element(); }

  // To PLAYING, with stream-start, caps and segment pushed.
  void play();
  // EOS, and whether it came through.
  bool finish();
  bool wait_for_end() const;
  // That came out; of a sink, that were told.
  std::vector<Heard> words() const { return words_of(pipeline_->record().copy()); }
  // Whether so many words came out in time.
  bool wait_for_words(std::size_t count) const;

 private:
  std::vector<Heard> words_of(const Record::Entries& entries) const;

  const bool sink_;
  std::unique_ptr<server::Server> server_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<Feed> feed_;
};

}  // namespace dg
