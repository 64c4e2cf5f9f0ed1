/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "pool-util.h"
#include "processing-util.h"
#include "test-util.h"

void
processing_broadcast (EricDataProcessingChannel *channel,
                      const char                *event_type,
                      int                        first,
                      int                        n)
{
  for (int i = first; i < first + n; i++)
    {
      g_autoptr (EricMessage) message = pool_new_message (event_type, i);
      g_autoptr (GError) error = NULL;

      eric_channel_broadcast (ERIC_CHANNEL (channel), message, &error);
      g_assert_no_error (error);
    }
}

EricThreadPoolListener *
processing_add (EricDataProcessingChannel *channel,
                guint                      max_workers,
                EricProcessFunc            func,
                gpointer                   user_data)
{
  g_autoptr (GError) error = NULL;
  EricThreadPoolListener *listener;

  listener = eric_data_processing_channel_add_threaded_listener (channel, max_workers, func, user_data,
                                                                 NULL, &error);
  g_assert_no_error (error);
  g_assert_false (eric_listener_get_running (ERIC_LISTENER (listener)));
  return listener;
}

EricMessageStream *
processing_begin (EricDataProcessingChannel *channel,
                  EricThreadPoolListener    *listener,
                  EricResultOrder            order)
{
  g_autoptr (GError) error = NULL;
  EricMessageStream *stream;

  stream = eric_data_processing_channel_process_queue (channel, listener, order, &error);
  g_assert_no_error (error);
  return stream;
}

void
processing_assert_refused (EricDataProcessingChannel *channel,
                           EricThreadPoolListener    *listener,
                           GQuark                     domain,
                           int                        code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (eric_data_processing_channel_process_queue (channel, listener,
                                                             ERIC_RESULT_ORDER_COMPLETION, &error));
  g_assert_error (error, domain, code);
}

EricMessage *
processing_next (EricMessageStream *stream)
{
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;
  EricMessage *message;

  eric_message_stream_next_async (stream, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  test_wait_until (result != NULL);
  message = eric_message_stream_next_finish (stream, result, &error);
  g_assert_no_error (error);
  g_object_unref (result);
  return message;
}

void
processing_assert_next (EricMessageStream *stream,
                        gint64             number)
{
  g_autoptr (EricMessage) message = processing_next (stream);

  g_assert_nonnull (message);
  g_assert_cmpint (pool_get_number (message), ==, number);
}

void
processing_assert_ends (EricMessageStream *stream)
{
  g_autoptr (EricMessage) message = processing_next (stream);

  g_assert_nonnull (message);
  g_assert_cmpstr (eric_message_get_event_type (message), ==, ERIC_MESSAGE_TYPE_CLOSED);
  g_assert_null (processing_next (stream));
  g_assert_null (processing_next (stream));
}

guint
processing_read_all (EricMessageStream *stream)
{
  guint n = 0;

  for (;;)
    {
      g_autoptr (EricMessage) message = processing_next (stream);

      if (message == NULL)
        return n;
      if (!g_str_equal (eric_message_get_event_type (message), ERIC_MESSAGE_TYPE_CLOSED))
        n++;
    }
}
