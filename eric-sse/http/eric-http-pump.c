/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-channel.h"
#include "eric-listener.h"
#include "eric-message-stream.h"
#include "eric-message.h"
#include "eric-sse-encoder-private.h"
#include "eric-sse-server-private.h"

/* The messages of one listener on their way to one subscriber. They are taken
 * from the queue in the main context, since `on_message` may be user code, and
 * only when what was taken before is sent: the queue, with its capacity and its
 * policy, is what holds back. */

#define BATCH 64

/* On a listener: its pump. A client that comes back may be here before its old
 * connection is known to be gone: the new one takes the listener over. */
#define PUMP_KEY "eric-http-pump"

struct _EricHttpPump
{
  EricHub           *hub;           /* (unowned) (nullable): NULL when the subscriber is gone */
  guint64            id;            /* of the subscriber */
  EricFraming        framing;
  EricMessageStream *stream;        /* (owned) */
  GCancellable      *cancellable;   /* (owned) */
};

EricHttpPump *
_eric_http_pump_new (EricHub      *hub,
                     guint64       id,
                     EricFraming   framing,
                     EricChannel  *channel,
                     EricListener *listener)
{
  EricHttpPump *former = g_object_get_data (G_OBJECT (listener), PUMP_KEY);
  EricHttpPump *pump = g_rc_box_new0 (EricHttpPump);

  if (former != NULL)
    {
      g_cancellable_cancel (former->cancellable);
      eric_hub_finish (former->hub, former->id, ERIC_SSE_DISCONNECT_REQUESTED);
    }
  g_object_set_data (G_OBJECT (listener), PUMP_KEY, pump);
  eric_listener_start (listener);

  pump->hub = hub;
  pump->id = id;
  pump->framing = framing;
  pump->stream = eric_channel_message_stream (channel, listener);
  pump->cancellable = g_cancellable_new ();
  return pump;
}

static void
pump_clear (gpointer data)
{
  EricHttpPump *pump = data;

  g_clear_object (&pump->cancellable);
  g_clear_object (&pump->stream);
}

/* The listener stops, unless another pump has it now: its queue goes on
 * collecting. */
void
_eric_http_pump_free (EricHttpPump *pump)
{
  EricListener *listener = eric_message_stream_get_listener (pump->stream);

  pump->hub = NULL;
  g_cancellable_cancel (pump->cancellable);
  if (g_object_get_data (G_OBJECT (listener), PUMP_KEY) == pump)
    {
      g_object_set_data (G_OBJECT (listener), PUMP_KEY, NULL);
      eric_message_stream_close (pump->stream);
    }
  g_rc_box_release_full (pump, pump_clear);
}

static GByteArray *
encode (EricHttpPump *pump,
        GPtrArray    *messages)
{
  GByteArray *bytes = g_byte_array_new ();
  g_autoptr (GString) event = g_string_new (NULL);

  for (guint i = 0; i < messages->len; i++)
    {
      g_string_truncate (event, 0);
      _eric_sse_append_message (event, messages->pdata[i]);
      eric_frame_write (bytes, pump->framing, event->str, event->len);
    }
  return bytes;
}

static void
next_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages =
    eric_message_stream_next_batch_finish (ERIC_MESSAGE_STREAM (source), result, &error);
  EricHttpPump *pump = user_data;

  /* Its subscriber may be gone, also where the messages came before. */
  if (error != NULL || pump->hub == NULL)
    ;
  else if (messages != NULL)
    eric_hub_send (pump->hub, pump->id, encode (pump, messages));
  else
    eric_hub_finish (pump->hub, pump->id, ERIC_SSE_DISCONNECT_FINISHED);
  g_rc_box_release_full (pump, pump_clear);
}

/* What was taken before is sent. */
void
_eric_http_pump_next (EricHttpPump *pump)
{
  eric_message_stream_next_batch_async (pump->stream, BATCH, G_PRIORITY_DEFAULT, pump->cancellable,
                                        next_cb, g_rc_box_acquire (pump));
}
