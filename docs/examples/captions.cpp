// SPDX-License-Identifier: LGPL-2.1-or-later
// Captions of a file or a URL in the terminal: what is said while it may still change, the captions
// with the word that the service is least sure of, and what the connection did. The key is taken
// from DEEPGRAM_API_KEY.
//
//   captions talk.mp4
//   captions talk.mp4 ws://127.0.0.1:8080/v1/listen     # gst-deepgram-server --port 8080
//
//   g++ -std=c++20 captions.cpp -o captions $(pkg-config --cflags --libs gstreamer-1.0)
#include <cstdio>
#include <memory>
#include <string>
#include <unistd.h>

#include <gst/gst.h>

namespace {

constexpr const char* kPipeline =
    "uridecodebin name=file ! audioconvert ! audioresample ! deepgramtranscribe name=transcribe ! "
    "fakesink name=text sync=false signal-handoffs=true";

template <auto Free>
struct With {
  template <class T>
  void operator()(T* owned) const {
    Free(owned);
  }
};
using Element = std::unique_ptr<GstElement, With<gst_object_unref>>;
using Structure = std::unique_ptr<GstStructure, With<gst_structure_free>>;
using Message = std::unique_ptr<GstMessage, With<gst_message_unref>>;

double seconds(GstClockTime time) {
  return static_cast<double>(time) / GST_SECOND;
}

guint64 number(const GstStructure* structure, const char* field) {
  guint64 value = 0;
  gst_structure_get_uint64(structure, field, &value);
  return value;
}

// An interim result replaces the one before; only finals stay.
void show_result(const GstStructure* result) {
  const char* transcript = gst_structure_get_string(result, "transcript");
  gboolean is_final = FALSE;
  gst_structure_get_boolean(result, "is-final", &is_final);
  if (!transcript || !*transcript) return;
  if (is_final)
    std::printf("%8.2f  %s\n", seconds(number(result, "running-time")), transcript);
  else if (isatty(STDOUT_FILENO))
    std::printf("        …  %s\r", transcript);
  std::fflush(stdout);
}

void show_connection(const GstStructure* change) {
  std::string state = gst_structure_get_string(change, "state");
  if (state == "backing-off" || state == "failed")
    std::fprintf(stderr, "the connection is %s\n", state.c_str());
}

// "   [word: 0.51]", of the word that the service is least sure of.
std::string doubtful(GstBuffer* caption) {
  GstCustomMeta* meta = gst_buffer_get_custom_meta(caption, "DeepgramWordsMeta");
  if (!meta) return "";
  const GValue* words = gst_structure_get_value(gst_custom_meta_get_structure(meta), "words");
  double least = 2;
  const char* text = nullptr;
  for (guint i = 0; i < gst_value_array_get_size(words); ++i) {
    const GstStructure* word = gst_value_get_structure(gst_value_array_get_value(words, i));
    double confidence = 0;
    gst_structure_get_double(word, "confidence", &confidence);
    if (confidence >= least) continue;
    least = confidence;
    text = gst_structure_get_string(word, "word");
  }
  if (!text) return "";
  char number[16];
  std::snprintf(number, sizeof number, "%.2f", least);
  return std::string("   [") + text + ": " + number + "]";
}

// A caption; on the thread of the pad that it comes from.
void show_caption(GstElement*, GstBuffer* buffer, GstPad*, gpointer) {
  GstMapInfo map;
  if (gst_buffer_get_size(buffer) == 0 || !gst_buffer_map(buffer, &map, GST_MAP_READ)) return;
  std::string text(reinterpret_cast<const char*>(map.data), map.size);
  gst_buffer_unmap(buffer, &map);
  GstClockTime from = GST_BUFFER_PTS(buffer), to = from + GST_BUFFER_DURATION(buffer);
  std::printf("caption %.2f-%.2f: %s%s\n", seconds(from), seconds(to), text.c_str(),
              doubtful(buffer).c_str());
  std::fflush(stdout);
}

void complain(GstMessage* message) {
  GError* error = nullptr;
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
    gst_message_parse_error(message, &error, nullptr);
  else
    gst_message_parse_warning(message, &error, nullptr);
  std::fprintf(stderr, "%s\n", error->message);
  g_error_free(error);
}

// Until the end; whether it came without an error.
bool run(GstElement* pipeline) {
  std::unique_ptr<GstBus, With<gst_object_unref>> bus(gst_element_get_bus(pipeline));
  while (true) {
    Message message(gst_bus_timed_pop(bus.get(), GST_CLOCK_TIME_NONE));
    switch (GST_MESSAGE_TYPE(message.get())) {
      case GST_MESSAGE_EOS:
        return true;
      case GST_MESSAGE_ERROR:
        complain(message.get());
        return false;
      case GST_MESSAGE_WARNING:
        complain(message.get());
        break;
      case GST_MESSAGE_ELEMENT:
        if (gst_message_has_name(message.get(), "deepgram/results"))
          show_result(gst_message_get_structure(message.get()));
        else if (gst_message_has_name(message.get(), "deepgram/connection"))
          show_connection(gst_message_get_structure(message.get()));
        break;
      default:
        break;
    }
  }
}

void tell_stats(GstElement* transcribe) {
  GstStructure* taken = nullptr;
  g_object_get(transcribe, "stats", &taken, nullptr);
  Structure stats(taken);
  guint connections = 0;
  gst_structure_get_uint(stats.get(), "connections", &connections);
  std::fprintf(stderr,
               "%" G_GUINT64_FORMAT " words in %" G_GUINT64_FORMAT
               " results, %.1f s of audio on %u connection(s)\n",
               number(stats.get(), "words"), number(stats.get(), "finals"),
               seconds(number(stats.get(), "audio-sent")), connections);
}

int fail(GError* error) {
  std::fprintf(stderr, "%s\n", error->message);
  g_error_free(error);
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  if (argc < 2 || argc > 3 || argv[1][0] == '-') {
    std::fprintf(stderr, "Usage: %s FILE|URL [URL OF THE SERVICE]\n", argv[0]);
    return 2;
  }
  GError* error = nullptr;
  Element pipeline(gst_parse_launch(kPipeline, &error));
  if (error) return fail(error);
  char* uri = gst_uri_is_valid(argv[1]) ? g_strdup(argv[1]) : gst_filename_to_uri(argv[1], &error);
  if (error) return fail(error);
  auto find = [&](const char* name) {
    return Element(gst_bin_get_by_name(GST_BIN(pipeline.get()), name));
  };
  Element transcribe = find("transcribe");
  g_object_set(find("file").get(), "uri", uri, nullptr);
  g_free(uri);
  if (argc > 2) g_object_set(transcribe.get(), "url", argv[2], nullptr);
  g_signal_connect(find("text").get(), "handoff", G_CALLBACK(show_caption), nullptr);

  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  bool good = run(pipeline.get());
  tell_stats(transcribe.get());
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  return good ? 0 : 1;
}
