// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs a pipeline with a key, and prints all that an application can learn of it: for
// transcribe_secrets_test, which looks for the key in that, in the log and in the dot files.
//
// Usage: talkative SERVER HOLDER
#include <cstdio>
#include <cstdlib>
#include <string>

#include "support/bench.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

// A property that shows what it holds: who has the key in there wants it to be found.
constexpr char kReadable[] = "user-agent";

// What the server does; it knows the key.
server::ServerOptions options_for(const std::string& kind, const std::string& key) {
  server::ServerOptions options;
  if (kind == "welcomes") options.api_keys = {key};
  if (kind == "refuses")
    options.scenario =
        R"([{"on": "handshake", "refuse": 401, "message": "I do not know )" + key + R"( at all"}])";
  if (kind == "fails")
    options.scenario =
        R"([{"on": "handshake", "refuse": 503, "message": "busy with )" + key + R"("}])";
  if (kind == "closes") options.faults = {"close-after=1:1008:" + key};
  if (kind == "drops") {
    options.faults = {"drop-after=1"};
    options.faulty_connections = 1;
  }
  return options;
}

std::string text_of(const GValue& value) {
  if (G_VALUE_HOLDS_BOXED(&value) && !g_value_get_boxed(&value)) return "NULL";
  return Ptr<char>(g_strdup_value_contents(&value)).get();
}

void print_properties(GstElement* element) {
  guint count = 0;
  GParamSpec** specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(element), &count);
  for (guint i = 0; i < count; ++i) {
    std::string value = "(not readable)";
    if (specs[i]->flags & G_PARAM_READABLE) {
      GValue read = G_VALUE_INIT;
      g_object_get_property(G_OBJECT(element), specs[i]->name, &read);
      value = text_of(read);
      g_value_unset(&read);
    }
    std::printf("property %s = %s\n", specs[i]->name, value.c_str());
  }
  g_free(specs);
}

void print_words(const char* kind, GError* raw_error, char* raw_debug) {
  Ptr<GError> error(raw_error);
  Ptr<char> debug(raw_debug);
  std::printf("%s %s, %s\n", kind, error->message, debug.get());
}

void print_message(GstMessage* message) {
  const GstStructure* said = gst_message_get_structure(message);
  Ptr<char> text(said ? gst_structure_to_string(said) : nullptr);
  std::printf("message %s %s\n", GST_MESSAGE_TYPE_NAME(message), text ? text.get() : "");
  GError* error = nullptr;
  char* debug = nullptr;
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error(message, &error, &debug);
    print_words("error", error, debug);
  } else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING) {
    gst_message_parse_warning(message, &error, &debug);
    print_words("warning", error, debug);
  }
}

void print_stats(const Pipeline& pipeline) {
  Ptr<char> text(gst_structure_to_string(pipeline.stats().get()));
  std::printf("stats %s\n", text.get());
}

// All of it, as it is now.
void print_all(const Pipeline& pipeline, const char* moment) {
  print_properties(pipeline.element());
  print_stats(pipeline);
  GST_DEBUG_BIN_TO_DOT_FILE(GST_BIN(pipeline.bin()), GST_DEBUG_GRAPH_SHOW_VERBOSE, moment);
}

// The server as a proxy with a password, for a host that only it knows. It makes no tunnels.
void hold_in_proxy(Bench& bench, const char* scheme, const char* key) {
  std::string server = bench.server().url();
  auto host = server.find("//") + 2;
  bench.pipeline().set("url", scheme + std::string("://captions.example/v1/listen"));
  bench.pipeline().set("proxy", "http://me:" + std::string(key) + "@" +
                                    server.substr(host, server.find('/', host) - host));
}

void hold(Bench& bench, const std::string& holder, const char* key) {
  if (holder == "proxy") return hold_in_proxy(bench, "ws", key);
  if (holder == "tunnel") return hold_in_proxy(bench, "wss", key);
  if (holder != "environment") g_object_set(bench.element(), holder.c_str(), key, nullptr);
}

int run(const std::string& server, const std::string& holder, const char* key) {
  // Who refuses is given up soon; who drops the connection is not, however slow it is to log all,
  // nor is a tunnel, before which the system's authorities are read.
  const char* patience = server == "drops" || holder == "tunnel" ? "60000" : "200";
  Bench bench({.server = options_for(server, key),
               .properties = {{"reconnect-timeout", patience}, {"post-raw", "true"}}});
  hold(bench, holder, key);
  bench.pipeline().on_message = print_message;
  if (holder == kReadable) GST_LOG("%s", key);
  print_all(bench.pipeline(), "before");
  bench.play();
  bench.feed().tones(0s, 2s);
  print_all(bench.pipeline(), "playing");
  bool ended = bench.finish();
  print_all(bench.pipeline(), "after");
  bench.pipeline().change(GST_STATE_NULL);
  std::printf("%s with %zu words\n", ended ? "ended" : "did not end", bench.words().size());
  return ended ? 0 : 1;
}

}  // namespace
}  // namespace dg

int main(int argc, char** argv) {
  const char* key = std::getenv("DG_PLANTED");
  if (argc != 3 || !key) return 2;
  gst_registry_fork_set_enabled(FALSE);  // as in gstmain.cpp
  gst_init(nullptr, nullptr);
  int status = dg::run(argv[1], argv[2], key);
  gst_deinit();
  return status;
}
