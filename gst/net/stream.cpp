// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/stream.h"

#include <random>
#include <utility>

namespace dg {
namespace {

// How much audio waits between the element and the network thread.
constexpr Nanos kHandOver = std::chrono::seconds(1);

std::size_t weight(const Input& input) {
  auto* audio = std::get_if<Audio>(&input);
  if (!audio) return 0;
  const AudioFormat& format = audio->piece.format;
  return static_cast<std::size_t>(
      format.duration_of(format.samples_in(audio->piece.bytes)).count());
}

}  // namespace

std::unique_ptr<Stream> Stream::begin(Query query, const Limits& limits,
                                      WebSocketFactory make_socket, SessionListener& owner) {
  return std::unique_ptr<Stream>(
      new Stream(std::move(query), limits, std::move(make_socket), owner));
}

Stream::Stream(Query query, const Limits& limits, WebSocketFactory make_socket,
               SessionListener& owner)
    : worker_(Worker::network()),
      make_socket_(std::move(make_socket)),
      input_(static_cast<std::size_t>(kHandOver.count()), weight),
      link_(owner),
      latency_(limits.latency.count()),
      session_(std::move(query), limits, *this, link_, std::random_device{}()) {}

Stream::~Stream() = default;

void Stream::end(std::unique_ptr<Stream> stream) {
  stream->input_.close();
  stream->link_.cut();
  Stream* left = stream.release();
  left->worker_.post([left] { delete left; });
}

bool Stream::push(Input input, Room room) {
  int flush = std::holds_alternative<Flush>(input) ? 1 : 0;
  flushes_ += flush;
  bool taken =
      room == Room::Await ? input_.push(std::move(input)) : input_.push_now(std::move(input));
  if (!taken) flushes_ -= flush;
  if (taken && !awake_.exchange(true)) worker_.post([this] { run(); });
  return taken;
}

bool Stream::await_room() {
  return input_.await_room();
}

void Stream::hurry(bool hurried) {
  input_.hurry(hurried);
}

void Stream::set(bool live, Nanos latency) {
  live_ = live;
  latency_ = latency.count();
}

void Stream::resume() {
  resumed_ = monotonic_now().count();
}

void Stream::run() {
  awake_ = false;
  session_.run();
}

Nanos Stream::now() {
  return monotonic_now();
}

Conditions Stream::conditions() {
  return {live_, Nanos(latency_), Nanos(resumed_)};
}

void Stream::wake_at(Nanos when) {
  if (!alarm_) alarm_ = std::make_unique<Alarm>(worker_.context(), [this] { run(); });
  if (when == kNever)
    alarm_->off();
  else
    alarm_->set(when);
}

std::optional<Input> Stream::next_input() {
  std::optional<Input> input = input_.try_pop();
  if (input && std::holds_alternative<Flush>(*input)) --flushes_;
  return input;
}

bool Stream::has_input() {
  return !input_.empty();
}

bool Stream::has_flush() {
  return flushes_ > 0;
}

std::unique_ptr<WebSocket> Stream::make_socket(const SocketLimits& limits) {
  return make_socket_(limits);
}

DialGate& Stream::gate() {
  return DialGate::process();
}

}  // namespace dg
