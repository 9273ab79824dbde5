// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/arguments.h"

#include <cmath>
#include <fstream>
#include <iterator>

#include "server/engines.h"
#include "server/faults.h"
#include "server/ptr.h"

namespace dg::server {
namespace {

// As GOption leaves them.
struct Raw {
  char *host = nullptr, *recognizer = nullptr, *scenario = nullptr, *model_dir = nullptr,
       *record = nullptr, *tls_ca = nullptr, *transcribe = nullptr, *write_tones = nullptr,
       *format = nullptr, *query = nullptr;
  char **api_keys = nullptr, **faults = nullptr;
  int port = 0, streams = 2, faulty = -1, idle_timeout = 12000, interim_step = 1000, rate = 16000;
  double max_rate = 0, seconds = 0;
  gboolean tls = FALSE, strict = FALSE, quiet = FALSE, version = FALSE;

  ~Raw() {
    for (char* text : {host, recognizer, scenario, model_dir, record, tls_ca, transcribe,
                       write_tones, format, query})
      g_free(text);
    g_strfreev(api_keys);
    g_strfreev(faults);
  }
};

std::string text(const char* value, const char* otherwise = "") {
  return value ? value : otherwise;
}

std::vector<std::string> list(char** values) {
  return values ? std::vector<std::string>(values, values + g_strv_length(values))
                : std::vector<std::string>();
}

template <class Value>
struct Name {
  const char* name;
  Value value;
};
constexpr Name<RecognizerKind> kRecognizers[] = {
    {"pocketsphinx", RecognizerKind::Pocketsphinx},
    {"tone", RecognizerKind::Tone},
    {"script", RecognizerKind::Script},
    {"count", RecognizerKind::Count},
};
constexpr Name<TextFormat> kFormats[] = {
    {"text", TextFormat::Text}, {"json", TextFormat::Json}, {"words", TextFormat::Words}};

template <class Value, std::size_t size>
std::optional<Error> choose(Value& to, const char* option, const char* word,
                            const Name<Value> (&names)[size]) {
  if (!word) return std::nullopt;
  std::string known;
  for (const auto& row : names) {
    if (std::string(row.name) == word) {
      to = row.value;
      return std::nullopt;
    }
    known += std::string(known.empty() ? "" : ", ") + row.name;
  }
  return Error{std::string(option) + " is one of " + known + ", not \"" + word + "\""};
}

// Its size is a number of 32 bits, and a sample has 2 bytes.
constexpr double kLongestWav = 2'147'483'600;

std::optional<Error> check_ranges(const Raw& raw) {
  if (raw.port < 0 || raw.port > 65535) return Error{"--port is from 0 to 65535"};
  if (raw.streams < 1) return Error{"--streams is at least 1"};
  if (raw.idle_timeout < 1) return Error{"--idle-timeout is at least 1 ms"};
  if (raw.interim_step < 50) return Error{"--interim-step is at least 50 ms"};
  if (!(raw.max_rate >= 0)) return Error{"--max-rate is not negative"};
  if (raw.write_tones && !(raw.seconds > 0)) return Error{"--write-tones needs --seconds"};
  if (raw.rate < 8000 || raw.rate > 48000) return Error{"--rate is from 8000 to 48000"};
  if (raw.seconds * raw.rate > kLongestWav) return Error{"--seconds: more than a WAV file holds"};
  if (raw.faulty < -1) return Error{"--fault-count is not negative"};
  if (raw.transcribe && raw.write_tones) return Error{"--transcribe or --write-tones, not both"};
  if (raw.tls_ca && !raw.tls) return Error{"--tls-ca needs --tls"};
  return std::nullopt;
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{path + ": cannot be read"};
  return std::string{std::istreambuf_iterator<char>(file), {}};
}

bool is_address(const std::string& host) {
  return Ptr<GInetAddress>(g_inet_address_new_from_string(host.c_str())) != nullptr;
}

std::optional<Error> fill(ServerOptions& server, const Raw& raw) {
  server.host = text(raw.host, "127.0.0.1");
  if (!is_address(server.host)) return Error{"\"" + server.host + "\" is no IP address"};
  server.port = raw.port;
  server.tls = raw.tls;
  server.recognizer = raw.scenario ? RecognizerKind::Script : default_recognizer();
  if (auto error = choose(server.recognizer, "--recognizer", raw.recognizer, kRecognizers))
    return error;
  server.streams = raw.streams;
  server.model_dir = text(raw.model_dir);
  server.api_keys = list(raw.api_keys);
  server.faults = list(raw.faults);
  for (const std::string& fault : server.faults)
    if (auto step = parse_fault(fault); !step) return step.error();
  server.faulty_connections = raw.faulty;
  server.strict = raw.strict;
  server.idle_timeout = std::chrono::milliseconds(raw.idle_timeout);
  server.interim_step = std::chrono::milliseconds(raw.interim_step);
  server.max_rate = raw.max_rate;
  server.record_dir = text(raw.record);
  if (!raw.scenario) return std::nullopt;
  auto scenario = read_file(raw.scenario);
  if (!scenario) return scenario.error();
  server.scenario = *scenario;
  return std::nullopt;
}

Result<Arguments> make(const Raw& raw) {
  Arguments out;
  if (raw.version) out.task = Task::ShowVersion;
  if (raw.transcribe) out.task = Task::Transcribe;
  if (raw.write_tones) out.task = Task::WriteTones;
  if (auto error = check_ranges(raw)) return *error;
  if (auto error = fill(out.server, raw)) return *error;
  if (auto error = choose(out.format, "--format", raw.format, kFormats)) return *error;
  out.quiet = raw.quiet;
  out.authority_file = text(raw.tls_ca);
  out.file = text(raw.transcribe ? raw.transcribe : raw.write_tones);
  out.query = text(raw.query, "model=nova-3&punctuate=true");
  out.seconds = raw.seconds;
  out.rate = raw.rate;
  return out;
}

}  // namespace

Result<Arguments> parse_arguments(int argc, char** argv) {
  Raw raw;
  const GOptionEntry entries[] = {
      {"host", 0, 0, G_OPTION_ARG_STRING, &raw.host, "IP address to listen on (127.0.0.1)",
       "ADDRESS"},
      {"port", 'p', 0, G_OPTION_ARG_INT, &raw.port, "Port to listen on (0: any that is free)", "N"},
      {"tls", 0, 0, G_OPTION_ARG_NONE, &raw.tls, "Speak TLS with a throw-away certificate",
       nullptr},
      {"tls-ca", 0, 0, G_OPTION_ARG_FILENAME, &raw.tls_ca,
       "Write whom clients must trust there, as PEM", "FILE"},
      {"recognizer", 'r', 0, G_OPTION_ARG_STRING, &raw.recognizer,
       "pocketsphinx, tone, script or count", "NAME"},
      {"streams", 0, 0, G_OPTION_ARG_INT, &raw.streams,
       "PocketSphinx decoders, 91 MB each; beyond them clients get 429 (2)", "N"},
      {"model-dir", 0, 0, G_OPTION_ARG_FILENAME, &raw.model_dir,
       "Folder of the model of PocketSphinx", "DIR"},
      {"scenario", 's', 0, G_OPTION_ARG_FILENAME, &raw.scenario, "Play this scenario", "FILE"},
      {"api-key", 0, 0, G_OPTION_ARG_STRING_ARRAY, &raw.api_keys,
       "Accept this key; may be repeated (any key, and none)", "KEY"},
      {"strict", 0, 0, G_OPTION_ARG_NONE, &raw.strict, "Refuse unknown query parameters", nullptr},
      {"fault", 'f', 0, G_OPTION_ARG_STRING_ARRAY, &raw.faults, "Do this wrong; may be repeated",
       "NAME=VALUE"},
      {"fault-count", 0, 0, G_OPTION_ARG_INT, &raw.faulty, "Only on the first N connections (all)",
       "N"},
      {"idle-timeout", 0, 0, G_OPTION_ARG_INT, &raw.idle_timeout,
       "Close when nothing has come for so long (12000)", "MS"},
      {"interim-step", 0, 0, G_OPTION_ARG_INT, &raw.interim_step,
       "Audio between two interim results (1000)", "MS"},
      {"max-rate", 0, 0, G_OPTION_ARG_DOUBLE, &raw.max_rate,
       "Read no faster than X times real time (0: as fast as it comes)", "X"},
      {"record", 0, 0, G_OPTION_ARG_FILENAME, &raw.record,
       "Keep each connection's audio and frames there", "DIR"},
      {"transcribe", 't', 0, G_OPTION_ARG_FILENAME, &raw.transcribe,
       "Print what is recognized in a WAV file, without a network", "FILE"},
      {"format", 0, 0, G_OPTION_ARG_STRING, &raw.format, "Of that: text, json or words", "NAME"},
      {"query", 0, 0, G_OPTION_ARG_STRING, &raw.query,
       "For that: parameters as in a URL (model=nova-3&punctuate=true)", "QUERY"},
      {"write-tones", 0, 0, G_OPTION_ARG_FILENAME, &raw.write_tones,
       "Write a WAV file of words for the recognizer tone", "FILE"},
      {"seconds", 0, 0, G_OPTION_ARG_DOUBLE, &raw.seconds, "Length of that", "N"},
      {"rate", 0, 0, G_OPTION_ARG_INT, &raw.rate, "Sample rate of that (16000)", "HZ"},
      {"quiet", 'q', 0, G_OPTION_ARG_NONE, &raw.quiet, "No line a connection on stderr", nullptr},
      {"version", 0, 0, G_OPTION_ARG_NONE, &raw.version, "Show the version", nullptr},
      {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr}};
  Ptr<GOptionContext> context(g_option_context_new("- a server of Deepgram's live API"));
  g_option_context_add_main_entries(context.get(), entries, nullptr);
  std::string faults = "Faults, also as query parameters x-NAME=VALUE:\n" + describe_faults();
  g_option_context_set_description(context.get(), faults.c_str());
  Ptr<GError> error;
  if (!g_option_context_parse(context.get(), &argc, &argv, Out(error)))
    return Error{error->message};
  if (argc > 1) return Error{std::string("\"") + argv[1] + "\" is no option"};
  return make(raw);
}

}  // namespace dg::server
