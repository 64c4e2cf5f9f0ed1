/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-sse-parser.h"

#include "eric-enum-types.h"
#include "eric-function-private.h"
#include "eric-message-private.h"
#include "eric-sse-reader-private.h"

/**
 * EricSseParser:
 *
 * Bytes of an event stream in, messages out.
 *
 * The bytes come from anywhere, cut anywhere: [method@SseParser.feed] takes what
 * there is, [method@SseParser.next] gives one message after the other,
 * [method@SseParser.end] says that nothing more comes. From C,
 * [method@SseParser.set_event_func] gives the events without making objects of
 * them.
 *
 * ```c
 * const char bytes[] = "event: greeting\ndata: hello\n\n";
 * g_autoptr (EricSseParser) parser = eric_sse_parser_new ();
 * EricMessage *message;
 *
 * eric_sse_parser_feed (parser, (const guint8 *) bytes, sizeof bytes - 1, NULL);
 * while ((message = eric_sse_parser_next (parser)) != NULL)
 *   {
 *     g_print ("%s\n", eric_message_get_text (message));
 *     g_object_unref (message);
 *   }
 * ```
 *
 * Event streams are read as the WHATWG HTML standard says in section 9.2.6, to
 * the letter: one byte order mark is skipped, CRLF, LF and CR end a line, a line
 * that a CR ends is handled at once, malformed UTF-8 becomes U+FFFD, an event
 * without data is none, an id stays until another one comes, and an event that
 * the end of the stream cuts off is dropped. What is not allowed in a C string,
 * NUL, is U+FFFD in types and comments.
 *
 * The other format, NDJSON, is what many servers of language models speak: see
 * [ctor@SseParser.new_for_format].
 *
 * What one line and the data of one event may take is bounded by
 * [property@SseParser:max-line-size] and [property@SseParser:max-event-size].
 * Beyond that the parser fails, and stays so until [method@SseParser.reset].
 *
 * A parser may be used by one thread at a time.
 *
 * Since: 0.1
 */
struct _EricSseParser
{
  GObject         parent_instance;

  EricSseReader   reader;
  EricFunction   *event_function;     /* (owned) (nullable) */
  EricFunction   *comment_function;   /* (owned) (nullable) */
  GPtrArray      *messages;   /* (owned) of (owned) EricMessage, from n_taken on */
  guint           n_taken;
};

