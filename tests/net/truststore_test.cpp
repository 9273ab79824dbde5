// SPDX-License-Identifier: LGPL-2.1-or-later
#include "net/truststore.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "net/certificates.h"
#include "net/loop.h"

namespace dg {

// clang-format off
template <> struct Unref<GIOStream>          { void operator()(GIOStream* p) const { g_object_unref(p); } };
template <> struct Unref<GSocketConnectable> { void operator()(GSocketConnectable* p) const { g_object_unref(p); } };
template <> struct Unref<GTlsCertificate>    { void operator()(GTlsCertificate* p) const { g_object_unref(p); } };
// clang-format on

namespace {

using Words = CertificateWords;

constexpr int kFine = 0;
constexpr int kUnknown = G_TLS_CERTIFICATE_UNKNOWN_CA;
constexpr int kOtherHost = G_TLS_CERTIFICATE_BAD_IDENTITY;
constexpr int kTooEarly = G_TLS_CERTIFICATE_NOT_ACTIVATED;
constexpr int kTooLate = G_TLS_CERTIFICATE_EXPIRED;
constexpr int kWeak = G_TLS_CERTIFICATE_INSECURE;
constexpr int kBad = G_TLS_CERTIFICATE_GENERIC_ERROR;

constexpr long kDay = 86400;
constexpr char kNowhere[] = "/dev/null/nothing";

// What both trust.
struct Roots {
  Credential good{[] {
    Words words = Words::authority("root");
    words.usage += ",digitalSignature";
    return words;
  }()};
  Credential expired{[] {
    Words words = Words::authority("expired root");
    words.from = -2 * kDay;
    words.until = -kDay;
    return words;
  }()};
  Credential server{Words{.name = "a server that signed itself"}};
  Credential branch = Credential(Words::authority("nobody")).issue(Words::authority("branch"));
  CertificateFile file{{good, expired, server, branch}};

