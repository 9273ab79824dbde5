// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/decoderpool.h"

#include <filesystem>
#include <pocketsphinx.h>
#include <sphinxbase/err.h>
#include <sstream>
#include <utility>

namespace dg::server {
namespace {

std::string folder_of(const std::string& model_dir) {
  return model_dir.empty() ? POCKETSPHINX_MODELS "/en-us" : model_dir;
}

// How much audio the means of the features that the model brings are worth, in frames of 10 ms.
// They are those of another microphone, and PocketSphinx would trust them for five seconds.
constexpr int kTrustInMeans = 50;

std::vector<mfcc_t> means_of_model(ps_decoder_t* decoder, std::size_t size) {
  std::istringstream in(cmd_ln_str_r(ps_get_config(decoder), "-cmninit"));
  std::vector<mfcc_t> means(size);
  for (std::string item; size > 0 && std::getline(in, item, ','); --size)
    means[means.size() - size] = std::strtof(item.c_str(), nullptr);
  return means;
}

// The means move with all that is heard: back to those of the model, so that a decoder knows
// nothing of the streams before.
void start_anew(ps_decoder_t* decoder) {
  ps_start_stream(decoder);
  feat_t* features = ps_get_feat(decoder);
  cmn_t* normalization = features->cmn_struct;
  auto means = means_of_model(decoder, static_cast<std::size_t>(features->cepsize));
  cmn_live_set(normalization, means.data());
  normalization->nframe = kTrustInMeans;
  for (std::size_t i = 0; i < means.size(); ++i)
    normalization->sum[i] = means[i] * static_cast<float>(kTrustInMeans);
}

}  // namespace

void FreeDecoder::operator()(ps_decoder_s* decoder) const {
  ps_free(decoder);
}

std::optional<Error> DecoderPool::check(const std::string& model_dir) {
  std::string folder = folder_of(model_dir);
  for (const char* name : {"/en-us/mdef", "/en-us.lm.bin", "/cmudict-en-us.dict"})
    if (!std::filesystem::exists(folder + name))
      return Error{"PocketSphinx has no model at " + folder + " (" + (name + 1) +
                   " is missing; Debian: pocketsphinx-en-us)"};
  return std::nullopt;
}

DecoderPool::DecoderPool(const std::string& model_dir) : model_dir_(folder_of(model_dir)) {
  err_set_logfp(nullptr);
}

bool DecoderPool::reserve(int count, int most) {
  Lock lock(mutex_);
  if (reserved_ + count > most) return false;
  reserved_ += count;
  return true;
}

void DecoderPool::release(int count) {
  Lock lock(mutex_);
  reserved_ -= count;
}

Decoder DecoderPool::take() {
  Decoder decoder;
  {
    Lock lock(mutex_);
    if (!free_.empty()) {
      decoder = std::move(free_.back());
      free_.pop_back();
    }
  }
  if (!decoder) decoder = load();
  start_anew(decoder.get());
  return decoder;
}

void DecoderPool::give_back(Decoder decoder) {
  Lock lock(mutex_);
  free_.push_back(std::move(decoder));
}

Decoder DecoderPool::load() const {
  std::string hmm = model_dir_ + "/en-us", lm = model_dir_ + "/en-us.lm.bin",
              dict = model_dir_ + "/cmudict-en-us.dict";
  // Without -remove_silence=no every word after the first pause is told 110 ms late.
  cmd_ln_t* config = cmd_ln_init(nullptr, ps_args(), TRUE, "-hmm", hmm.c_str(), "-lm", lm.c_str(),
                                 "-dict", dict.c_str(), "-remove_silence", "no", nullptr);
  Decoder decoder(ps_init(config));
  cmd_ln_free_r(config);
  return decoder;
}

}  // namespace dg::server
