// SPDX-License-Identifier: LGPL-2.1-or-later
// Tells ThreadSanitizer what GLib's locks order, and the reference counts of GObject and GStreamer.
// They are not built with it, and made of atomics and futexes that it does not see. Preloaded by
// `meson test --setup=tsan`.

#include <dlfcn.h>

#include <glib-object.h>
#include <gst/gst.h>

// Not there in programs that are not instrumented.
extern "C" void __tsan_acquire(void* address) __attribute__((weak));
extern "C" void __tsan_release(void* address) __attribute__((weak));

namespace {

void acquire(void* lock) {
  if (__tsan_acquire) __tsan_acquire(lock);
}

void release(void* lock) {
  if (__tsan_release) __tsan_release(lock);
}

// The function of that name that this one hides.
template <class Function>
Function* hidden(Function*, const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

#define HIDDEN(function) static auto* real = hidden(&function, #function)

extern "C" {

void g_mutex_lock(GMutex* mutex) {
  HIDDEN(g_mutex_lock);
  real(mutex);
  acquire(mutex);
}

gboolean g_mutex_trylock(GMutex* mutex) {
  HIDDEN(g_mutex_trylock);
  gboolean locked = real(mutex);
  if (locked) acquire(mutex);
  return locked;
}

void g_mutex_unlock(GMutex* mutex) {
  HIDDEN(g_mutex_unlock);
  release(mutex);
  real(mutex);
}

void g_rec_mutex_lock(GRecMutex* mutex) {
  HIDDEN(g_rec_mutex_lock);
  real(mutex);
  acquire(mutex);
}

gboolean g_rec_mutex_trylock(GRecMutex* mutex) {
  HIDDEN(g_rec_mutex_trylock);
  gboolean locked = real(mutex);
  if (locked) acquire(mutex);
  return locked;
}

void g_rec_mutex_unlock(GRecMutex* mutex) {
  HIDDEN(g_rec_mutex_unlock);
  release(mutex);
  real(mutex);
}

void g_cond_wait(GCond* cond, GMutex* mutex) {
  HIDDEN(g_cond_wait);
  release(mutex);
  real(cond, mutex);
  acquire(mutex);
}

gboolean g_cond_wait_until(GCond* cond, GMutex* mutex, gint64 end) {
  HIDDEN(g_cond_wait_until);
  release(mutex);
  gboolean signalled = real(cond, mutex, end);
  acquire(mutex);
  return signalled;
}

// Whoever gives back the last reference has seen what the others did before they gave back theirs.
void g_object_unref(gpointer object) {
  HIDDEN(g_object_unref);
  release(object);
  acquire(object);
  real(object);
}

// Of buffers that a tee gave to two threads.
void gst_mini_object_unref(GstMiniObject* object) {
  HIDDEN(gst_mini_object_unref);
  release(object);
  acquire(object);
  real(object);
}

}  // extern "C"