  Credential intermediate(const std::function<void(Words&)>& change = {}) const {
    Words words = Words::authority("intermediate");
    if (change) change(words);
    return good.issue(words);
  }
};

// What a server has, and what is to be said of it.
struct Case {
  const char* name;
  std::function<GTlsCertificate*(const Roots&)> make;
  int gio, ours;
  const char* host = "captions.example";
};
void PrintTo(const Case& one, std::ostream* out) {
  *out << one.name;
}

std::function<GTlsCertificate*(const Roots&)> leaf(const Words& words) {
  return [words](const Roots& roots) { return roots.good.issue(words).certificate(); };
}

std::function<GTlsCertificate*(const Roots&)> behind(const std::function<void(Words&)>& change,
                                                     const Words& words = {}) {
  return [change, words](const Roots& roots) {
    Credential between = roots.intermediate(change);
    return between.issue(words).certificate({between});
  };
}

std::function<GTlsCertificate*(const Roots&)> behind_many(int count) {
  return [count](const Roots& roots) {
    std::vector<Credential> chain{roots.intermediate()};
    for (int i = 1; i < count; ++i)
      chain.insert(chain.begin(),
                   chain.front().issue(Words::authority("intermediate " + std::to_string(i))));
    return chain.front().issue({}).certificate(chain);
  };
}

const std::vector<Case> kCases{
    // --- the chain
    {"Good", leaf({}), kFine, kFine},
    {"GoodWithAnIntermediate", behind({}), kFine, kFine},
    {"GoodWithTheRoot",
     [](const Roots& roots) {
       Credential between = roots.intermediate();
       return between.issue({}).certificate({between, roots.good});
     },
     kFine, kFine},
    {"GoodWithManyIntermediates", behind_many(5), kFine, kFine},
    {"WithTooManyIntermediates", behind_many(20), kBad, kUnknown | kBad},
    {"WithoutItsIntermediate",
     [](const Roots& roots) { return roots.intermediate().issue({}).certificate(); }, kUnknown,
     kUnknown},
    {"OfAnUnknownRoot",
     [](const Roots&) {
       Credential root(Words::authority("unknown root"));
       return root.issue({}).certificate({root});
     },
     kUnknown, kUnknown},
    {"OfARootThatHasTheNameOfAnother",
     [](const Roots&) { return Credential(Words::authority("root")).issue({}).certificate(); },
     kBad, kBad},
    {"SignedByItself", [](const Roots&) { return Credential(Words{}).certificate(); }, kUnknown,
     kUnknown},
    {"SignedByItselfAndTrusted", [](const Roots& roots) { return roots.server.certificate(); },
     kFine, kFine},
    {"OfATrustedIntermediate",
     [](const Roots& roots) { return roots.branch.issue({}).certificate(); }, kFine, kFine},
    {"TheRootItself", [](const Roots& roots) { return roots.good.certificate(); }, kOtherHost,
     kOtherHost},
    {"Forged", leaf({.forged = true}), kBad, kBad},
    {"OfAForgedIntermediate", behind([](Words& words) { words.forged = true; }), kBad, kBad},
    {"SignedByAServer", behind([](Words& words) { words.constraints = "critical,CA:FALSE"; }),
     kUnknown, kUnknown | kBad},
    {"SignedByAServerThatSaysNothing", behind([](Words& words) { words.constraints = ""; }),
     kUnknown, kUnknown},
    {"SignedByOneWhoMayNotSign",
     behind([](Words& words) { words.usage = "critical,digitalSignature"; }), kBad,
     kUnknown | kBad},
    {"BeyondThePathLength",
     [](const Roots& roots) {
       Credential first = roots.intermediate(
           [](Words& words) { words.constraints = "critical,CA:TRUE,pathlen:0"; });
       Credential second = first.issue(Words::authority("second"));
       return second.issue({}).certificate({second, first});
     },
     kBad, kBad},
    {"OfAPermittedName", behind([](Words& words) { words.permitted = "permitted;DNS:example"; }),
     kFine, kFine},
    {"OfANameThatIsNotPermitted",
     behind([](Words& words) { words.permitted = "permitted;DNS:example.org"; }), kBad, kBad},
    // --- the time
    {"Expired", leaf({.from = -2 * kDay, .until = -kDay}), kTooLate, kTooLate},
    {"NotYetValid", leaf({.from = kDay, .until = 2 * kDay}), kTooEarly, kTooEarly},
    {"OfAnExpiredIntermediate", behind([](Words& words) {
       words.from = -2 * kDay;
       words.until = -kDay;
     }),
     kTooLate, kTooLate},
    {"OfAnExpiredRoot", [](const Roots& roots) { return roots.expired.issue({}).certificate(); },
     kTooLate, kTooLate},
    {"ExpiredAndForAnotherHost",
     leaf({.alternatives = "DNS:example.org", .from = -2 * kDay, .until = -kDay}),
     kTooLate | kOtherHost, kTooLate | kOtherHost},
    // --- the host
    {"ForAnotherHost", leaf({.alternatives = "DNS:example.org"}), kOtherHost, kOtherHost},
    {"ForOneOfSeveral", leaf({.alternatives = "DNS:example.org,DNS:captions.example"}), kFine,
     kFine},
    {"ForTheDomain", leaf({.alternatives = "DNS:example"}), kOtherHost, kOtherHost},
    {"InCapitals", leaf({.alternatives = "DNS:CAPTIONS.Example"}), kFine, kFine},
    {"ForAHostAtTheRoot", leaf({}), kOtherHost, kOtherHost, "captions.example."},
    {"ForAnyName", leaf({}), kOtherHost, kOtherHost, ".example"},
    {"ForAWildcard", leaf({.alternatives = "DNS:*.captions.example"}), kFine, kFine,
     "a.captions.example"},
    {"ForAWildcardOfTheDomain", leaf({.alternatives = "DNS:*.captions.example"}), kOtherHost,
     kOtherHost},
    {"ForAWildcardOneLevelUp", leaf({.alternatives = "DNS:*.captions.example"}), kOtherHost,
     kOtherHost, "b.a.captions.example"},
    {"ForAWildcardOfATopDomain", leaf({.alternatives = "DNS:*.example"}), kOtherHost, kOtherHost},
    {"ForAWildcardInTheMiddle", leaf({.alternatives = "DNS:a.*.example"}), kOtherHost, kOtherHost,
     "a.captions.example"},
    {"ForAWildcardInAWord", leaf({.alternatives = "DNS:a*.captions.example"}), kOtherHost,
     kOtherHost, "ab.captions.example"},
    {"ForAnInternationalName", leaf({.alternatives = "DNS:xn--mnchen-3ya.example"}), kFine, kFine,
     "münchen.example"},
    {"ForAnAddress", leaf({.alternatives = "IP:192.0.2.1"}), kFine, kFine, "192.0.2.1"},
    {"ForAnotherAddress", leaf({.alternatives = "IP:192.0.2.2"}), kOtherHost, kOtherHost,
     "192.0.2.1"},
    {"ForAnAddressAsAName", leaf({.alternatives = "DNS:192.0.2.1"}), kOtherHost, kOtherHost,
     "192.0.2.1"},
    {"ForAnAddressAsAWildcard", leaf({.alternatives = "DNS:*.0.2.1"}), kOtherHost, kOtherHost,
     "192.0.2.1"},
    {"ForACommonNameOnly", leaf({.name = "captions.example", .alternatives = ""}), kFine,
     kOtherHost},
    {"ForACommonNameBesideAnother",
     leaf({.name = "captions.example", .alternatives = "DNS:example.org"}), kOtherHost, kOtherHost},
    // --- the purpose, and how strong it is
    {"ForClients", leaf({.purpose = "clientAuth"}), kFine, kBad},
    {"ForAnyPurpose", leaf({.purpose = ""}), kFine, kFine},
    {"OfAnIntermediateForClients", behind([](Words& words) { words.purpose = "clientAuth"; }),
     kFine, kBad},
    {"WithAShortKey", leaf({.key = Words::Key::Rsa1024}), kFine, kWeak},
    {"OfAnIntermediateWithAShortKey", behind([](Words& words) { words.key = Words::Key::Rsa1024; }),
     kFine, kWeak},
    {"SignedWithSha1", leaf({.digest = "SHA1"}), kWeak, kWeak},
    {"OfAnIntermediateSignedWithSha1", behind([](Words& words) { words.digest = "SHA1"; }), kWeak,
     kWeak},
    {"SignedWithMd5",
     [](const Roots& roots) {
       Credential between =
           roots.intermediate([](Words& words) { words.key = Words::Key::Rsa1024; });
       return between.issue({.digest = "MD5"}).certificate({between});
     },
     kWeak, kWeak},
    {"ThatNeedsAStapledAnswer", leaf({.features = "status_request"}), kBad, kBad},
};

std::string text_of(int flags) {
  if (flags == kFine) return "fine";
  Ptr<char> text(g_flags_to_string(G_TYPE_TLS_CERTIFICATE_FLAGS, static_cast<guint>(flags)));
  return text.get();
}

// TLS over a pair of sockets; gives what the client thinks of the server's certificate.
class Handshake {
 public:
  int operator()(GTlsDatabase* database, GTlsCertificate* certificate, const char* host) {
    auto [near, far] = streams();
    Ptr<GIOStream> server(g_tls_server_connection_new(far.get(), certificate, nullptr));
    Ptr<GSocketConnectable> identity(g_network_address_new(host, 443));
    Ptr<GIOStream> client(g_tls_client_connection_new(near.get(), identity.get(), nullptr));
    auto* connection = G_TLS_CONNECTION(client.get());
    g_tls_connection_set_database(connection, database);
    int found = kFine, done = 0;
    auto on_certificate =
        +[](GTlsConnection*, GTlsCertificate*, int flags, gpointer to) -> gboolean {
      *static_cast<int*>(to) = flags;
      return TRUE;
    };
    g_signal_connect(connection, "accept-certificate", G_CALLBACK(on_certificate), &found);
    shake(connection, done);
    shake(G_TLS_CONNECTION(server.get()), done);
    EXPECT_TRUE(loop_.run_until([&] { return done == 2; }));
    return found;
  }

