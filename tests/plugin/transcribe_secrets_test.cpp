// SPDX-License-Identifier: LGPL-2.1-or-later
// A key that was given leaves in the handshake, and in nothing else: not in the log at any level, a
// message, a property, the statistics or a dot file.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gio/gio.h>
#include <gtest/gtest.h>

#include "plugin/ptr.h"
#include "support/recording.h"
#include "support/subprocess.h"
#include "support/watchdog.h"

namespace dg {

namespace {

namespace fs = std::filesystem;

// Half of it would be too much as well.
constexpr char kFirstHalf[] = "5fe71a90c3d2", kSecondHalf[] = "88b64d0ea1f7";
const std::string kKey = std::string(kFirstHalf) + kSecondHalf;

// What a talkative pipeline left behind.
struct Talk {
  bool fine = false;         // it ran, and to its end
  std::string printed, log;  // stdout, stderr
  std::vector<std::string> graphs;

  std::string all() const {
    std::string text = printed + log;
    for (const std::string& graph : graphs) text += graph;
    return text;
  }
};

bool tells_key(const std::string& text) {
  return text.find(kFirstHalf) != text.npos || text.find(kSecondHalf) != text.npos;
}

// Where the key first is, with what stands around it.
std::string around_key(const std::string& text) {
  auto at = std::min(text.find(kFirstHalf), text.find(kSecondHalf));
  if (at == text.npos) return "";
  auto from = text.rfind('\n', at) + 1;  // npos + 1 is the start
  return text.substr(from, text.find('\n', at) - from);
}

std::string bytes_of(GBytes* bytes) {
  gsize size = 0;
  auto* data = static_cast<const char*>(g_bytes_get_data(bytes, &size));
  return {data, size};
}

std::string content_of(const fs::path& path) {
  std::ostringstream content;
  content << std::ifstream(path).rdbuf();
  return content.str();
}

class TranscribeSecrets : public testing::Test {
 protected:
  // Runs a pipeline against a server of that kind in a process of its own. `holder` is the property
  // that has the key, or "environment".
  Talk talk(const char* server, const char* holder) {
    ScratchFolder folder;
    Ptr<GSubprocessLauncher> launcher(g_subprocess_launcher_new(static_cast<GSubprocessFlags>(
        G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE)));
    auto set = [&](const char* name, const char* value) {
      g_subprocess_launcher_setenv(launcher.get(), name, value, TRUE);
    };
    set("DG_PLANTED", kKey.c_str());
    if (std::string(holder) == "environment") set("DEEPGRAM_API_KEY", kKey.c_str());
    set("GST_DEBUG", "*:9");
    set("GST_DEBUG_NO_COLOR", "1");
    set("GST_DEBUG_DUMP_DOT_DIR", folder.path().c_str());
    set("G_MESSAGES_DEBUG", "all");
    for (const char* name : {"GST_DEBUG_FILE", "GST_TRACERS"})
      g_subprocess_launcher_unsetenv(launcher.get(), name);
    Talk talk = run(launcher.get(), server, holder);
    for (const auto& file : fs::directory_iterator(folder.path()))
      talk.graphs.push_back(content_of(file.path()));
    return talk;
  }

 private:
  Talk run(GSubprocessLauncher* launcher, const char* server, const char* holder) {
    Watchdog::Guard guard(watchdog_);
    Talk talk;
    const char* const command[] = {DG_TALKATIVE, server, holder, nullptr};
    Ptr<GSubprocess> child(g_subprocess_launcher_spawnv(launcher, command, nullptr));
    if (!child) return talk;
    GBytes *out = nullptr, *err = nullptr;
    if (!g_subprocess_communicate(child.get(), nullptr, nullptr, &out, &err, nullptr)) return talk;
    Ptr<GBytes> printed(out), log(err);
    talk.printed = bytes_of(out);
    talk.log = bytes_of(err);
    talk.fine = g_subprocess_get_successful(child.get());
    return talk;
  }

  Watchdog watchdog_;
};

struct Case {
  const char* server;
  const char* said;  // what shows that it came to what the case is for
};
void PrintTo(const Case& one, std::ostream* out) {
  *out << one.server;
}

// Each server that can echo the key does.
constexpr Case kCases[] = {
    {"welcomes", "ended with 4 words"},      {"refuses", "dg-error: I do not know (key) at all"},
    {"fails", "dg-error: busy with (key)"},  {"closes", "close reason: (key)"},
    {"drops", "state=(string)reconnecting"},
};

class TranscribeSecretsOf : public TranscribeSecrets,
                            public testing::WithParamInterface<std::tuple<Case, const char*>> {};

TEST_P(TranscribeSecretsOf, AreNowhere) {
  const auto& [server, holder] = GetParam();
  Talk talk = this->talk(server.server, holder);
  ASSERT_TRUE(talk.fine) << talk.printed;
  EXPECT_FALSE(tells_key(talk.all())) << around_key(talk.all());
  EXPECT_NE(talk.printed.find(server.said), std::string::npos) << talk.printed;
  EXPECT_NE(talk.log.find("deepgramlive"), std::string::npos);
  EXPECT_NE(talk.log.find(" TRACE "), std::string::npos);
  EXPECT_GE(talk.graphs.size(), 3u);
}

INSTANTIATE_TEST_SUITE_P(Servers, TranscribeSecretsOf,
                         testing::Combine(testing::ValuesIn(kCases),
                                          testing::Values("api-key", "access-token",
                                                          "environment")),
                         [](const auto& param) {
                           std::string name = std::string(std::get<0>(param.param).server) + "_" +
                                              std::get<1>(param.param);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

// Nor is a proxy's password, whether the proxy leads to the server or not.
TEST_F(TranscribeSecrets, OfProxiesAreNowhere) {
  for (auto [holder, said] : {std::pair{"proxy", "ended with 4 words"},
                              std::pair{"tunnel", "The proxy does not lead to the server"}}) {
    Talk talk = this->talk("open", holder);
    ASSERT_TRUE(talk.fine) << talk.printed;
    EXPECT_FALSE(tells_key(talk.all())) << around_key(talk.all());
    EXPECT_NE(talk.printed.find(said), std::string::npos) << talk.printed;
    EXPECT_NE(talk.printed.find("http://me@127.0.0.1:"), std::string::npos);
    EXPECT_GE(talk.graphs.size(), 3u);
  }
}

// The same search finds a key that is where it must not be: in a property that can be read, and
// logged, it is in all that is looked at.
TEST_F(TranscribeSecrets, AreFoundWhereTheyAre) {
  Talk talk = this->talk("open", "user-agent");
  ASSERT_TRUE(talk.fine) << talk.printed;
  EXPECT_TRUE(tells_key(talk.printed));
  EXPECT_TRUE(tells_key(talk.log));
  ASSERT_GE(talk.graphs.size(), 3u);
  for (const std::string& graph : talk.graphs) EXPECT_TRUE(tells_key(graph));
}

}  // namespace
}  // namespace dg
