// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/gatedstream.h"

// libsoup takes a GIOStream whose input is pollable, so that is what these two types are: an input
// whose sources lose the socket's own source while the gate is shut, and a stream that has it.

struct DgGatedInput {
  GFilterInputStream parent;
  GSource* source;  // the one that libsoup waits on
  GSource* child;   // the socket's, while the gate is open
  gboolean shut;
};
struct DgGatedInputClass {
  GFilterInputStreamClass parent_class;
};
struct DgGatedStream {
  GIOStream parent;
  GIOStream* base;
  DgGatedInput* input;
};
struct DgGatedStreamClass {
  GIOStreamClass parent_class;
};

namespace {

GType dg_gated_input_get_type();
GType dg_gated_stream_get_type();

DgGatedInput* input_of(gpointer object) {
  return static_cast<DgGatedInput*>(object);
}

GPollableInputStream* base_of(DgGatedInput* input) {
  return G_POLLABLE_INPUT_STREAM(input->parent.base_stream);
}

void connect(DgGatedInput* input) {
  if (!input->source || input->child || input->shut) return;
  if (g_source_is_destroyed(input->source)) return;  // the reader has gone
  input->child = g_pollable_input_stream_create_source(base_of(input), nullptr);
  g_source_set_dummy_callback(input->child);
  g_source_add_child_source(input->source, input->child);
}

void disconnect(DgGatedInput* input) {
  if (!input->child) return;
  if (!g_source_is_destroyed(input->source))
    g_source_remove_child_source(input->source, input->child);
  g_clear_pointer(&input->child, g_source_unref);
}

// The source refers to the stream, so the stream must let go of it before either can end.
void forget(DgGatedInput* input) {
  disconnect(input);
  g_clear_pointer(&input->source, g_source_unref);
}

gboolean is_readable(GPollableInputStream* stream) {
  DgGatedInput* input = input_of(stream);
  return !input->shut && g_pollable_input_stream_is_readable(base_of(input));
}

GSource* create_source(GPollableInputStream* stream, GCancellable*) {
  DgGatedInput* input = input_of(stream);
  forget(input);
  GSource* source = g_pollable_source_new(G_OBJECT(stream));
  input->source = g_source_ref(source);
  connect(input);
  return source;
}

gssize read_nonblocking(GPollableInputStream* stream, void* to, gsize size, GError** error) {
  DgGatedInput* input = input_of(stream);
  if (!input->shut)
    return g_pollable_input_stream_read_nonblocking(base_of(input), to, size, nullptr, error);
  g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "shut");
  return -1;
}

void pollable_init(gpointer iface, gpointer) {
  auto* pollable = static_cast<GPollableInputStreamInterface*>(iface);
  pollable->is_readable = is_readable;
  pollable->create_source = create_source;
  pollable->read_nonblocking = read_nonblocking;
}

G_DEFINE_TYPE_WITH_CODE(DgGatedInput, dg_gated_input, G_TYPE_FILTER_INPUT_STREAM,
                        G_IMPLEMENT_INTERFACE(G_TYPE_POLLABLE_INPUT_STREAM, pollable_init))

void dg_gated_input_init(DgGatedInput*) {}
void dg_gated_input_class_init(DgGatedInputClass*) {}

DgGatedStream* stream_of(gpointer object) {
  return static_cast<DgGatedStream*>(object);
}

G_DEFINE_TYPE(DgGatedStream, dg_gated_stream, G_TYPE_IO_STREAM)

void dg_gated_stream_init(DgGatedStream*) {}

// GIOStream's own would close on a thread.
void close_async(GIOStream* self, int priority, GCancellable* cancellable,
                 GAsyncReadyCallback callback, gpointer data) noexcept {
  GTask* task = g_task_new(self, cancellable, callback, data);
  auto closed = [](GObject* base, GAsyncResult* result, gpointer closing) noexcept {
    dg::Ptr<GTask> done(static_cast<GTask*>(closing));
    GError* error = nullptr;
    if (g_io_stream_close_finish(G_IO_STREAM(base), result, &error))
      g_task_return_boolean(done.get(), TRUE);
    else
      g_task_return_error(done.get(), error);
  };
  g_io_stream_close_async(stream_of(self)->base, priority, cancellable, closed, task);
}

gboolean close_finish(GIOStream*, GAsyncResult* result, GError** error) noexcept {
  return g_task_propagate_boolean(G_TASK(result), error);
}

void dg_gated_stream_class_init(DgGatedStreamClass* klass) {
  auto* stream = G_IO_STREAM_CLASS(klass);
  stream->get_input_stream = [](GIOStream* self) noexcept {
    return G_INPUT_STREAM(stream_of(self)->input);
  };
  stream->get_output_stream = [](GIOStream* self) noexcept {
    return g_io_stream_get_output_stream(stream_of(self)->base);
  };
  stream->close_fn = [](GIOStream* self, GCancellable* cancellable, GError** error) noexcept {
    return g_io_stream_close(stream_of(self)->base, cancellable, error);
  };
  stream->close_async = close_async;
  stream->close_finish = close_finish;
  G_OBJECT_CLASS(klass)->finalize = [](GObject* self) noexcept {
    g_object_unref(stream_of(self)->input);
    g_object_unref(stream_of(self)->base);
    G_OBJECT_CLASS(dg_gated_stream_parent_class)->finalize(self);
  };
}

}  // namespace

namespace dg::server {

GatedStream::GatedStream(Ptr<GIOStream> base)
    : stream_(static_cast<GIOStream*>(g_object_new(dg_gated_stream_get_type(), nullptr))) {
  DgGatedStream* self = stream_of(stream_.get());
  self->input = static_cast<DgGatedInput*>(g_object_new(dg_gated_input_get_type(), "base-stream",
                                                        g_io_stream_get_input_stream(base.get()),
                                                        "close-base-stream", FALSE, nullptr));
  self->base = base.release();
}

GatedStream::~GatedStream() {
  forget(stream_of(stream_.get())->input);
}

void GatedStream::open() {
  DgGatedInput* input = stream_of(stream_.get())->input;
  input->shut = FALSE;
  connect(input);
}

void GatedStream::shut() {
  DgGatedInput* input = stream_of(stream_.get())->input;
  input->shut = TRUE;
  disconnect(input);
}

}  // namespace dg::server