 private:
  static std::pair<Ptr<GIOStream>, Ptr<GIOStream>> streams() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    auto stream = [](int end) {
      GSocket* socket = g_socket_new_from_fd(end, nullptr);
      GSocketConnection* connection = g_socket_connection_factory_create_connection(socket);
      g_object_unref(socket);
      return Ptr<GIOStream>(G_IO_STREAM(connection));
    };
    return {stream(ends[0]), stream(ends[1])};
  }
  static void shake(GTlsConnection* connection, int& done) {
    auto on_done = +[](GObject* of, GAsyncResult* result, gpointer to) {
      Ptr<GError> error;
      EXPECT_TRUE(g_tls_connection_handshake_finish(G_TLS_CONNECTION(of), result, Out(error)))
          << error->message;
      ++*static_cast<int*>(to);
    };
    g_tls_connection_handshake_async(connection, G_PRIORITY_DEFAULT, nullptr, on_done, &done);
  }

  Loop loop_;
};

class Matrix : public testing::TestWithParam<Case> {
 protected:
  Roots roots;
  Ptr<GTlsDatabase> gio{g_tls_file_database_new(roots.file.path(), nullptr)};
  Ptr<GTlsDatabase> ours = trust_store(roots.file.path());
};

// Side by side with GIO's own database, in handshakes.
TEST_P(Matrix, IsAsStrictAsGio) {
  const Case& one = GetParam();
  Ptr<GTlsCertificate> certificate(one.make(roots));
  ASSERT_TRUE(certificate && gio && ours);
  Handshake handshake;
  int theirs = handshake(gio.get(), certificate.get(), one.host);
  int found = handshake(ours.get(), certificate.get(), one.host);
  EXPECT_EQ(text_of(theirs), text_of(one.gio));
  EXPECT_EQ(text_of(found), text_of(one.ours));
  EXPECT_TRUE(theirs == kFine || found != kFine) << "GIO refuses it";
}

INSTANTIATE_TEST_SUITE_P(Certificates, Matrix, testing::ValuesIn(kCases),
                         [](const auto& one) { return one.param.name; });

// --- asked directly

int verdict(GTlsDatabase* database, const Credential& server, GSocketConnectable* identity,
            const char* purpose = G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER) {
  Ptr<GTlsCertificate> certificate(server.certificate());
  return g_tls_database_verify_chain(database, certificate.get(), purpose, identity, nullptr,
                                     G_TLS_DATABASE_VERIFY_NONE, nullptr, nullptr);
}

int verdict(GTlsDatabase* database, const Credential& server) {
  Ptr<GSocketConnectable> identity(g_network_address_new("captions.example", 443));
  return verdict(database, server, identity.get());
}

Ptr<GSocketConnectable> socket_address(const char* text) {
  GSocketAddress* address = g_inet_socket_address_new_from_string(text, 443);
  return Ptr<GSocketConnectable>(G_SOCKET_CONNECTABLE(address));
}

class TrustStore : public testing::Test {
 protected:
  Authority authority;
  Ptr<GTlsDatabase> store = trust_store(authority.file());
};

// In no handshake: glib-networking asks for the address as for a name, which servers refuse.
TEST_F(TrustStore, KnowsAllKindsOfIdentity) {
  Credential server =
      authority.root().issue({.alternatives = "DNS:captions.example,IP:2001:db8::1"});
  Ptr<GTlsDatabase> gio(authority.database());
  Ptr<GSocketConnectable> address = socket_address("2001:db8::1");
  Ptr<GSocketConnectable> other = socket_address("2001:db8::2");
  Ptr<GSocketConnectable> written(g_network_address_new("2001:db8:0::1", 443));
  Ptr<GSocketConnectable> service(g_network_service_new("http", "tcp", "captions.example"));
  for (GTlsDatabase* database : {store.get(), gio.get()}) {
    EXPECT_EQ(verdict(database, server, address.get()), kFine);
    EXPECT_EQ(verdict(database, server, other.get()), kOtherHost);
    EXPECT_EQ(verdict(database, server, written.get()), kFine);
    EXPECT_EQ(verdict(database, server, service.get()), kFine);
    EXPECT_EQ(verdict(database, server, nullptr), kFine);
  }
}

TEST_F(TrustStore, IsForClientsOnly) {
  Credential server = authority.root().issue({.purpose = ""});
  EXPECT_EQ(verdict(store.get(), server, nullptr, G_TLS_DATABASE_PURPOSE_AUTHENTICATE_CLIENT),
            kBad);
}

TEST_F(TrustStore, StopsWhenCancelled) {
  Ptr<GTlsCertificate> certificate(authority.issue("DNS:captions.example"));
  Ptr<GCancellable> cancellable(g_cancellable_new());
  g_cancellable_cancel(cancellable.get());
  Ptr<GError> error;
  EXPECT_EQ(g_tls_database_verify_chain(
                store.get(), certificate.get(), G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER, nullptr,
                nullptr, G_TLS_DATABASE_VERIFY_NONE, cancellable.get(), Out(error)),
            kBad);
  EXPECT_TRUE(g_error_matches(error.get(), G_IO_ERROR, G_IO_ERROR_CANCELLED));
}

// The application may use OpenSSL as well.
TEST_F(TrustStore, LeavesNothingInOpensslsQueue) {
  ERR_clear_error();
  EXPECT_EQ(verdict(store.get(), authority.root().issue({.forged = true})), kBad);
  EXPECT_FALSE(trust_store(kNowhere));
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST_F(TrustStore, MayBeAskedByManyThreads) {
  Credential good = authority.root().issue({}), bad = Credential(Words{});
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int round = 0; round < 25; ++round) {
        EXPECT_EQ(verdict(store.get(), good), kFine);
        EXPECT_EQ(verdict(store.get(), bad), kUnknown);
      }
    });
  for (std::thread& thread : threads) thread.join();
}

