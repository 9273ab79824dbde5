// SPDX-License-Identifier: LGPL-2.1-or-later
#include "caption/captioning.h"

#include <cstdio>
#include <optional>
#include <string_view>
#include <unistd.h>

#include <glib-unix.h>

namespace dg::caption {
namespace {

constexpr guint kLook = 200;  // ms, between two looks at how far it is

struct Needed {
  const char *factory, *package;
};
constexpr Needed kNeeded[] = {
    {"deepgramtranscribe", "gst-deepgram, or set GST_PLUGIN_PATH to where it is"},
    {"uridecodebin", "gstreamer1.0-plugins-base"},
    {"audioconvert", "gstreamer1.0-plugins-base"},
    {"audioresample", "gstreamer1.0-plugins-base"},
};

// Pictures are not decoded.
std::string source_for(const Options& options) {
  return options.uri.empty()
             ? "autoaudiosrc"
             : "uridecodebin name=input caps=audio/x-raw(ANY) expose-all-streams=false";
}

std::string writer_for(const Options& options) {
  std::string sink =
      options.output.empty() ? "fdsink name=output sync=false" : "filesink name=output sync=false";
  switch (options.format) {
    case Format::Srt:
      return "text/x-raw,format=utf8 ! srtenc ! " + sink;
    case Format::Vtt:
      return "text/x-raw,format=pango-markup ! webvttenc ! " + sink;
    case Format::Text:
    case Format::Json:
      break;
  }
  return "fakesink sync=false";
}

// What GStreamer says of a file whose sound nothing here can decode, or that has none, helps
// nobody.
const char* text_of(const GError& error) {
  bool no_decoder = g_error_matches(&error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN) ||
                    g_error_matches(&error, GST_STREAM_ERROR, GST_STREAM_ERROR_CODEC_NOT_FOUND);
  return no_decoder
             ? "the input has no sound, or none that can be decoded here: more decoders are "
               "in gstreamer1.0-plugins-bad, gstreamer1.0-plugins-ugly and gstreamer1.0-libav"
             : error.message;
}

bool writes_lines(const Options& options) {
  return options.format == Format::Text || options.format == Format::Json;
}

}  // namespace

Result<std::unique_ptr<Captioning>> Captioning::make(const Options& options) {
  std::unique_ptr<Captioning> made(new Captioning);
  if (auto error = made->build(options)) return *error;
  return made;
}

Captioning::~Captioning() {
  if (pipeline_) gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
}

std::optional<Error> Captioning::build(const Options& options) {
  for (const Needed& needed : kNeeded)
    if (!Ptr<GstObject>(GST_OBJECT(gst_element_factory_find(needed.factory))))
      return Error{std::string("there is no element ") + needed.factory + "; install " +
                   needed.package};
  std::string launch = source_for(options) +
                       " ! audioconvert ! audioresample ! audio/x-raw,format=S16LE ! "
                       "deepgramtranscribe name=transcribe ! " +
                       writer_for(options);
  GError* wrong = nullptr;
  pipeline_.reset(gst_parse_launch(launch.c_str(), &wrong));
  if (wrong) return Error{Ptr<GError>(wrong)->message};
  auto find = [&](const char* name) {
    return Ptr<GstElement>(gst_bin_get_by_name(GST_BIN(pipeline_.get()), name));
  };
  transcribe_ = find("transcribe");
  is_live_ = options.uri.empty();
  if (auto input = find("input")) g_object_set(input.get(), "uri", options.uri.c_str(), nullptr);
  auto output = find("output");
  if (output && !options.output.empty())
    g_object_set(output.get(), "location", options.output.c_str(), nullptr);
  // Of what is live, each step of a caption would be a subtitle.
  if (is_live_ && output) set("granularity", "utterance");
  for (const auto& [property, value] : options.properties)
    if (auto error = set(property, value)) return error;
  if (!writes_lines(options)) return std::nullopt;
  auto printer = Printer::make(options);
  if (!printer) return printer.error();
  printer_ = std::move(*printer);
  return std::nullopt;
}

std::optional<Error> Captioning::set(const std::string& property, const std::string& value) {
  GObject* object = G_OBJECT(transcribe_.get());
  GParamSpec* spec = g_object_class_find_property(G_OBJECT_GET_CLASS(object), property.c_str());
  if (!spec || !(spec->flags & G_PARAM_WRITABLE))
    return Error{"deepgramtranscribe has no property " + property +
                 " to set; gst-inspect-1.0 deepgramtranscribe has them all"};
  GValue parsed = G_VALUE_INIT;
  g_value_init(&parsed, spec->value_type);
  bool good = gst_value_deserialize_with_pspec(&parsed, value.c_str(), spec) &&
              !g_param_value_validate(spec, &parsed);
  if (good) g_object_set_property(object, property.c_str(), &parsed);
  g_value_unset(&parsed);
  if (good) return std::nullopt;
  return Error{property + " cannot be " + value + ". It is: " + g_param_spec_get_blurb(spec)};
}

Captioning::Outcome Captioning::run() {
  Ptr<GstBus> bus(gst_element_get_bus(pipeline_.get()));
  auto on_message = [](GstBus*, GstMessage* message, gpointer self) -> gboolean {
    static_cast<Captioning*>(self)->take(message);
    return G_SOURCE_CONTINUE;
  };
  auto on_signal = [](gpointer self) -> gboolean {
    static_cast<Captioning*>(self)->end_input();
    return G_SOURCE_CONTINUE;
  };
  auto on_look = [](gpointer self) -> gboolean {
    static_cast<Captioning*>(self)->show_progress();
    return G_SOURCE_CONTINUE;
  };
  guint sources[] = {
      gst_bus_add_watch(bus.get(), on_message, this), g_unix_signal_add(SIGINT, on_signal, this),
      g_unix_signal_add(SIGTERM, on_signal, this), g_timeout_add(kLook, on_look, this)};
  gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
  g_main_loop_run(loop_.get());
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  for (guint source : sources) g_source_remove(source);
  terminal_.clear();
  if (printer_ && !printer_->finish() && outcome_ == Outcome::Complete) {
    complain("error", "not all could be written");
    return Outcome::Failed;
  }
  return outcome_;
}

void Captioning::take(GstMessage* message) {
  GError* error = nullptr;
  switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_EOS:
      return end(Outcome::Complete);
    case GST_MESSAGE_ERROR:
      gst_message_parse_error(message, &error, nullptr);
      complain("error", text_of(*Ptr<GError>(error)));
      return end(Outcome::Failed);
    case GST_MESSAGE_WARNING:
      gst_message_parse_warning(message, &error, nullptr);
      return complain("warning", Ptr<GError>(error)->message);
    case GST_MESSAGE_ELEMENT:
      if (gst_message_has_name(message, "deepgram/results"))
        take_results(gst_message_get_structure(message));
      return;
    default:
      return;
  }
}

