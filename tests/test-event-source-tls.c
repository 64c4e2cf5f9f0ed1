/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "http-util.h"
#include "source-util.h"
#include "test-util.h"

/* Against our own server, with certificates made for the time of the test. */

static char *dir;                      /* (owned) */
static GTlsCertificate *certificate;   /* (owned) (nullable): for localhost */

static char *
make_path (const char *name)
{
  return g_build_filename (dir, name, NULL);
}

static GTlsCertificate *
make_certificate (void)
{
  g_autofree char *openssl = g_find_program_in_path ("openssl");
  g_autofree char *cert = make_path ("cert.pem");
  g_autofree char *key = make_path ("key.pem");
  g_autoptr (GSubprocess) process = NULL;

  if (openssl != NULL && g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL, openssl, "req", "-x509",
                                "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                                "-days", "2", "-keyout", key, "-out", cert, NULL);
  if (process == NULL || !g_subprocess_wait_check (process, NULL, NULL))
    return NULL;
  return g_tls_certificate_new_from_files (cert, key, NULL);
}

static void
remove_files (void)
{
  g_autofree char *cert = make_path ("cert.pem");
  g_autofree char *key = make_path ("key.pem");

  g_unlink (cert);
  g_unlink (key);
  g_rmdir (dir);
}

typedef struct
{
  HttpFixture     *http;      /* (owned) */
  EricEventSource *source;    /* (owned) */
  GString         *log;       /* (owned): the messages */
  guint            n_errors;
} Site;

static void
message_cb (Site        *site,
            EricMessage *message)
{
  g_string_append (site->log, eric_message_get_text (message));
}

static void
error_cb (Site *site)
{
  site->n_errors++;
}

static gboolean
site_init (Site       *site,
           const char *host)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autofree char *uri = NULL;
  g_autoptr (GError) error = NULL;
  GSList *uris;

  if (certificate == NULL)
    {
      g_test_skip ("openssl or a TLS backend of GIO is missing");
      return FALSE;
    }
  site->http = http_fixture_new ();
  soup_server_set_tls_certificate (site->http->soup_server, certificate);
  soup_server_listen (site->http->soup_server, address, SOUP_SERVER_LISTEN_HTTPS, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (site->http->soup_server);
  uri = g_strdup_printf ("https://%s:%d/events/news", host, g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  site->source = eric_event_source_new (uri, &error);
  g_assert_no_error (error);
  site->log = g_string_new (NULL);
  g_signal_connect_swapped (site->source, "message", G_CALLBACK (message_cb), site);
  g_signal_connect_swapped (site->source, "error", G_CALLBACK (error_cb), site);
  return TRUE;
}

static void
site_clear (Site *site)
{
  eric_event_source_close (site->source);
  test_wait_until (eric_sse_server_get_n_subscribers (site->http->server) == 0);
  test_finalize (site->source);
  g_string_free (site->log, TRUE);
  http_fixture_free (site->http);
}

static void
trust (Site *site)
{
  g_autofree char *path = make_path ("cert.pem");
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsDatabase) database = g_tls_file_database_new (path, &error);
  g_autoptr (SoupSession) session = soup_session_new ();

  g_assert_no_error (error);
  soup_session_set_tls_database (session, database);
  eric_event_source_set_session (site->source, session);
}

static void
assert_reads (Site *site)
{
  eric_event_source_start (site->source);
  test_wait_until (eric_sse_server_get_n_subscribers (site->http->server) == 1);
  http_broadcast (site->http->news, "one");
  test_wait_until (g_str_equal (site->log->str, "one"));
  g_assert_cmpuint (site->n_errors, ==, 0);
}

static void
test_event_source_tls_good (void)
{
  Site site = { NULL };

  if (!site_init (&site, "localhost"))
    return;
  trust (&site);
  assert_reads (&site);
  site_clear (&site);
}

/* The server would rather speak HTTP/2, of which libsoup does not tell the end. */
static void
test_event_source_tls_version (void)
{
  Site site = { NULL };

  if (!site_init (&site, "localhost"))
    return;
  trust (&site);
  assert_reads (&site);
  g_assert_cmpint (soup_message_get_http_version (eric_event_source_get_http_message (site.source)), ==, SOUP_HTTP_1_1);
  site_clear (&site);
}

/* A forked child that drops the source says no farewell on the connection, which TLS would
 * take for the parent's. */
static void
test_event_source_tls_fork (void)
{
  Site site = { NULL };
  pid_t pid;
  int status = SIGALRM;   /* as of one that has not ended */

  if (!site_init (&site, "localhost"))
    return;
  trust (&site);
  assert_reads (&site);
  /* What the threads of GIO had to do with the handshake is done by then. */
  http_broadcast (site.http->news, "more");
  test_wait_until (g_str_equal (site.log->str, "onemore"));
  /* A thread of GIO may have a lock of GObject just then, which the child waits for in vain. */
  for (guint i = 0; i < 6 && !WIFEXITED (status); i++)
    {
      pid = fork ();
      g_assert_cmpint (pid, >=, 0);
      if (pid == 0)
        {
          alarm (5);
          g_object_run_dispose (G_OBJECT (site.source));
          g_object_unref (site.source);
          test_settle ();
          _exit (0);
        }
      g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
    }
  g_assert_true (WIFEXITED (status));
  http_broadcast (site.http->news, "two");
  test_wait_until (g_str_equal (site.log->str, "onemoretwo"));
  g_assert_cmpuint (site.n_errors, ==, 0);
  site_clear (&site);
}

static void
assert_refused (Site *site)
{
  eric_event_source_start (site->source);
  test_wait_until (site->n_errors > 0);
  g_assert_cmpint (eric_event_source_get_ready_state (site->source), ==, ERIC_READY_STATE_CLOSED);
  g_assert_error (eric_event_source_get_error (site->source), G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
  g_assert_cmpuint (site->n_errors, ==, 1);
  g_assert_cmpuint (site->http->joined->len, ==, 0);
}

static void
test_event_source_tls_unknown (void)
{
  Site site = { NULL };

  if (!site_init (&site, "localhost"))
    return;
  assert_refused (&site);
  site_clear (&site);
}

/* The right certificate, at the wrong name. */
static void
test_event_source_tls_name (void)
{
  Site site = { NULL };

  if (!site_init (&site, "127.0.0.1"))
    return;
  trust (&site);
  assert_refused (&site);
  site_clear (&site);
}

static gboolean
accept_cb (SoupMessage          *message,
           GTlsCertificate      *peer,
           GTlsCertificateFlags  errors,
           gpointer              user_data)
{
  return g_tls_certificate_is_same (peer, certificate);
}

static void
before_cb (EricEventSource *source,
           SoupMessage     *request)
{
  g_signal_connect (request, "accept-certificate", G_CALLBACK (accept_cb), NULL);
}

/* The application knows better. */
static void
test_event_source_tls_accept (void)
{
  Site site = { NULL };

  if (!site_init (&site, "127.0.0.1"))
    return;
  g_signal_connect (site.source, "before-connect", G_CALLBACK (before_cb), NULL);
  assert_reads (&site);
  site_clear (&site);
}

int
main (int    argc,
      char **argv)
{
  int status;

  /* Has the SoupServer offer HTTP/2 as well. */
  g_setenv ("SOUP_SERVER_HTTP2", "1", TRUE);
  g_test_init (&argc, &argv, NULL);
  dir = g_dir_make_tmp ("eric-source-XXXXXX", NULL);
  certificate = make_certificate ();
  g_test_add_func ("/eric/event-source-tls/good", test_event_source_tls_good);
  g_test_add_func ("/eric/event-source-tls/version", test_event_source_tls_version);
  g_test_add_func ("/eric/event-source-tls/fork", test_event_source_tls_fork);
  g_test_add_func ("/eric/event-source-tls/unknown", test_event_source_tls_unknown);
  g_test_add_func ("/eric/event-source-tls/name", test_event_source_tls_name);
  g_test_add_func ("/eric/event-source-tls/accept", test_event_source_tls_accept);
  status = g_test_run ();
  g_clear_object (&certificate);
  remove_files ();
  g_free (dir);
  return status;
}
