// SPDX-License-Identifier: LGPL-2.1-or-later
// The line of the README that prints what was said does so.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include <gio/gio.h>
#include <gtest/gtest.h>

#include "support/bench.h"
#include "support/recording.h"
#include "support/subprocess.h"

namespace dg {

namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

// The command that has this word, whole.
std::string command_with(const std::string& word) {
  std::ifstream file(DG_README);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  std::size_t at = text.find(word, text.find("gst-launch-1.0"));
  EXPECT_NE(at, text.npos);
  std::size_t from = text.rfind("gst-launch-1.0", at);
  return text.substr(from, text.find("\n```", at) - from);
}

// What a command prints in that folder, when it ends well.
std::string printed_by(const std::string& command, const fs::path& folder) {
  Watchdog watchdog;
  Watchdog::Guard guard(watchdog);
  Ptr<GSubprocessLauncher> launcher(g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE));
  g_subprocess_launcher_set_cwd(launcher.get(), folder.c_str());
  Ptr<GSubprocess> run(g_subprocess_launcher_spawn(launcher.get(), nullptr, "/bin/sh", "-c",
                                                   command.c_str(), nullptr));
  char* printed = nullptr;
  bool read =
      run && g_subprocess_communicate_utf8(run.get(), nullptr, nullptr, &printed, nullptr, nullptr);
  Ptr<char> owned(printed);
  EXPECT_TRUE(read && g_subprocess_get_successful(run.get())) << command;
  return printed ? printed : "";
}

// The transcripts that are final, one behind the other.
std::string transcript_in(const std::string& printed) {
  const std::string field = "transcript=(string)";
  std::string all;
  std::istringstream lines(printed);
  for (std::string line; std::getline(lines, line);) {
    std::size_t at = line.find("deepgram/results, " + field);
    if (at == line.npos || line.find("is-final=(boolean)true") == line.npos) continue;
    at = line.find(field) + field.size();
    std::string text = line.substr(at, line.find(", is-final", at) - at);
    std::erase_if(text, [](char c) { return c == '"' || c == '\\' || c == '.'; });
    all += text + " ";
  }
  return all;
}

TEST(SinkReadme, PrintsWhatWasSaid) {
  auto started = server::Server::start({});
  ASSERT_TRUE(started);
  ScratchFolder folder;
  write_tones("wavenc ! filesink location=" + (folder.path() / "speech.wav").string(), 10s);

  const std::string element = "deepgramsink";
  std::string command = command_with(element);
  ASSERT_NE(command.find(" -m "), command.npos) << command;
  command.insert(command.find(element) + element.size(), " max-rate=0 url=" + (*started)->url());
  std::string printed = printed_by(command, folder.path());

  std::string said;
  for (const Heard& word : words_between(0s, 10s)) said += "w" + std::to_string(word.number) + " ";
  EXPECT_EQ(transcript_in(printed), said);
  EXPECT_GT(printed.find("(eos)"), printed.rfind("deepgram/results"));
}

}  // namespace
}  // namespace dg