TEST_F(TrustStore, NeedsACertificate) {
  CertificateFile empty({});
  EXPECT_FALSE(trust_store(empty.path()));
  EXPECT_FALSE(trust_store(kNowhere));
}

// --- that of the system

// Where OpenSSL looks, as long as it lives.
class Places {
 public:
  Places(const char* file, const char* folder) {
    g_setenv("SSL_CERT_FILE", file, TRUE);
    g_setenv("SSL_CERT_DIR", folder, TRUE);
  }
  ~Places() {
    g_unsetenv("SSL_CERT_FILE");
    g_unsetenv("SSL_CERT_DIR");
  }
  Places(const Places&) = delete;
  Places& operator=(const Places&) = delete;
};

// The name that OpenSSL looks for.
std::string hashed_name(const Credential& root) {
  std::string pem = root.pem();
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  char name[16];
  std::snprintf(name, sizeof name, "%08lx.0", X509_subject_name_hash(certificate));
  X509_free(certificate);
  return name;
}

TEST_F(TrustStore, TrustsTheFileOfTheEnvironment) {
  Places places(authority.file(), kNowhere);
  Ptr<GTlsDatabase> system = make_system_trust_store();
  ASSERT_TRUE(system);
  EXPECT_EQ(verdict(system.get(), authority.root().issue({})), kFine);
  EXPECT_EQ(verdict(system.get(), Credential(Words{})), kUnknown);
}

