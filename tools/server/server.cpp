// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/server.h"

#include <deque>
#include <functional>
#include <future>
#include <thread>
#include <utility>

#include "base/mutex.h"
#include "server/journal.h"
#include "server/service.h"

namespace dg::server {

// The thread, its loop, and the service that lives on it.
class Server::Thread {
 public:
  // Does it on the thread, and waits.
  template <class Task>
  auto call(Task task) {
    std::packaged_task<decltype(task())()> packaged(std::move(task));
    auto done = packaged.get_future();
    {
      Lock lock(mutex_);
      errands_.push_back([&] { packaged(); });
    }
    auto invoke = [](gpointer thread) -> gboolean {
      static_cast<Thread*>(thread)->run_errand();
      return G_SOURCE_REMOVE;
    };
    // g_main_context_invoke() would do it here while the thread has not begun.
    Ptr<GSource> source(g_idle_source_new());
    g_source_set_priority(source.get(), G_PRIORITY_DEFAULT);
    g_source_set_callback(source.get(), invoke, this, nullptr);
    g_source_attach(source.get(), context_.get());
    return done.get();
  }

  Thread()
      : context_(g_main_context_new()),
        loop_(g_main_loop_new(context_.get(), FALSE)),
        thread_([this] { run(); }) {}

  ~Thread() {
    call([this] {
      service_.reset();
      g_main_loop_quit(loop_.get());
    });
    thread_.join();
  }

  std::optional<Error> start(ServerOptions options) {
    return call([&]() -> std::optional<Error> {
      auto made = Service::make(context_.get(), std::move(options), journal);
      if (!made) return made.error();
      service_ = std::move(*made);
      url = service_->url();
      authority = service_->authority();
      return std::nullopt;
    });
  }

  Service& service() { return *service_; }

  Journal journal;
  std::string url, authority;  // set by start()

 private:
  void run() {
    g_main_context_push_thread_default(context_.get());
    g_main_loop_run(loop_.get());
    // libsoup finishes what it has begun to close.
    while (g_main_context_iteration(context_.get(), FALSE)) continue;
    g_main_context_pop_thread_default(context_.get());
  }

  void run_errand() {
    std::function<void()> errand;
    {
      Lock lock(mutex_);
      errand = std::move(errands_.front());
      errands_.pop_front();
    }
    errand();
  }

  Mutex mutex_;
  std::deque<std::function<void()>> errands_ DG_GUARDED_BY(mutex_);
  Ptr<GMainContext> context_;
  Ptr<GMainLoop> loop_;
  std::unique_ptr<Service> service_;
  std::thread thread_;
};

Result<std::unique_ptr<Server>> Server::start(ServerOptions options) {
  auto thread = std::make_unique<Thread>();
  if (auto error = thread->start(std::move(options))) return *error;
  return std::unique_ptr<Server>(new Server(std::move(thread)));
}

Server::Server(std::unique_ptr<Thread> thread) : thread_(std::move(thread)) {}
Server::~Server() = default;

const std::string& Server::url() const {
  return thread_->url;
}

const std::string& Server::authority() const {
  return thread_->authority;
}

std::vector<Seen> Server::requests() const {
  return thread_->journal.copy();
}

bool Server::wait(const std::function<bool(const std::vector<Seen>&)>& condition,
                  Nanos limit) const {
  return thread_->journal.wait(condition, limit);
}

std::optional<Error> Server::set_options(ServerOptions options) {
  return thread_->call([&] { return thread_->service().set_options(std::move(options)); });
}

void Server::act(std::size_t request, Action action) {
  thread_->call([&] { thread_->service().act(request, action); });
}

void Server::act(Action action) {
  thread_->call([&] { thread_->service().act_on_all(action); });
}

}  // namespace dg::server
