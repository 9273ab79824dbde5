// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cstdio>
#include <cstdlib>

#include "caption/captioning.h"
#include "caption/options.h"

namespace {

using namespace dg;
using namespace dg::caption;

constexpr int kBadArguments = 2, kAborted = 130;

int complain(const Error& error, int status) {
  std::fprintf(stderr, "gst-deepgram-caption: %s\n", error.text.c_str());
  return status;
}

int run(const Options& options) {
  if (options.version) {
    std::printf("gst-deepgram-caption %s\n", DG_VERSION);
    return EXIT_SUCCESS;
  }
  auto captioning = Captioning::make(options);
  if (!captioning) return complain(captioning.error(), kBadArguments);
  switch ((*captioning)->run()) {
    case Captioning::Outcome::Complete:
      return EXIT_SUCCESS;
    case Captioning::Outcome::Failed:
      return EXIT_FAILURE;
    case Captioning::Outcome::Aborted:
      return kAborted;
  }
  return EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  auto options = parse_options(argc, argv);
  return options ? run(*options) : complain(options.error(), kBadArguments);
}
