// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/backlog.h"

#include <algorithm>

namespace dg {
namespace {

constexpr Nanos kLongestPiece = std::chrono::seconds(1);

}  // namespace

// A piece is let go as a whole, so that a long one, which may be a whole file, is held in parts.
void Backlog::append(Piece piece) {
  std::int64_t samples = piece.format.samples_in(piece.bytes);
  std::int64_t most = piece.format.samples_in(kLongestPiece);
  if (piece.format.is_packets() || samples <= most) return hold(std::move(piece), samples);
  auto size = piece.format.bytes_per_sample();
  std::span<const std::byte> left = piece.bytes;
  for (std::int64_t at = 0; at < samples; at += most) {
    auto bytes = left.first(std::min(left.size(), static_cast<std::size_t>(most) * size));
    left = left.subspan(bytes.size());
    Nanos pts = piece.pts + piece.format.duration_of(at);
    hold({pts, piece.format, {bytes.begin(), bytes.end()}, piece.filled},
         std::min(most, samples - at));
  }
}

void Backlog::hold(Piece piece, std::int64_t samples) {
  if (samples == 0) return;
  if (stretches_.empty() || stretches_.back().format != piece.format)
    stretches_.push_back({end_, piece.format});
  if (!piece.filled) {
    ledger_.received += samples;
    ledger_.pending += samples;
  }
  pieces_.push_back({end_, samples, std::move(piece)});
  end_ += samples;
}

std::int64_t Backlog::Held::part(std::int64_t from_here, std::int64_t most) const {
  return piece.format.is_packets() ? samples : std::min(most, samples - from_here);
}

void Backlog::count_gated(std::int64_t samples) {
  ledger_.received += samples;
  ledger_.gated += samples;
}

Position Backlog::cursor() const {
  return all_written() ? end_ : pieces_[next_].from + offset_;
}

std::int64_t Backlog::ahead_before(Position position) const {
  Position from = cursor();
  std::int64_t samples = std::max<std::int64_t>(position - from, 0);
  for (const Span& span : dropped_)
    samples -=
        std::max<std::int64_t>(std::min(span.second, position) - std::max(span.first, from), 0);
  return samples;
}

std::optional<Backlog::Slice> Backlog::ahead(std::int64_t most) const {
  if (all_written()) return std::nullopt;
  const Held& held = pieces_[next_];
  std::int64_t samples = held.part(offset_, most);
  std::size_t size = held.piece.format.bytes_per_sample();
  auto bytes = std::span(held.piece.bytes);
  if (!held.piece.format.is_packets())
    bytes = bytes.subspan(static_cast<std::size_t>(offset_) * size,
                          static_cast<std::size_t>(samples) * size);
  return Slice{held.from + offset_, held.piece.pts + held.piece.format.duration_of(offset_),
               held.piece.format, bytes, samples};
}

// Moves the cursor on inside the current piece.
void Backlog::pass(std::int64_t samples) {
  offset_ += samples;
  if (offset_ < pieces_[next_].samples) return;
  ++next_;
  offset_ = 0;
}

void Backlog::written(std::int64_t samples) {
  const Held& held = pieces_[next_];
  Position from = held.from + offset_;
  std::int64_t again = std::clamp<std::int64_t>(high_water_ - from, 0, samples);
  ledger_.replayed += again;
  if (held.piece.filled) {
    ledger_.filled += samples - again;
  } else {
    ledger_.sent += samples - again;
    ledger_.pending -= samples - again;
  }
  high_water_ = std::max(high_water_, from + samples);
  behind_ += samples;
  pass(samples);
}

void Backlog::rewind(Position position) {
  Position old = cursor();
  next_ = 0;
  offset_ = 0;
  while (next_ < pieces_.size() && pieces_[next_].from + pieces_[next_].samples <= position)
    ++next_;
  bool inside = !all_written() && !pieces_[next_].piece.format.is_packets();
  if (inside) offset_ = std::max<std::int64_t>(position - pieces_[next_].from, 0);
  behind_ = 0;
  for (std::size_t i = 0; i < next_; ++i) behind_ += pieces_[i].samples;
  behind_ += offset_;
  drop_span(std::min(position, old), std::min(cursor(), old));  // forgotten, so never sent again
}

void Backlog::settle(Position position) {
  while (next_ > 0 && pieces_.front().from + pieces_.front().samples <= position) {
    behind_ -= pieces_.front().samples;
    pieces_.pop_front();
    --next_;
  }
  while (!dropped_.empty() && dropped_.front().second <= position) dropped_.pop_front();
  Position oldest = std::min(high_water_, pieces_.empty() ? end_ : pieces_.front().from);
  while (stretches_.size() > 1 && stretches_[1].from <= oldest) stretches_.pop_front();
}

void Backlog::bound_written(Nanos keep) {
  while (next_ > 0 && unsettled_written() > keep) {
    behind_ -= pieces_.front().samples;
    ledger_.unprotected += pieces_.front().samples;
    pieces_.pop_front();
    --next_;
  }
}

// The piece that begins at `position`, which is the cursor or lies behind it; makes one, if need
// be. In packets neither lies inside of one.
std::size_t Backlog::piece_at(Position position) {
  std::size_t index = next_;
  while (index < pieces_.size() && pieces_[index].from + pieces_[index].samples <= position)
    ++index;
  if (index == pieces_.size() || pieces_[index].from >= position) return index;
  Held& held = pieces_[index];
  std::int64_t samples = position - held.from;
  Held rest = held;
  trim_front(rest, samples);
  held.piece.bytes.resize(static_cast<std::size_t>(samples) * held.piece.format.bytes_per_sample());
  held.samples = samples;
  bool at_cursor = index == next_ && offset_ == samples;
  pieces_.insert(pieces_.begin() + static_cast<std::ptrdiff_t>(++index), std::move(rest));
  if (!at_cursor) return index;
  next_ = index;
  offset_ = 0;
  return index;
}

void Backlog::trim_front(Held& held, std::int64_t samples) {
  auto size = static_cast<std::ptrdiff_t>(held.piece.format.bytes_per_sample());
  auto& bytes = held.piece.bytes;
  bytes.erase(bytes.begin(), bytes.begin() + samples * size);
  held.piece.pts += held.piece.format.duration_of(samples);
  held.from += samples;
  held.samples -= samples;
}

std::optional<std::pair<Nanos, Nanos>> Backlog::drop_oldest(Nanos keep) {
  return drop(high_water_, std::max<std::int64_t>(end_ - high_water_ - last_within(keep), 0));
}

void Backlog::drop_unwritten() {
  while (drop(cursor(), ahead_before(end_))) continue;
}

std::optional<std::pair<Nanos, Nanos>> Backlog::drop(Position from, std::int64_t samples) {
  std::optional<std::pair<Nanos, Nanos>> lost;
  for (std::size_t index = piece_at(from); samples > 0;) {
    const Held& held = pieces_[index];
    if (lost && held.piece.pts < lost->second - kJitter) break;
    std::int64_t part = held.part(0, samples);
    Nanos end = held.piece.pts + held.piece.format.duration_of(part);
    lost = {lost ? lost->first : held.piece.pts, end};
    drop_front(index, part);
    samples -= part;
  }
  return lost;
}

void Backlog::drop_front(std::size_t index, std::int64_t samples) {
  Held& held = pieces_[index];
  Position from = held.from, to = from + samples;
  std::int64_t again = std::clamp<std::int64_t>(high_water_ - from, 0, samples);
  if (!held.piece.filled) {
    ledger_.dropped += samples - again;
    ledger_.pending -= samples - again;
  }
  high_water_ = std::max(high_water_, to);
  drop_span(from, to);
  if (samples == held.samples)
    pieces_.erase(pieces_.begin() + static_cast<std::ptrdiff_t>(index));
  else
    trim_front(held, samples);
}

void Backlog::drop_span(Position from, Position to) {
  if (from >= to) return;
  auto first = std::find_if(dropped_.begin(), dropped_.end(),
                            [&](const Span& span) { return span.second >= from; });
  auto last = first;
  for (; last != dropped_.end() && last->first <= to; ++last) {
    from = std::min(from, last->first);
    to = std::max(to, last->second);
  }
  dropped_.insert(dropped_.erase(first, last), {from, to});
}

Position Backlog::after_dropped(Position position) const {
  for (const Span& span : dropped_)
    if (span.first <= position && position < span.second) position = span.second;
  return position;
}

Nanos Backlog::unsent() const {
  return duration_of(end_ - high_water_, end_);
}

Nanos Backlog::unsettled_written() const {
  return duration_of(behind_, cursor());
}

// How long the last `samples` before a position are.
Nanos Backlog::duration_of(std::int64_t samples, Position before) const {
  Nanos time{};
  for (auto last = stretches_.rbegin(); last != stretches_.rend() && samples > 0; ++last) {
    std::int64_t part = std::clamp<std::int64_t>(before - last->from, 0, samples);
    time += last->format.duration_of(part);
    samples -= part;
    before -= part;
  }
  return time;
}

// How many samples at the end are no longer than that.
std::int64_t Backlog::last_within(Nanos time) const {
  Position from = end_;
  for (auto last = stretches_.rbegin(); last != stretches_.rend() && time > Nanos(0); ++last) {
    Nanos all = last->format.duration_of(from - last->from);
    from = time < all ? from - last->format.samples_in(time) : last->from;
    time -= all;
  }
  return end_ - from;
}

}  // namespace dg