G_DEFINE_FINAL_TYPE (EricSseParser, eric_sse_parser, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_FORMAT,
  PROP_MAX_LINE_SIZE,
  PROP_MAX_EVENT_SIZE,
  PROP_LAST_EVENT_ID,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
queue_event_cb (const EricSseEvent *event,
                gpointer            user_data)
{
  EricSseParser *self = user_data;
  GError *error = NULL;
  EricMessage *message = eric_sse_reader_make_message (&self->reader, event, &error);

  if (message != NULL)
    g_ptr_array_add (self->messages, message);
  else
    eric_sse_reader_fail (&self->reader, error);
}

static void
call_event_cb (const EricSseEvent *event,
               gpointer            user_data)
{
  EricSseParser *self = user_data;
  g_autoptr (EricFunction) function = g_rc_box_acquire (self->event_function);

  ((EricSseEventFunc) function->func) (event, function->user_data);
}

static void
call_comment_cb (const char *text,
                 gpointer    user_data)
{
  EricSseParser *self = user_data;
  g_autoptr (EricFunction) function = g_rc_box_acquire (self->comment_function);

  ((EricSseCommentFunc) function->func) (text, function->user_data);
}

static void
eric_sse_parser_finalize (GObject *object)
{
  EricSseParser *self = ERIC_SSE_PARSER (object);

  g_clear_pointer (&self->event_function, eric_function_unref);
  g_clear_pointer (&self->comment_function, eric_function_unref);
  for (guint i = self->n_taken; i < self->messages->len; i++)
    g_object_unref (self->messages->pdata[i]);
  g_clear_pointer (&self->messages, g_ptr_array_unref);
  eric_sse_reader_clear (&self->reader);

  G_OBJECT_CLASS (eric_sse_parser_parent_class)->finalize (object);
}

static void
eric_sse_parser_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  EricSseParser *self = ERIC_SSE_PARSER (object);

  switch (prop_id)
    {
    case PROP_FORMAT:
      g_value_set_enum (value, self->reader.format);
      break;
    case PROP_MAX_LINE_SIZE:
      g_value_set_uint64 (value, self->reader.max_line_size);
      break;
    case PROP_MAX_EVENT_SIZE:
      g_value_set_uint64 (value, self->reader.max_event_size);
      break;
    case PROP_LAST_EVENT_ID:
      g_value_set_string (value, eric_sse_parser_get_last_event_id (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
eric_sse_parser_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  EricSseParser *self = ERIC_SSE_PARSER (object);

  switch (prop_id)
    {
    case PROP_FORMAT:
      self->reader.format = g_value_get_enum (value);
      break;
    case PROP_MAX_LINE_SIZE:
      eric_sse_parser_set_max_line_size (self, g_value_get_uint64 (value));
      break;
    case PROP_MAX_EVENT_SIZE:
      eric_sse_parser_set_max_event_size (self, g_value_get_uint64 (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
eric_sse_parser_class_init (EricSseParserClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = eric_sse_parser_finalize;
  object_class->get_property = eric_sse_parser_get_property;
  object_class->set_property = eric_sse_parser_set_property;

  /**
   * EricSseParser:format: (getter get_format)
   *
   * The format of the stream.
   *
   * Since: 0.1
   */
  properties[PROP_FORMAT] =
    g_param_spec_enum ("format", NULL, NULL, ERIC_TYPE_STREAM_FORMAT, ERIC_STREAM_FORMAT_EVENT_STREAM,
                       (G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));

  /**
   * EricSseParser:max-line-size: (getter get_max_line_size) (setter set_max_line_size)
   *
   * How long a line may be, in bytes, with a byte order mark before it, but without
   * the line break. A line of data is longer than the data by the name of its field:
   * the default has room for an event of %ERIC_SSE_PARSER_DEFAULT_MAX_SIZE in one line.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_LINE_SIZE] =
    g_param_spec_uint64 ("max-line-size", NULL, NULL, 0, G_MAXSIZE, ERIC_SSE_PARSER_DEFAULT_MAX_LINE_SIZE,
                         (G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));

  /**
   * EricSseParser:max-event-size: (getter get_max_event_size) (setter set_max_event_size)
   *
   * How long the data of an event may be, in bytes, with the breaks between its
   * lines.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_EVENT_SIZE] =
    g_param_spec_uint64 ("max-event-size", NULL, NULL, 0, G_MAXSIZE, ERIC_SSE_PARSER_DEFAULT_MAX_SIZE,
                         (G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));

  /**
   * EricSseParser:last-event-id: (getter get_last_event_id)
   *
   * The id that the stream has given last. It does not notify.
   *
   * Since: 0.1
   */
  properties[PROP_LAST_EVENT_ID] =
    g_param_spec_string ("last-event-id", NULL, NULL, "",
                         (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
eric_sse_parser_init (EricSseParser *self)
{
  eric_sse_reader_init (&self->reader);
  self->reader.event_func = queue_event_cb;
  self->reader.event_data = self;
  self->reader.comment_data = self;
  self->messages = g_ptr_array_new ();
}

/**
 * eric_sse_parser_new:
 *
 * Makes a parser of event streams.
 *
 * Returns: (transfer full): the parser
 *
 * Since: 0.1
 */
EricSseParser *
eric_sse_parser_new (void)
{
  return g_object_new (ERIC_TYPE_SSE_PARSER, NULL);
}

/**
 * eric_sse_parser_new_for_format:
 * @format: the format of the stream
 *
 * Makes a parser. With %ERIC_STREAM_FORMAT_NDJSON each line that is not blank is a
 * message of type `message`, and a CR is no line break.
 *
 * Returns: (transfer full): the parser
 *
 * Since: 0.1
 */
EricSseParser *
eric_sse_parser_new_for_format (EricStreamFormat format)
{
  return g_object_new (ERIC_TYPE_SSE_PARSER, "format", format, NULL);
}

/**
 * eric_sse_parser_get_format: (get-property format)
 * @self: a parser
 *
 * Gets the format of the stream.
 *
 * Returns: the format
 *
 * Since: 0.1
 */
EricStreamFormat
eric_sse_parser_get_format (EricSseParser *self)
{
  g_return_val_if_fail (ERIC_IS_SSE_PARSER (self), ERIC_STREAM_FORMAT_EVENT_STREAM);

  return self->reader.format;
}

/**
 * eric_sse_parser_get_max_line_size: (get-property max-line-size)
 * @self: a parser
 *
 * Gets how long a line may be.
 *
 * Returns: the length in bytes
 *
 * Since: 0.1
 */
gsize
eric_sse_parser_get_max_line_size (EricSseParser *self)
{
  g_return_val_if_fail (ERIC_IS_SSE_PARSER (self), 0);

  return self->reader.max_line_size;
}

/**
 * eric_sse_parser_set_max_line_size: (set-property max-line-size)
 * @self: a parser
 * @max_line_size: the length in bytes
 *
 * Sets how long a line may be.
 *
 * Since: 0.1
 */
void
eric_sse_parser_set_max_line_size (EricSseParser *self,
                                   gsize          max_line_size)
{
  g_return_if_fail (ERIC_IS_SSE_PARSER (self));

  if (self->reader.max_line_size == max_line_size)
    return;
  self->reader.max_line_size = max_line_size;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_LINE_SIZE]);
}

/**
 * eric_sse_parser_get_max_event_size: (get-property max-event-size)
 * @self: a parser
 *
 * Gets how long the data of an event may be.
 *
 * Returns: the length in bytes
 *
 * Since: 0.1
 */
gsize
eric_sse_parser_get_max_event_size (EricSseParser *self)
{
  g_return_val_if_fail (ERIC_IS_SSE_PARSER (self), 0);

  return self->reader.max_event_size;
}

/**
 * eric_sse_parser_set_max_event_size: (set-property max-event-size)
 * @self: a parser
 * @max_event_size: the length in bytes
 *
 * Sets how long the data of an event may be.
 *
 * Since: 0.1
 */
void
eric_sse_parser_set_max_event_size (EricSseParser *self,
                                    gsize          max_event_size)
{
  g_return_if_fail (ERIC_IS_SSE_PARSER (self));

  if (self->reader.max_event_size == max_event_size)
    return;
  self->reader.max_event_size = max_event_size;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_EVENT_SIZE]);
}

/**
 * eric_sse_parser_get_last_event_id: (get-property last-event-id)
 * @self: a parser
 *
 * Gets the id that the stream has given last, with an event or without.
 *
 * Returns: (transfer none): the id, empty where there is none
 *
 * Since: 0.1
 */
const char *
eric_sse_parser_get_last_event_id (EricSseParser *self)
{
  g_return_val_if_fail (ERIC_IS_SSE_PARSER (self), NULL);

  return eric_sse_reader_get_last_event_id (&self->reader);
}

/**
 * eric_sse_parser_set_last_event_id:
 * @self: a parser
 * @last_event_id: (nullable): the id, %NULL or empty for none
 * @error: return location for an error, or %NULL
 *
 * Sets the id that events have until the stream gives another one.
 *
 * Fails with %ERIC_ERROR_INVALID_MESSAGE_FORMAT where @last_event_id contains CR or
 * LF or is not UTF-8.
 *
 * Returns: %TRUE unless it failed
 *
 * Since: 0.1
 */
gboolean
eric_sse_parser_set_last_event_id (EricSseParser  *self,
                                   const char     *last_event_id,
                                   GError        **error)
{
  g_return_val_if_fail (ERIC_IS_SSE_PARSER (self), FALSE);

  if (!_eric_message_check_field ("id", last_event_id, error))
    return FALSE;
  eric_sse_reader_set_last_event_id (&self->reader, last_event_id);
  return TRUE;
}

/**
 * eric_sse_parser_get_retry_delay:
 * @self: a parser
 * @retry_delay: (out) (optional): return location for the time in milliseconds, at
 *   most `G_MAXUINT`
 *
 * Gets how long the stream says that a client should wait before it connects
 * again.
 *
 * Returns: %TRUE if the stream said so
 *
 * Since: 0.1
 */
gboolean
eric_sse_parser_get_retry_delay (EricSseParser *self,
                                 guint         *retry_delay)
{
  g_return_val_if_fail (ERIC_IS_SSE_PARSER (self), FALSE);

  if (retry_delay != NULL)
    *retry_delay = self->reader.retry_delay;
  return self->reader.has_retry_delay;
}

/**
 * eric_sse_parser_set_event_func: (skip)
 * @self: a parser
 * @func: (nullable): the function, or %NULL for none
 * @user_data: data for @func
 * @destroy: (nullable): called with @user_data when the parser needs it no more
 *
 * Has a function called with each event, in [method@SseParser.feed]. Then no
 * messages are made of events: [method@SseParser.next], which bindings use, gives
 * none. A line of NDJSON is given as it is, without a check that it is JSON.
 *
 * The function must neither feed nor reset the parser, nor set its last event ID.
 * It may set another function, which is called from the next event on.
 *
 * Since: 0.1
 */
void
eric_sse_parser_set_event_func (EricSseParser    *self,
                                EricSseEventFunc  func,
                                gpointer          user_data,
                                GDestroyNotify    destroy)
{
  g_autoptr (EricFunction) before = NULL;

  g_return_if_fail (ERIC_IS_SSE_PARSER (self));

  before = g_steal_pointer (&self->event_function);
  self->event_function = eric_function_new (G_CALLBACK (func), user_data, destroy);
  self->reader.event_func = func != NULL ? call_event_cb : queue_event_cb;
}

/**
 * eric_sse_parser_set_comment_func:
 * @self: a parser
 * @func: (nullable) (scope notified): the function, or %NULL for none
 * @user_data: data for @func
 * @destroy: (nullable): called with @user_data when the parser needs it no more
 *
 * Has a function called with each comment, in [method@SseParser.feed]. Many
 * servers send comments for nothing but to keep a connection open.
 *
 * The function must neither feed nor reset the parser, nor set its last event ID.
 * It may set another function, which is called from the next comment on.
 *
 * Since: 0.1
 */
void
eric_sse_parser_set_comment_func (EricSseParser      *self,
                                  EricSseCommentFunc  func,
                                  gpointer            user_data,
                                  GDestroyNotify      destroy)
{
  g_autoptr (EricFunction) before = NULL;

  g_return_if_fail (ERIC_IS_SSE_PARSER (self));

  before = g_steal_pointer (&self->comment_function);
  self->comment_function = eric_function_new (G_CALLBACK (func), user_data, destroy);
  self->reader.comment_func = func != NULL ? call_comment_cb : NULL;
}

static gboolean
check_idle (EricSseParser  *self,
            GError        **error)
{
  if (!self->reader.feeding)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PENDING, "A function of the parser cannot feed it");
  return FALSE;
}

/**
 * eric_sse_parser_feed:
 * @self: a parser
 * @data: (array length=length) (element-type guint8): bytes of the stream
 * @length: the number of bytes
 * @error: return location for an error, or %NULL
 *
 * Reads on. Where the bytes are cut makes no difference.
 *
 * Fails with %ERIC_ERROR_TOO_LARGE where a line or an event is longer than
 * allowed, and with %ERIC_ERROR_INVALID_MESSAGE_FORMAT where a line of NDJSON is
 * no JSON. What was read before that can be taken; from then on the parser fails
 * in the same way, whatever it is fed. %G_IO_ERROR_PENDING is that of a function of
 * the parser that feeds it, and changes nothing.
 *
 * Returns: %TRUE unless it failed
 *
 * Since: 0.1
 */
gboolean
eric_sse_parser_feed (EricSseParser  *self,
                      const guint8   *data,
                      gsize           length,
                      GError        **error)
{
  g_autoptr (EricSseParser) alive = NULL;

  g_return_val_if_fail (ERIC_IS_SSE_PARSER (self), FALSE);
  g_return_val_if_fail (data != NULL || length == 0, FALSE);

  if (!check_idle (self, error))
    return FALSE;
  alive = g_object_ref (self);
  return eric_sse_reader_feed (&self->reader, (const char *) data, length, error);
}

/**
 * eric_sse_parser_feed_bytes:
 * @self: a parser
 * @bytes: bytes of the stream
 * @error: return location for an error, or %NULL
 *
 * Reads on, as [method@SseParser.feed] does, and fails as it does.
 *
 * Returns: %TRUE unless it failed
 *
 * Since: 0.1
 */
gboolean
eric_sse_parser_feed_bytes (EricSseParser  *self,
                            GBytes         *bytes,
                            GError        **error)
{
  gsize length;
  const guint8 *data;

  g_return_val_if_fail (ERIC_IS_SSE_PARSER (self), FALSE);
  g_return_val_if_fail (bytes != NULL, FALSE);

  data = g_bytes_get_data (bytes, &length);
  return eric_sse_parser_feed (self, data, length, error);
}

/**
 * eric_sse_parser_end:
 * @self: a parser
 * @error: return location for an error, or %NULL
 *
 * Says that the stream is at its end. In an event stream, an event that no empty
 * line has ended is dropped, and an id in it. A last line of NDJSON counts without
 * a line break.
 *
 * Fails as [method@SseParser.feed] does.
 *
 * Returns: %TRUE unless it failed
 *
 * Since: 0.1
 */
gboolean
eric_sse_parser_end (EricSseParser  *self,
                     GError        **error)
{
  g_autoptr (EricSseParser) alive = NULL;

  g_return_val_if_fail (ERIC_IS_SSE_PARSER (self), FALSE);

  if (!check_idle (self, error))
    return FALSE;
  alive = g_object_ref (self);
  return eric_sse_reader_end (&self->reader, error);
}

/**
 * eric_sse_parser_reset:
 * @self: a parser
 *
 * Begins with a new stream. What the parser failed with, and an event that was not
 * read to its end, are forgotten. Messages that were not taken yet, the last event
 * ID and the retry delay stay.
 *
 * Since: 0.1
 */
void
eric_sse_parser_reset (EricSseParser *self)
{
  g_return_if_fail (ERIC_IS_SSE_PARSER (self));

  eric_sse_reader_reset (&self->reader);
}

/**
 * eric_sse_parser_next:
 * @self: a parser
 *
 * Takes the next message that was read. Its id is the last event ID as the stream
 * had it there, or %NULL. A message from NDJSON has the value as its payload, one
 * from an event stream a string: see [method@Message.parse_json].
 *
 * Returns: (transfer full) (nullable): the message, or %NULL where none is there
 *
 * Since: 0.1
 */
EricMessage *
eric_sse_parser_next (EricSseParser *self)
{
  EricMessage *message;

  g_return_val_if_fail (ERIC_IS_SSE_PARSER (self), NULL);

  if (self->n_taken == self->messages->len)
    return NULL;
  message = g_steal_pointer (&self->messages->pdata[self->n_taken++]);
  if (self->n_taken == self->messages->len)
    {
      self->n_taken = 0;
      g_ptr_array_set_size (self->messages, 0);
    }
  return message;
}
