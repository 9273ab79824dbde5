// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/settings.h"

#include <string>
#include <string_view>
#include <variant>

#include "base/overloaded.h"
#include "net/tls.h"
#include "plugin/fields.h"
#include "plugin/optionprops.h"
#include "plugin/ptr.h"
#include "plugin/times.h"

namespace dg {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// The kinds of setting; each knows its place in Settings.
struct TextRow {
  std::string& (*in)(Settings&);
};
struct SecretRow {  // never readable
  std::string& (*in)(Settings&);
};
struct ProxyRow {  // reads back without its password
  std::string& (*in)(Settings&);
};
struct ObjectRow {
  GType (*type)();
  gpointer (*get)(Settings&);
  void (*set)(Settings&, gpointer);
};
struct MillisecondsRow {
  Nanos& (*in)(Settings&);
  guint min = 0, max = G_MAXUINT;
};
struct CountRow {
  std::size_t& (*in)(Settings&);
  guint min, max;
};
struct RatioRow {
  double& (*in)(Settings&);
  double min, max;
};
struct SwitchRow {
  bool& (*in)(Settings&);
};
struct PairsRow {
  Pairs& (*in)(Settings&);
};
struct WordRow {
  GType (*type)();
  int (*get)(Settings&);
  void (*set)(Settings&, int);
};
struct AliasRow {  // of a listen option
  const char* key;
};
using RowKind = std::variant<TextRow, SecretRow, ProxyRow, ObjectRow, MillisecondsRow, CountRow,
                             RatioRow, SwitchRow, PairsRow, WordRow, AliasRow>;

struct Row {
  const char* name;
  RowKind kind;
  int when;  // it may be changed: a GST_PARAM_MUTABLE flag; with kTextPad: only where text comes
             // out
  const char* blurb;
};
constexpr int kTextPad = GST_PARAM_USER_SHIFT;

// Names that other transcribers have for strategies of theirs.
constexpr int kIndex = 100, kTiming = 101;

GType overflow_type() {
  static const GEnumValue values[] = {
      {static_cast<int>(Overflow::Auto),
       "Block when upstream is not live, drop the oldest when it is", "auto"},
      {static_cast<int>(Overflow::Block), "Hold upstream back", "block"},
      {static_cast<int>(Overflow::DropOldest), "Drop the oldest audio", "drop-oldest"},
      {static_cast<int>(Overflow::SkipToLive), "Drop all audio that waits", "skip-to-live"},
      {0, nullptr, nullptr}};
  return enum_type("GstDeepgramLiveOverflow", values);
}

GType failure_type() {
  static const GEnumValue values[] = {
      {static_cast<int>(OnFailure::Error), "Post an error", "error"},
      {static_cast<int>(OnFailure::Continue), "Post a warning and go on without text", "continue"},
      {0, nullptr, nullptr}};
  return enum_type("GstDeepgramLiveFailure", values);
}

GType granularity_type() {
  static const GEnumValue values[] = {
      {static_cast<int>(Granularity::Auto),
       "rollup in a live pipeline with a latency of less than 6000, else cue", "auto"},
      {static_cast<int>(Granularity::Cue), "Subtitles of a few lines, broken where it reads well",
       "cue"},
      {static_cast<int>(Granularity::Word), "A buffer for each word", "word"},
      {static_cast<int>(Granularity::RollUp), "The last lines of what is said, word by word",
       "rollup"},
      {static_cast<int>(Granularity::Utterance),
       "A buffer for each utterance, when it is over: for logs and terminals", "utterance"},
      {0, nullptr, nullptr}};
  return enum_type("GstDeepgramLiveGranularity", values);
}

GType interim_strategy_type() {
  static const GEnumValue values[] = {
      {static_cast<int>(InterimStrategy::Disabled), "Show what is final only", "disabled"},
      {static_cast<int>(InterimStrategy::Deadline), "Show a word that is not final when it is due",
       "deadline"},
      {static_cast<int>(InterimStrategy::Stable),
       "Show it also when two interims agree on it and it is a second old", "stable"},
      {kIndex, "Deprecated, the same as deadline", "index"},
      {kTiming, "Deprecated, the same as deadline", "timing"},
      {0, nullptr, nullptr}};
  return enum_type("GstDeepgramLiveInterims", values);
}

GType timing_type() {
  static const GEnumValue values[] = {
      {static_cast<int>(Timing::Media), "Text has the time of its audio", "media"},
      {static_cast<int>(Timing::Arrival),
       "Text has the time at which it comes, and adds no latency: for pipelines that do not wait "
       "for text",
       "arrival"},
      {0, nullptr, nullptr}};
  return enum_type("GstDeepgramLiveTiming", values);
}

GType speaker_labels_type() {
  static const GEnumValue values[] = {
      {static_cast<int>(SpeakerLabels::None), "Not at all", "none"},
      {static_cast<int>(SpeakerLabels::Dash), "A dash where somebody else begins", "dash"},
      {static_cast<int>(SpeakerLabels::Name), "The number of whoever begins", "name"},
      {static_cast<int>(SpeakerLabels::Color),
       "A colour each, where downstream takes format=pango-markup", "color"},
      {0, nullptr, nullptr}};
  return enum_type("GstDeepgramLiveSpeakerLabels", values);
}

GType gap_type() {
  static const GEnumValue values[] = {
      {0, "Send no silence for a hole longer than max-fill", "skip"},
      {1, "Send silence for what upstream declares silent, however long", "fill"},
      {0, nullptr, nullptr}};
  return enum_type("GstDeepgramLiveGap", values);
}

constexpr auto kReady = GST_PARAM_MUTABLE_READY;
constexpr auto kPlaying = GST_PARAM_MUTABLE_PLAYING;

Tls tls_of(const Settings& settings) {
  return settings.target.tls ? *settings.target.tls : Tls{};
}

// Another one: connections that are on their way keep theirs.
template <class T>
void set_tls(Settings& settings, std::shared_ptr<T> Tls::*which, gpointer object) {
  Tls tls = tls_of(settings);
  tls.*which = shared(static_cast<T*>(object));
  settings.target.tls = std::make_shared<const Tls>(std::move(tls));
}

// clang-format off
const Row kRows[] = {
    {"url", TextRow{[](Settings& s) -> std::string& { return s.target.url; }}, kPlaying,
     "Address of the service, ws:// or wss://; its own query is kept. Read at each dial"},
    {"api-key", SecretRow{[](Settings& s) -> std::string& { return s.target.api_key; }}, kPlaying,
     "Deepgram API key; unset = DEEPGRAM_API_KEY of the environment, for *.deepgram.com and "
     "loopback only. Never sent over plain ws to another machine. Read at each dial"},
    {"access-token", SecretRow{[](Settings& s) -> std::string& { return s.target.access_token; }}, kPlaying,
     "Temporary token, goes before api-key; unset = DEEPGRAM_ACCESS_TOKEN of the environment "
     "(developers.deepgram.com/guides/fundamentals/token-based-authentication). Read at each dial"},
    {"extra-params", PairsRow{[](Settings& s) -> Pairs& { return s.target.extra_params; }}, kPlaying,
     "Query parameters that have no property, such as params,tier=enhanced; one of a property's "
     "name goes instead of it. Their values are left to the service. A change holds from the "
     "speaker's next pause, on another connection"},
    {"extra-headers", PairsRow{[](Settings& s) -> Pairs& { return s.target.extra_headers; }}, kPlaying,
     "HTTP headers for the handshake, such as headers,x-team=captions; an Authorization or a "
     "Cookie among them reads back hidden. Read at each dial"},
    {"user-agent", TextRow{[](Settings& s) -> std::string& { return s.target.user_agent; }}, kPlaying,
     "User-Agent of the handshake. Read at each dial"},
    {"proxy", ProxyRow{[](Settings& s) -> std::string& { return s.target.proxies.property; }}, kPlaying,
     "Proxy to connect through, [scheme://][name:password@]host[:port], http, https, socks4 or socks5; "
     "direct:// = none; unset = https_proxy, http_proxy, all_proxy and no_proxy of the environment, or "
     "what the desktop says. Loopback is reached directly. Reads back without its password. Read at each dial"},
    {"tls-database", ObjectRow{g_tls_database_get_type, [](Settings& s) -> gpointer { return tls_of(s).database.get(); },
      [](Settings& s, gpointer v) { set_tls(s, &Tls::database, v); }}, kPlaying,
     "Authorities that may vouch for the server; unset = the system's (SSL_CERT_FILE, SSL_CERT_DIR). Read at each dial"},
    {"tls-interaction", ObjectRow{g_tls_interaction_get_type, [](Settings& s) -> gpointer { return tls_of(s).interaction.get(); },
      [](Settings& s, gpointer v) { set_tls(s, &Tls::interaction, v); }}, kPlaying,
     "Asked for a certificate when the server wants one of its client, in the main context in which it was "
     "made. Read at each dial"},
    {"connect-timeout", MillisecondsRow{[](Settings& s) -> Nanos& { return s.limits.connect_timeout; }, 1}, kReady,
     "Time for name look-up, TCP, TLS and handshake together, in ms"},
    {"keepalive-interval", MillisecondsRow{[](Settings& s) -> Nanos& { return s.limits.keepalive_interval; }, 1}, kReady,
     "Time after the last frame at which a KeepAlive goes out, in ms; the service closes after "
     "about 10000 (developers.deepgram.com/docs/audio-keep-alive)"},
    {"idle-timeout", MillisecondsRow{[](Settings& s) -> Nanos& { return s.limits.idle_timeout; }}, kReady,
     "Time without audio after which the connection is closed cleanly, in ms; the next audio dials "
     "again; 0 = never"},
    {"chunk-duration", MillisecondsRow{[](Settings& s) -> Nanos& { return s.limits.chunk_duration; }, 1, 1000}, kReady,
     "Audio in a frame, in ms; Deepgram advises 20 to 100 "
     "(developers.deepgram.com/docs/measuring-streaming-latency)"},
    {"max-rate", RatioRow{[](Settings& s) -> double& { return s.limits.max_rate; }, 0, 1e6}, kReady,
     "Most audio per time, as a multiple of real time; 0 = no limit; Deepgram takes 1.25 "
     "(developers.deepgram.com/docs/recovering-from-connection-errors-and-timeouts-when-live-streaming-audio)"},
    {"reconnect", SwitchRow{[](Settings& s) -> bool& { return s.limits.reconnect; }}, kReady,
     "Dial again when a connection is lost or refused, and replay what was not final"},
    {"reconnect-timeout", MillisecondsRow{[](Settings& s) -> Nanos& { return s.limits.reconnect_timeout; }}, kReady,
     "Time without a useful connection after which it is a failure, in ms; 0 = never. A live stream "
     "that once had a useful connection is never given up before its end"},
    {"max-backlog", MillisecondsRow{[](Settings& s) -> Nanos& { return s.limits.max_backlog; }, 100}, kReady,
     "Most audio that waits to be sent, in ms"},
    {"overflow", WordRow{overflow_type, [](Settings& s) { return static_cast<int>(s.limits.overflow); },
      [](Settings& s, int v) { s.limits.overflow = static_cast<Overflow>(v); }}, kReady,
     "What is done when max-backlog is reached"},
    {"drain-timeout", MillisecondsRow{[](Settings& s) -> Nanos& { return s.limits.drain_timeout; }, 1}, kReady,
     "Time for the service to finish at the end, counted from its last message, in ms"},
    {"failure", WordRow{failure_type, [](Settings& s) { return static_cast<int>(s.failure); },
      [](Settings& s, int v) { s.failure = static_cast<OnFailure>(v); }}, kPlaying,
     "What is done when there will be no connection any more; the audio is taken in either case. "
     "Read then"},
    {"gap", WordRow{gap_type, [](Settings& s) { return static_cast<int>(s.limits.holes.fill_declared); },
      [](Settings& s, int v) { s.limits.holes.fill_declared = v != 0; }}, kReady,
     "What is done with a hole in the input that is longer than max-fill. In FLAC and Opus none is "
     "ever filled"},
    {"max-fill", MillisecondsRow{[](Settings& s) -> Nanos& { return s.limits.holes.max_fill; }}, kReady,
     "Longest hole in the input that is filled with silence, in ms; longer ones are skipped whole"},
    {"silence-threshold", RatioRow{[](Settings& s) -> double& { return s.limits.silence.threshold; }, SilencePolicy::kOff, 0}, kReady,
     "Level below which audio is silence, in dBFS; silence is not sent. -200 = off: all is sent, "
     "as FLAC and Opus are in any case"},
    {"silence-hold", MillisecondsRow{[](Settings& s) -> Nanos& { return s.limits.silence.hold; }}, kReady,
     "Silence that is still sent, in ms, before none is sent until somebody speaks; 300 ms from "
     "before the speech are sent then"},
    {"post-messages", SwitchRow{[](Settings& s) -> bool& { return s.post_messages; }}, kPlaying,
     "Post element messages on the bus: results and changes of the connection. A change holds at "
     "once"},
    {"post-raw", SwitchRow{[](Settings& s) -> bool& { return s.post_raw; }}, kPlaying,
     "Post every message of the service as it came, as deepgram/raw. A change holds at once"},
    {"latency", MillisecondsRow{[](Settings& s) -> Nanos& { return s.limits.latency; }, 0, 3600'000}, kPlaying | kTextPad,
     "Time that text may come later than its audio in a live pipeline, in ms. A change holds at once"},
    {"lateness", MillisecondsRow{[](Settings& s) -> Nanos& { return s.lateness; }, 0, 3600'000}, kReady | kTextPad,
     "Time that text is shown later than its audio, in ms, without adding to the latency"},
    {"interim-strategy", WordRow{interim_strategy_type, [](Settings& s) { return static_cast<int>(s.captions.interims); },
      [](Settings& s, int v) { s.captions.interims = v == kIndex || v == kTiming ? InterimStrategy::Deadline : static_cast<InterimStrategy>(v); }},
     kReady | kTextPad,
     "When words that are not final are shown in a live pipeline; what is shown is never taken back"},
    {"granularity", WordRow{granularity_type, [](Settings& s) { return static_cast<int>(s.captions.granularity); },
      [](Settings& s, int v) { s.captions.granularity = static_cast<Granularity>(v); }}, kReady | kTextPad,
     "What makes a text buffer"},
    {"timing", WordRow{timing_type, [](Settings& s) { return static_cast<int>(s.captions.timing); },
      [](Settings& s, int v) { s.captions.timing = static_cast<Timing>(v); }}, kReady | kTextPad,
     "What time text has in a live pipeline"},
    {"line-length", CountRow{[](Settings& s) -> std::size_t& { return s.captions.box.line_length; }, 1, 1000}, kReady | kTextPad,
     "Longest line of a cue or of rolled-up text, in characters; wide ones (East Asian) count as two"},
    {"lines", CountRow{[](Settings& s) -> std::size_t& { return s.captions.box.lines; }, 1, 20}, kReady | kTextPad,
     "Most lines of a cue, and lines that rolled-up text keeps"},
    {"min-duration", MillisecondsRow{[](Settings& s) -> Nanos& { return s.captions.min_duration; }, 1, 60'000}, kReady | kTextPad,
     "Time that a cue is shown at the least, in ms, where the speech behind it leaves that"},
    {"max-duration", MillisecondsRow{[](Settings& s) -> Nanos& { return s.captions.max_duration; }, 500, 3600'000}, kReady | kTextPad,
     "Time that a cue is shown at the most, in ms"},
    {"cue-pause", MillisecondsRow{[](Settings& s) -> Nanos& { return s.captions.pause; }, 0, 60'000}, kReady | kTextPad,
     "Time without speech after which a new cue begins, in ms"},
    {"speaker-labels", WordRow{speaker_labels_type, [](Settings& s) { return static_cast<int>(s.captions.labels); },
      [](Settings& s, int v) { s.captions.labels = static_cast<SpeakerLabels>(v); }}, kReady | kTextPad,
     "How one sees who speaks; needs diarize"},
    {"language-code", AliasRow{"language"}, kPlaying,
     "The same as language, by the name that other transcribers have"},
    {"diarization", AliasRow{"diarize"}, kPlaying,
     "The same as diarize, by the name that other transcribers have"},
};
// clang-format on

// Those that may change while the element runs say when that holds.
const char* blurb_of(const Row& row) {
  if (!(row.when & kReady)) return row.blurb;
  return g_intern_string((std::string(row.blurb) + ". Read when the element starts").c_str());
}

GParamSpec* make_spec(const Row& row, Settings& initial) {
  const char *name = row.name, *blurb = blurb_of(row);
  int when = row.when & ~kTextPad;
  auto both = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | when);
  auto write = static_cast<GParamFlags>(G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS | when);
  return std::visit(
      overloaded{
          [&](const TextRow& r) {
            return g_param_spec_string(name, name, blurb, r.in(initial).c_str(), both);
          },
          [&](const SecretRow&) { return g_param_spec_string(name, name, blurb, nullptr, write); },
          [&](const ProxyRow&) { return g_param_spec_string(name, name, blurb, "", both); },
          [&](const ObjectRow& r) {
            return g_param_spec_object(name, name, blurb, r.type(), both);
          },
          [&](const MillisecondsRow& r) {
            return g_param_spec_uint(name, name, blurb, r.min, r.max, milliseconds(r.in(initial)),
                                     both);
          },
          [&](const CountRow& r) {
            return g_param_spec_uint(name, name, blurb, r.min, r.max,
                                     static_cast<guint>(r.in(initial)), both);
          },
          [&](const RatioRow& r) {
            return g_param_spec_double(name, name, blurb, r.min, r.max, r.in(initial), both);
          },
          [&](const SwitchRow& r) {
            return g_param_spec_boolean(name, name, blurb, r.in(initial), both);
          },
          [&](const PairsRow&) {
            return g_param_spec_boxed(name, name, blurb, GST_TYPE_STRUCTURE, both);
          },
          [&](const WordRow& r) {
            return g_param_spec_enum(name, name, blurb, r.type(), r.get(initial), both);
          },
          [&](const AliasRow& r) {
            return std::holds_alternative<bool>(initial.options.at(r.key))
                       ? g_param_spec_boolean(name, name, blurb, FALSE, both)
                       : g_param_spec_string(name, name, blurb, "", both);
          },
      },
      row.kind);
}

std::string text_of(const GValue* value) {
  const char* text = g_value_get_string(value);
  return text ? text : "";
}

// Of any type that has a text form.
std::string any_text_of(const GValue* value) {
  if (G_VALUE_HOLDS_STRING(value)) return text_of(value);
  GValue text = G_VALUE_INIT;
  g_value_init(&text, G_TYPE_STRING);
  std::string out = g_value_transform(value, &text) ? text_of(&text) : "";
  g_value_unset(&text);
  if (G_VALUE_HOLDS_BOOLEAN(value)) return g_value_get_boolean(value) ? "true" : "false";
  return out;
}

// Fields that are lists give a pair an item.
Pairs pairs_of(const GValue* value) {
  Pairs pairs;
  auto* structure = static_cast<const GstStructure*>(g_value_get_boxed(value));
  if (!structure) return pairs;
  for (int i = 0; i < gst_structure_n_fields(structure); ++i) {
    const char* name = gst_structure_nth_field_name(structure, static_cast<guint>(i));
    const GValue* field = gst_structure_get_value(structure, name);
    bool array = GST_VALUE_HOLDS_ARRAY(field), list = GST_VALUE_HOLDS_LIST(field);
    guint size = array  ? gst_value_array_get_size(field)
                 : list ? gst_value_list_get_size(field)
                        : 0;
    for (guint item = 0; item < size; ++item)
      pairs.emplace_back(name, any_text_of(array ? gst_value_array_get_value(field, item)
                                                 : gst_value_list_get_value(field, item)));
    if (!array && !list) pairs.emplace_back(name, any_text_of(field));
  }
  return pairs;
}

// Dot files and logs show properties; a key among them is nobody's business.
const char* readable(const std::string& key, const std::string& text) {
  for (const char* secret : {"authorization", "cookie", "proxy-authorization"})
    if (g_ascii_strcasecmp(key.c_str(), secret) == 0) return "(hidden)";
  return text.c_str();
}

// What comes several times is a list, as it was when it was set.
void put_pair(Fields& fields, const std::string& key, const Pairs& pairs) {
  Items items(1);
  std::string text;
  std::size_t count = 0;
  for (const auto& [name, value] : pairs) {
    if (name != key) continue;
    text = readable(key, value);
    items.add(text);
    ++count;
  }
  if (count > 1)
    fields.items(key.c_str(), std::move(items));
  else
    fields.text(key.c_str(), text);
}

void take_pairs(const Pairs& pairs, const char* name, GValue* value) {
  if (pairs.empty()) return;
  Fields fields(name);
  for (const auto& [key, text] : pairs) put_pair(fields, key, pairs);
  g_value_take_boxed(value, fields.take().release());
}

const Row* row_named(std::string_view name) {
  for (const Row& row : kRows)
    if (row.name == name) return &row;
  return nullptr;
}

void set_row(Settings& settings, const Row& row, const GValue* value) {
  std::visit(overloaded{
                 [&](const TextRow& r) { r.in(settings) = text_of(value); },
                 [&](const SecretRow& r) { r.in(settings) = text_of(value); },
                 [&](const ProxyRow& r) { r.in(settings) = text_of(value); },
                 [&](const ObjectRow& r) { r.set(settings, g_value_get_object(value)); },
                 [&](const MillisecondsRow& r) {
                   r.in(settings) = std::chrono::milliseconds(g_value_get_uint(value));
                 },
                 [&](const CountRow& r) { r.in(settings) = g_value_get_uint(value); },
                 [&](const RatioRow& r) { r.in(settings) = g_value_get_double(value); },
                 [&](const SwitchRow& r) { r.in(settings) = g_value_get_boolean(value); },
                 [&](const PairsRow& r) { r.in(settings) = pairs_of(value); },
                 [&](const WordRow& r) { r.set(settings, g_value_get_enum(value)); },
                 [&](const AliasRow& r) { settings.options.set(r.key, option_from_gvalue(value)); },
             },
             row.kind);
}

void get_row(Settings& settings, const Row& row, GValue* value) {
  std::visit(
      overloaded{
          [&](const TextRow& r) { g_value_set_string(value, r.in(settings).c_str()); },
          [&](const SecretRow&) {},
          [&](const ProxyRow& r) {
            g_value_set_string(value, without_password(r.in(settings)).c_str());
          },
          [&](const ObjectRow& r) { g_value_set_object(value, r.get(settings)); },
          [&](const MillisecondsRow& r) { g_value_set_uint(value, milliseconds(r.in(settings))); },
          [&](const CountRow& r) { g_value_set_uint(value, static_cast<guint>(r.in(settings))); },
          [&](const RatioRow& r) { g_value_set_double(value, r.in(settings)); },
          [&](const SwitchRow& r) { g_value_set_boolean(value, r.in(settings)); },
          [&](const PairsRow& r) { take_pairs(r.in(settings), row.name, value); },
          [&](const WordRow& r) { g_value_set_enum(value, r.get(settings)); },
          [&](const AliasRow& r) { option_to_gvalue(settings.options.at(r.key), value); },
      },
      row.kind);
}

// The row of the option that the property stands for, or one past the last.
std::size_t option_row(const GParamSpec* spec) {
  std::size_t row = 0;
  while (row < std::size(kListenOptions) && property_name(kListenOptions[row].key) != spec->name)
    ++row;
  return row;
}

}  // namespace

Query query_of(const Settings& settings) {
  return {settings.options, settings.target.extra_params};
}

void install_settings(GObjectClass* klass, Has text_pad) {
  install_option_properties(klass, 1, kListenOptions);
  auto id = static_cast<guint>(std::size(kListenOptions)) + 1;
  Settings initial;
  for (const Row& row : kRows)
    if (text_pad == Has::TextPad || !(row.when & kTextPad))
      g_object_class_install_property(klass, id++, make_spec(row, initial));
}

bool set_setting(Settings& settings, const GParamSpec* spec, const GValue* value) {
  if (const Row* row = row_named(spec->name)) {
    set_row(settings, *row, value);
    return true;
  }
  std::size_t row = option_row(spec);
  if (row == std::size(kListenOptions)) return false;
  settings.options.set(row, option_from_gvalue(value));
  return true;
}

bool get_setting(const Settings& settings, const GParamSpec* spec, GValue* value) {
  if (const Row* row = row_named(spec->name)) {
    Settings copy = settings;
    get_row(copy, *row, value);
    return true;
  }
  std::size_t row = option_row(spec);
  if (row == std::size(kListenOptions)) return false;
  option_to_gvalue(settings.options.at(row), value);
  return true;
}

}  // namespace dg
