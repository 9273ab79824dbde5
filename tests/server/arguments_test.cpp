// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/arguments.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <unistd.h>

#include <gtest/gtest.h>

#include "server/transcript.h"

namespace dg::server {
namespace {

Result<Arguments> parse(std::vector<std::string> words) {
  words.insert(words.begin(), "gst-deepgram-server");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return parse_arguments(static_cast<int>(words.size()), argv.data());
}

// A file of its own, gone at the end.
struct File {
  File() : path("/tmp/gst-deepgram-server-XXXXXX") {
    int file = mkstemp(path.data());
    EXPECT_GE(file, 0);
    close(file);
  }
  ~File() { std::remove(path.c_str()); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  std::string path;
};

TEST(Arguments, AreRead) {
  auto read = parse({"--port", "5000", "--api-key", "a", "--api-key", "b", "--fault",
                     "drop-after=3", "--fault-count", "2", "-r", "count", "--idle-timeout", "500",
                     "--max-rate", "1.25", "--tls", "--quiet", "--strict"});
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->task, Task::Serve);
  EXPECT_EQ(read->server.port, 5000);
  EXPECT_EQ(read->server.api_keys, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(read->server.faults, std::vector<std::string>{"drop-after=3"});
  EXPECT_EQ(read->server.faulty_connections, 2);
  EXPECT_EQ(read->server.recognizer, RecognizerKind::Count);
  EXPECT_EQ(read->server.idle_timeout, std::chrono::milliseconds(500));
  EXPECT_EQ(read->server.max_rate, 1.25);
  EXPECT_TRUE(read->server.tls && read->quiet && read->server.strict);
}

TEST(Arguments, AreCompletedAsTheServiceWouldBe) {
  auto read = parse({});
  ASSERT_TRUE(read);
  EXPECT_EQ(read->server.host, "127.0.0.1");
  EXPECT_EQ(read->server.port, 0);
  EXPECT_EQ(read->server.idle_timeout, std::chrono::seconds(12));
  EXPECT_EQ(read->server.interim_step, std::chrono::seconds(1));
  EXPECT_EQ(read->server.faulty_connections, -1);
}

TEST(Arguments, AreRefusedInOneLine) {
  const std::vector<std::vector<std::string>> bad = {
      {"--nonsense"},
      {"word"},
      {"--port", "x"},
      {"--port", "70000"},
      {"-r", "deep"},
      {"--streams", "0"},
      {"--write-tones", "x"},
      {"--write-tones", "x", "--seconds", "-1"},
      {"--write-tones", "x", "--seconds", "1", "--rate", "7999"},
      {"--tls-ca", "x"},
      {"--scenario", "/nonexistent/file"},
      {"--write-tones", "x", "--seconds", "1e12"},
      {"--fault", "drop-after=soon"},
      {"--fault", "no-such-fault=1"},
      {"--fault-count", "-2"},
      {"--host", "nowhere"},
      {"--idle-timeout", "0"},
      {"--max-rate", "-1"},
      {"--transcribe", "a", "--write-tones", "b", "--seconds", "1"},
      {"--format", "xml"}};
  for (const auto& words : bad) {
    auto read = parse(words);
    ASSERT_FALSE(read) << words[0];
    EXPECT_NE(read.error().text, "");
    EXPECT_EQ(read.error().text.find('\n'), std::string::npos) << read.error().text;
  }
}

TEST(Transcript, ReadsBackTheTonesThatWereWritten) {
  File file;
  for (const char* rate : {"8000", "44100"}) {
    auto write = parse({"--write-tones", file.path, "--seconds", "1.2", "--rate", rate});
    ASSERT_TRUE(write);
    ASSERT_FALSE(write_tones(*write));
    auto read = parse({"-r", "tone", "--transcribe", file.path});
    auto text = transcribe(*read);
    ASSERT_TRUE(text) << text.error().text;
    EXPECT_EQ(*text, "0.000 1.200 w0 w1\n  0.000 0.300 w0\n  0.500 0.800 w1\n");
    EXPECT_EQ(*transcribe(*parse({"-r", "tone", "-t", file.path, "--format", "words"})),
              "0.000 0.300 w0\n0.500 0.800 w1\n");
    std::string json = *transcribe(*parse({"-r", "tone", "-t", file.path, "--format", "json"}));
    EXPECT_EQ(json.substr(0, 17), R"({"type":"Results")");
  }
}

TEST(Transcript, SaysWhatIsWrong) {
  EXPECT_FALSE(transcribe(*parse({"-r", "tone", "-t", "/nonexistent/x.wav"})));
  EXPECT_FALSE(transcribe(*parse({"-r", "count", "-t", "/nonexistent/x.wav"})));
  File file;
  std::ofstream(file.path) << "RIFF....no";
  EXPECT_EQ(transcribe(*parse({"-r", "tone", "-t", file.path})).error().text,
            file.path + ": not a WAV file");
  auto write = parse({"--write-tones", file.path, "--seconds", "1"});
  ASSERT_FALSE(write_tones(*write));
  EXPECT_FALSE(transcribe(*parse({"-r", "tone", "-t", file.path, "--query", "punctuate=no"})));
}

}  // namespace
}  // namespace dg::server
