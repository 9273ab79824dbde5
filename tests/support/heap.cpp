// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/heap.h"

#include <atomic>
#include <cstdlib>
#include <malloc.h>
#include <new>

namespace {

std::atomic<std::int64_t> live{0};

}  // namespace

namespace dg {

std::int64_t live_heap() {
  return live;
}

}  // namespace dg

// The other forms of both call these.
void* operator new(std::size_t size) {
  void* memory = std::malloc(size > 0 ? size : 1);
  if (!memory) std::abort();
  live += static_cast<std::int64_t>(malloc_usable_size(memory));
  return memory;
}

void operator delete(void* memory) noexcept {
  if (memory) live -= static_cast<std::int64_t>(malloc_usable_size(memory));
  std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}
