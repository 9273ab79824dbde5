// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <glib-unix.h>

#include "server/arguments.h"
#include "server/ptr.h"
#include "server/server.h"
#include "server/transcript.h"

namespace {

using namespace dg;
using namespace dg::server;

constexpr int kBadArguments = 2;

int complain(const Error& error, int status) {
  std::fprintf(stderr, "gst-deepgram-server: %s\n", error.text.c_str());
  return status;
}

void wait_for_signal() {
  Ptr<GMainLoop> loop(g_main_loop_new(nullptr, FALSE));
  auto quit = [](gpointer data) -> gboolean {
    g_main_loop_quit(static_cast<GMainLoop*>(data));
    return G_SOURCE_CONTINUE;
  };
  guint sources[] = {g_unix_signal_add(SIGINT, quit, loop.get()),
                     g_unix_signal_add(SIGTERM, quit, loop.get())};
  g_main_loop_run(loop.get());
  for (guint source : sources) g_source_remove(source);
}

int serve(Arguments arguments) {
  if (!arguments.quiet)
    arguments.server.log = [](const std::string& line) {
      std::fprintf(stderr, "%s\n", line.c_str());
    };
  auto started = Server::start(std::move(arguments.server));
  if (!started) return complain(started.error(), EXIT_FAILURE);
  const Server& server = **started;
  if (!arguments.authority_file.empty()) {
    std::ofstream file(arguments.authority_file);
    if (!(file << server.authority() << std::flush))
      return complain({arguments.authority_file + ": cannot be written"}, EXIT_FAILURE);
  }
  std::printf("%s\n", server.url().c_str());
  std::fflush(stdout);
  wait_for_signal();
  return EXIT_SUCCESS;
}

int print_transcript(const Arguments& arguments) {
  auto text = transcribe(arguments);
  if (!text) return complain(text.error(), EXIT_FAILURE);
  std::fputs(text->c_str(), stdout);
  return EXIT_SUCCESS;
}

int run(Arguments arguments) {
  switch (arguments.task) {
    case Task::Serve:
      return serve(std::move(arguments));
    case Task::Transcribe:
      return print_transcript(arguments);
    case Task::WriteTones:
      if (auto error = write_tones(arguments)) return complain(*error, EXIT_FAILURE);
      return EXIT_SUCCESS;
    case Task::ShowVersion:
      std::puts("gst-deepgram-server " DG_VERSION);
      return EXIT_SUCCESS;
  }
  return EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  auto arguments = parse_arguments(argc, argv);
  if (!arguments) return complain(arguments.error(), kBadArguments);
  return run(std::move(*arguments));
}
