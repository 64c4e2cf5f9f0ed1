/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-message-stream.h"
#include "eric-message.h"
#include "eric-sse-encoder-private.h"
#include "eric-sse-server-private.h"

/* The messages of one listener on their way to one subscriber. They are taken
 * from the queue in the main context, since `on_message` may be user code, and
 * only when what was taken before is sent: the queue, with its capacity and its
 * policy, is what holds back. */

#define BATCH 64

struct _EricHttpPump
{
  EricHub           *hub;           /* (unowned) */
  guint64            id;            /* of the subscriber */
  EricFraming        framing;
  EricMessageStream *stream;        /* (owned) */
  GCancellable      *cancellable;   /* (owned) */
};

EricHttpPump *
_eric_http_pump_new (EricHub           *hub,
                     guint64            id,
                     EricFraming        framing,
                     EricMessageStream *stream)
{
  EricHttpPump *pump = g_new0 (EricHttpPump, 1);

  pump->hub = hub;
  pump->id = id;
  pump->framing = framing;
  pump->stream = g_object_ref (stream);
  pump->cancellable = g_cancellable_new ();
  return pump;
}

/* The stream's listener stops: its queue goes on collecting. */
void
_eric_http_pump_free (EricHttpPump *pump)
{
  g_cancellable_cancel (pump->cancellable);
  g_clear_object (&pump->cancellable);
  eric_message_stream_close (pump->stream);
  g_clear_object (&pump->stream);
  g_free (pump);
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

  /* Cancelled: the pump is gone. */
  if (error != NULL)
    return;
  if (messages != NULL)
    eric_hub_send (pump->hub, pump->id, encode (pump, messages));
  else
    eric_hub_finish (pump->hub, pump->id, ERIC_SSE_DISCONNECT_FINISHED);
}

/* What was taken before is sent. */
void
_eric_http_pump_next (EricHttpPump *pump)
{
  eric_message_stream_next_batch_async (pump->stream, BATCH, G_PRIORITY_DEFAULT, pump->cancellable,
                                        next_cb, pump);
}
