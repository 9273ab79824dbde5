// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/stubresolver.h"

G_DECLARE_FINAL_TYPE(StubResolverObject, stub_resolver_object, STUB, RESOLVER_OBJECT, GResolver)

struct _StubResolverObject {
  GResolver parent;
  int error;
};

G_DEFINE_TYPE(StubResolverObject, stub_resolver_object, G_TYPE_RESOLVER)

static void stub_resolver_object_init(StubResolverObject*) {}

static void lookup_async(GResolver* self, const gchar* name, GResolverNameLookupFlags,
                         GCancellable* cancellable, GAsyncReadyCallback callback, gpointer data) {
  GTask* task = g_task_new(self, cancellable, callback, data);
  int error = STUB_RESOLVER_OBJECT(self)->error;
  g_task_return_new_error(task, G_RESOLVER_ERROR, error, "cannot resolve %s", name);
  g_object_unref(task);
}

static GList* lookup_finish(GResolver*, GAsyncResult* result, GError** error) {
  return static_cast<GList*>(g_task_propagate_pointer(G_TASK(result), error));
}

static void stub_resolver_object_class_init(StubResolverObjectClass* klass) {
  auto* resolver = G_RESOLVER_CLASS(klass);
  resolver->lookup_by_name_with_flags_async = lookup_async;
  resolver->lookup_by_name_with_flags_finish = lookup_finish;
  resolver->lookup_by_name_async = [](GResolver* self, const gchar* name, GCancellable* cancellable,
                                      GAsyncReadyCallback callback, gpointer data) {
    lookup_async(self, name, G_RESOLVER_NAME_LOOKUP_FLAGS_DEFAULT, cancellable, callback, data);
  };
  resolver->lookup_by_name_finish = lookup_finish;
}

namespace dg {

StubResolver::StubResolver(GResolverError error) : before_(g_resolver_get_default()) {
  auto* stub =
      static_cast<StubResolverObject*>(g_object_new(stub_resolver_object_get_type(), nullptr));
  stub->error = error;
  g_resolver_set_default(G_RESOLVER(stub));
  g_object_unref(stub);
}

StubResolver::~StubResolver() {
  g_resolver_set_default(before_);
  g_object_unref(before_);
}

}  // namespace dg
