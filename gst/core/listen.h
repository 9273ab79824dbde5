// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>

#include "base/result.h"
#include "core/option.h"

namespace dg {

inline constexpr const char* kCallbackMethods[] = {"default", "POST", "PUT", "GET", "DELETE"};
inline constexpr const char* kDiarizeModels[] = {"default", "latest", "v1"};

// The parameters of /v1/listen. To support one more, add a row: its property, its part of the
// query, its documentation and its tests follow. The caps decide encoding, sample_rate and
// channels, so these have no row.
// https://developers.deepgram.com/reference/speech-to-text/listen-streaming
inline constexpr OptionSpec kListenOptions[] = {
    {"model", Text{"nova-3"},
     "Model that transcribes the audio, such as nova-3 or nova-2-phonecall "
     "(developers.deepgram.com/docs/model)"},
    {"language", Text{},
     "Language of the audio, a BCP-47 tag such as en-US, or \"multi\" for several (nova-2 and "
     "nova-3 models only); empty = the model's own, mostly en "
     "(developers.deepgram.com/docs/language)"},
    {"version", Text{},
     "Version of the model: \"latest\" or a version's id; empty = latest "
     "(developers.deepgram.com/docs/version)"},
    {"punctuate", Flag{true},
     "Add punctuation and capitals (developers.deepgram.com/docs/punctuation)"},
    {"smart_format", Flag{},
     "Format numbers, dates, addresses and the like for reading; may hold a final back for up to "
     "3 s (developers.deepgram.com/docs/smart-format)"},
    {"numerals", Flag{}, "Write numbers as digits (developers.deepgram.com/docs/numerals)", true},
    {"dictation", Flag{},
     "Turn spoken commands such as \"comma\" into punctuation; needs punctuate "
     "(developers.deepgram.com/docs/dictation)"},
    {"profanity_filter", Flag{},
     "Replace profanity with asterisks (developers.deepgram.com/docs/profanity-filter)"},
    {"redact", List{},
     "Kinds of information to redact: true, pci, pii, phi, numbers, aggressive_numbers, ssn, or "
     "the "
     "name of a kind of entity "
     "(developers.deepgram.com/docs/redaction)"},
    {"diarize", Flag{},
     "Tell the speakers apart; speaker numbers start anew on each connection. Deepgram would "
     "rather have diarize-model "
     "(developers.deepgram.com/docs/diarization)"},
    {"diarize_model", Choice{kDiarizeModels},
     "Model that tells the speakers apart, which switches diarization on; default = none but what "
     "diarize asks for "
     "(developers.deepgram.com/docs/diarization)"},
    {"detect_entities", Flag{},
     "Find names, numbers and other entities in final results "
     "(developers.deepgram.com/docs/detect-entities)"},
    {"keyterm", List{.most_words = 500},
     "Words and phrases to listen for, without weights, nova-3 models only; 500 tokens in all, of "
     "which a word is one or more "
     "(developers.deepgram.com/docs/keyterm)"},
    {"keywords", List{.most = 100, .form = Form::Weighted},
     "Words to favour, each as word or word:intensifier, not for nova-3 models, 100 at most "
     "(developers.deepgram.com/docs/keywords)"},
    {"search", List{.most = 50},
     "Terms or phrases to search for, 50 at most; hits are in the result messages "
     "(developers.deepgram.com/docs/search)"},
    {"replace", List{.form = Form::Pair},
     "Terms to replace, each as find:replacement; an empty replacement removes "
     "(developers.deepgram.com/docs/find-and-replace)"},
    {"multichannel", Flag{},
     "Transcribe each channel by itself, of 20 at most "
     "(developers.deepgram.com/docs/multichannel)"},
    {"interim_results", Flag{true},
     "Send results that may still change (developers.deepgram.com/docs/interim-results)"},
    {"endpointing", Count{0, 60000, "false"},
     "Silence that ends speech, in ms, 0 to 60000; 0 = never, -1 = the service's default, 10 ms "
     "(developers.deepgram.com/docs/endpointing)"},
    {"utterance_end_ms", Count{1000, 5000},
     "Gap between words that ends an utterance, in ms, 1000 to 5000; needs interim-results; -1 = "
     "off (developers.deepgram.com/docs/utterance-end)"},
    {"vad_events", Flag{},
     "Send an event when speech starts (developers.deepgram.com/docs/speech-started)"},
    {"no_delay", Flag{},
     "Do not wait for the end of numbers and other entities before a result is final "
     "(developers.deepgram.com/docs/smart-format)"},
    {"filler_words", Flag{}, "Keep \"uh\" and \"um\" (developers.deepgram.com/docs/filler-words)"},
    {"tag", List{.longest_item = 128},
     "Labels for usage reports, 128 characters each at most "
     "(developers.deepgram.com/docs/tagging)"},
    {"extra", List{.longest_item = 2048, .form = Form::Pair},
     "Data to send back with the results, each as key:value, 2048 characters each at most; of one "
     "key the last counts "
     "(developers.deepgram.com/docs/extra-metadata)"},
    {"callback", Text{},
     "URL that the service sends the results to instead, by http, https, ws or wss; ports 80, 443, "
     "8080 and 8443 "
     "(developers.deepgram.com/docs/callback)"},
    {"callback_method", Choice{kCallbackMethods},
     "HTTP method for the callback; default = POST (developers.deepgram.com/docs/callback)"},
    {"mip_opt_out", Flag{},
     "Keep the audio out of the model improvement program "
     "(developers.deepgram.com/docs/the-deepgram-model-improvement-partnership-program)"},
};

// What the service would refuse, in words for the user; nothing if all is well. Of the values by
// themselves: ranges, lengths, counts, forms.
std::optional<Error> check_values(const Options& options);
// Of how the parameters of a whole request go together, wherever they are from.
std::optional<Error> check_together(const Parameters& request);
// Of both.
std::optional<Error> check(const Options& options);

}  // namespace dg