void Captioning::take_results(const GstStructure* results) {
  gboolean is_final = FALSE;
  gst_structure_get_boolean(results, "is-final", &is_final);
  const char* transcript = gst_structure_get_string(results, "transcript");
  terminal_.interim(is_final || !transcript ? "" : transcript);
  if (!is_final || !printer_) return;
  terminal_.clear();
  printer_->print(results);
}

void Captioning::complain(const char* kind, const char* text) {
  terminal_.clear();
  std::fprintf(stderr, "gst-deepgram-caption: %s: %s\n", kind, printable(text).c_str());
}

void Captioning::end(Outcome outcome) {
  outcome_ = outcome;
  g_main_loop_quit(loop_.get());
}

// What was heard is still to be written.
void Captioning::end_input() {
  if (std::exchange(ends_, true)) return end(Outcome::Aborted);
  gst_element_send_event(pipeline_.get(), gst_event_new_eos());
}

void Captioning::show_progress() {
  gint64 position = 0, length = 0;
  if (!gst_element_query_position(transcribe_.get(), GST_FORMAT_TIME, &position)) return;
  if (is_live_ || !gst_element_query_duration(pipeline_.get(), GST_FORMAT_TIME, &length))
    length = 0;
  auto seconds = [](gint64 time) { return static_cast<double>(time) / GST_SECOND; };
  terminal_.progress(seconds(position), seconds(length));
}

}  // namespace dg::caption
