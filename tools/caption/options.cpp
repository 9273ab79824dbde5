// SPDX-License-Identifier: LGPL-2.1-or-later
#include "caption/options.h"

#include <optional>
#include <string_view>

#include "caption/ptr.h"

namespace dg::caption {
namespace {

// As GOption leaves them.
struct Raw {
  char *format = nullptr, *output = nullptr, *url = nullptr, *model = nullptr, *language = nullptr;
  char **set = nullptr, **rest = nullptr;
  gboolean timestamps = FALSE, version = FALSE;

  ~Raw() {
    for (char* text : {format, output, url, model, language}) g_free(text);
    g_strfreev(set);
    g_strfreev(rest);
  }
};

struct FormatName {
  std::string_view name;
  Format format;
};
constexpr FormatName kFormats[] = {
    {"text", Format::Text},
    {"srt", Format::Srt},
    {"vtt", Format::Vtt},
    {"json", Format::Json},
};

constexpr const char* kSummary =
    "INPUT is a file, a URL (http, https, rtsp, whatever GStreamer plays) or \"mic\". The key is "
    "taken\n"
    "from the environment: DEEPGRAM_API_KEY, or DEEPGRAM_ACCESS_TOKEN.";
constexpr const char* kDescription =
    "Ctrl-C ends the input; what was heard is still written. Once more: ends at once.\n\n"
    "Exit status: 0 all is written, 1 something went wrong, 2 the command line is wrong,\n"
    "130 ended by a second Ctrl-C.\n\n"
    "Examples:\n"
    "  gst-deepgram-caption talk.mp4 --format srt --output talk.srt\n"
    "  gst-deepgram-caption mic --model nova-3 --language de\n"
    "  gst-deepgram-caption talk.mp4 --set diarize=true --set keyterm='<Deepgram,GStreamer>'\n";

std::optional<Error> read(Raw& raw, int argc, char** argv) {
  const GOptionEntry entries[] = {
      {"format", 'f', 0, G_OPTION_ARG_STRING, &raw.format,
       "text (a line for each final result), srt, vtt, or json (an object a line)", "FORMAT"},
      {"timestamps", 't', 0, G_OPTION_ARG_NONE, &raw.timestamps,
       "Start and end behind each line of text, in seconds", nullptr},
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &raw.output, "Write there, not to the terminal",
       "FILE"},
      {"url", 0, 0, G_OPTION_ARG_STRING, &raw.url, "The service (wss://api.deepgram.com/v1/listen)",
       "URL"},
      {"model", 'm', 0, G_OPTION_ARG_STRING, &raw.model, "Deepgram's model, such as nova-3",
       "NAME"},
      {"language", 'l', 0, G_OPTION_ARG_STRING, &raw.language, "What is spoken, such as en-US",
       "TAG"},
      {"set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &raw.set,
       "Set a property of deepgramtranscribe; may be repeated", "PROPERTY=VALUE"},
      {"version", 0, 0, G_OPTION_ARG_NONE, &raw.version, "Show the version", nullptr},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw.rest, nullptr, "INPUT"},
      {}};
  Ptr<GOptionContext> context(g_option_context_new("- captions of what is said"));
  g_option_context_set_summary(context.get(), kSummary);
  g_option_context_set_description(context.get(), kDescription);
  g_option_context_add_main_entries(context.get(), entries, nullptr);
  g_option_context_add_group(context.get(), gst_init_get_option_group());
  GError* error = nullptr;
  if (g_option_context_parse(context.get(), &argc, &argv, &error)) return std::nullopt;
  return Error{Ptr<GError>(error)->message};
}

std::optional<Error> choose_format(Options& options, const Raw& raw) {
  if (!raw.format) return std::nullopt;
  for (const FormatName& known : kFormats)
    if (known.name == raw.format) {
      options.format = known.format;
      return std::nullopt;
    }
  return Error{"--format=" + std::string(raw.format) + ": there are text, srt, vtt and json"};
}

std::optional<Error> find_input(Options& options, const Raw& raw) {
  if (!raw.rest || g_strv_length(raw.rest) != 1)
    return Error{"one INPUT is needed: a file, a URL or mic (--help says more)"};
  const char* input = raw.rest[0];
  if (std::string_view(input) == "mic") return std::nullopt;
  bool is_file = g_file_test(input, G_FILE_TEST_EXISTS);
  if (!is_file && gst_uri_is_valid(input)) {
    options.uri = input;
    return std::nullopt;
  }
  GError* error = nullptr;
  Ptr<char> uri(gst_filename_to_uri(input, &error));
  if (!uri) return Error{std::string(input) + ": " + Ptr<GError>(error)->message};
  options.uri = uri.get();
  if (!is_file) return Error{std::string(input) + ": there is no such file"};
  return std::nullopt;
}

std::optional<Error> take_properties(Options& options, const Raw& raw) {
  auto take = [&](const char* name, const char* value) {
    if (value) options.properties.emplace_back(name, value);
  };
  take("url", raw.url);
  take("model", raw.model);
  take("language", raw.language);
  for (char** one = raw.set; one && *one; ++one) {
    std::string text = *one;
    auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return Error{"--set=" + text + ": PROPERTY=VALUE is needed"};
    options.properties.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return std::nullopt;
}

}  // namespace

Result<Options> parse_options(int argc, char** argv) {
  Raw raw;
  if (auto error = read(raw, argc, argv)) return *error;
  Options options;
  options.version = raw.version;
  if (options.version) return options;
  options.timestamps = raw.timestamps;
  if (raw.output) options.output = raw.output;
  for (auto check : {choose_format, find_input, take_properties})
    if (auto error = check(options, raw)) return *error;
  if (options.timestamps && options.format != Format::Text)
    return Error{"--timestamps is for --format=text; the other formats have times anyway"};
  return options;
}

}  // namespace dg::caption