TEST_F(TrustStore, TrustsTheFolderOfTheEnvironment) {
  char folder[] = "/tmp/gst-deepgram-XXXXXX";
  ASSERT_TRUE(g_mkdtemp(folder));
  std::ofstream(std::filesystem::path(folder) / hashed_name(authority.root()))
      << authority.root().pem();
  {
    Places places(kNowhere, folder);
    Ptr<GTlsDatabase> system = make_system_trust_store();
    ASSERT_TRUE(system);
    EXPECT_EQ(verdict(system.get(), authority.root().issue({})), kFine);
    EXPECT_EQ(verdict(system.get(), Credential(Words{})), kUnknown);
  }
  std::filesystem::remove_all(folder);
}

TEST_F(TrustStore, IsNoneWithoutRoots) {
  Places places(kNowhere, "/dev/null/none:/dev/null/nowhere");
  EXPECT_FALSE(make_system_trust_store());
}

TEST_F(TrustStore, TrustsNobodyWhomTheSystemDoesNot) {
  GTlsDatabase* system = system_trust_store();
  ASSERT_TRUE(system) << "is the package ca-certificates installed?";
  EXPECT_EQ(system, system_trust_store());
  EXPECT_EQ(verdict(system, authority.root().issue({})), kUnknown);
}

}  // namespace
}  // namespace dg
