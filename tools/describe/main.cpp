// SPDX-License-Identifier: LGPL-2.1-or-later
// Prints the reference of elements: docs/properties.md is made with it.
#include <cstdio>
#include <optional>
#include <string>

#include <gst/gst.h>

#include "base/result.h"
#include "describe/describe.h"
#include "describe/page.h"
#include "plugin/ptr.h"

namespace dg {
template <>
struct Unref<GOptionContext> {
  void operator()(GOptionContext* p) const { g_option_context_free(p); }
};

namespace {

// What the command line asks for.
struct Request {
  Ptr<char> template_path, output_path, check_path;
  Ptr<char*> elements;
};

Result<Request> parse(int* argc, char*** argv) {
  Request request;
  Ptr<GError> error;
  char *from = nullptr, *to = nullptr, *check = nullptr, **elements = nullptr;
  const GOptionEntry entries[] = {
      {"template", 't', 0, G_OPTION_ARG_FILENAME, &from,
       "Text with a line \"<!-- elements -->\" where the elements go", "FILE"},
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &to, "File to write instead of the terminal",
       "FILE"},
      {"check", 'c', 0, G_OPTION_ARG_FILENAME, &check,
       "Write nothing; fail unless this file is what would be written", "FILE"},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &elements, nullptr, "ELEMENT…"},
      {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr}};
  Ptr<GOptionContext> context(g_option_context_new("- print the reference of elements"));
  g_option_context_add_main_entries(context.get(), entries, nullptr);
  g_option_context_add_group(context.get(), gst_init_get_option_group());
  bool parsed = g_option_context_parse(context.get(), argc, argv, Out(error));
  request.template_path.reset(from);
  request.output_path.reset(to);
  request.check_path.reset(check);
  request.elements.reset(elements);
  if (!parsed) return Error{error->message};
  return request;
}

Result<std::string> contents_of(const char* path) {
  Ptr<char> text;
  Ptr<GError> error;
  gsize size = 0;
  if (!g_file_get_contents(path, Out(text), &size, Out(error))) return Error{error->message};
  return std::string(text.get(), size);
}

Result<std::string> elements_text(const Request& request) {
  std::string text;
  for (char** name = request.elements.get(); name && *name; ++name) {
    Result<std::string> element = describe_element(*name);
    if (!element) return element.error();
    text += (text.empty() ? "" : "\n") + *element;
  }
  return text;
}

Result<std::string> page(const Request& request) {
  Result<std::string> elements = elements_text(request);
  if (!elements || !request.template_path) return elements;
  Result<std::string> text = contents_of(request.template_path.get());
  if (!text) return text;
  Result<std::string> page = fill_in(*text, *elements);
  if (!page) return Error{std::string(request.template_path.get()) + ": " + page.error().text};
  return page;
}

int complain(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
  return 1;
}

int check(const std::string& page, const char* path) {
  Result<std::string> text = contents_of(path);
  if (!text) return complain(text.error().text);
  std::optional<int> line = first_difference(*text, page);
  if (!line) return 0;
  return complain(std::string(path) + ":" + std::to_string(*line) +
                  ": is not what the elements say; run: meson compile update-docs");
}

int write(const std::string& page, const char* path) {
  Ptr<GError> error;
  if (!g_file_set_contents(path, page.data(), static_cast<gssize>(page.size()), Out(error)))
    return complain(error->message);
  return 0;
}

int run(int* argc, char*** argv) {
  Result<Request> request = parse(argc, argv);
  if (!request) return complain(request.error().text);
  Result<std::string> text = page(*request);
  if (!text) return complain(text.error().text);
  if (request->check_path) return check(*text, request->check_path.get());
  if (request->output_path) return write(*text, request->output_path.get());
  std::fputs(text->c_str(), stdout);
  return 0;
}

}  // namespace
}  // namespace dg

int main(int argc, char** argv) {
  gst_registry_fork_set_enabled(FALSE);  // the scanner process cannot load a sanitized plugin
  int status = dg::run(&argc, &argv);
  if (gst_is_initialized()) gst_deinit();
  return status;
}
