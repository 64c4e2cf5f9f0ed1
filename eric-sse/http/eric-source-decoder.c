/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-source-decoder-private.h"

#include "eric-error.h"

#define GZIP_MAGIC 0x1f

/* RFC 1950, section 2.2: the method, in the lower half of the first byte. No block of
 * raw deflate, which some servers send instead, begins with it. */
#define ZLIB_METHOD      8
#define ZLIB_METHOD_MASK 0x0f

/* One coding. What is behind the end of a member is the next one, or padding. */
#define ERIC_TYPE_SOURCE_DECODER (eric_source_decoder_get_type ())
G_DECLARE_FINAL_TYPE (EricSourceDecoder, eric_source_decoder, ERIC, SOURCE_DECODER, GObject)

struct _EricSourceDecoder
{
  GObject     parent_instance;
  gboolean    deflate;
  GConverter *member;      /* (owned) (nullable): what is being read */
  guint       n_members;
  gboolean    plain;       /* was never compressed, whatever the header says */
  gboolean    ended;       /* what follows is padding */
};

static void eric_source_decoder_iface_init (GConverterIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EricSourceDecoder, eric_source_decoder, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_CONVERTER, eric_source_decoder_iface_init))

static void
eric_source_decoder_finalize (GObject *object)
{
  g_clear_object (&ERIC_SOURCE_DECODER (object)->member);
  G_OBJECT_CLASS (eric_source_decoder_parent_class)->finalize (object);
}

static void
eric_source_decoder_class_init (EricSourceDecoderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eric_source_decoder_finalize;
}

static void
eric_source_decoder_init (EricSourceDecoder *self)
{
}

static void
begin_member (EricSourceDecoder *self,
              guint8             first)
{
  gboolean zlib = (first & ZLIB_METHOD_MASK) == ZLIB_METHOD;

  if (!self->deflate && first == GZIP_MAGIC)
    self->member = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  else if (self->deflate && (zlib || self->n_members == 0))
    self->member = G_CONVERTER (g_zlib_decompressor_new (zlib ? G_ZLIB_COMPRESSOR_FORMAT_ZLIB
                                                              : G_ZLIB_COMPRESSOR_FORMAT_RAW));
  else if (self->n_members == 0)
    self->plain = TRUE;
  else
    self->ended = TRUE;
}

static GConverterResult
pass_on (EricSourceDecoder *self,
         const void        *input,
         gsize              input_size,
         void              *output,
         gsize              output_size,
         GConverterFlags    flags,
         gsize             *n_read,
         gsize             *n_written)
{
  *n_read = self->ended ? input_size : MIN (input_size, output_size);
  *n_written = self->ended ? 0 : *n_read;
  if (*n_written > 0)
    memcpy (output, input, *n_written);
  return *n_read == input_size && (flags & G_CONVERTER_INPUT_AT_END) != 0 ? G_CONVERTER_FINISHED
                                                                           : G_CONVERTER_CONVERTED;
}

static GConverterResult
eric_source_decoder_convert (GConverter       *converter,
                             const void       *input,
                             gsize             input_size,
                             void             *output,
                             gsize             output_size,
                             GConverterFlags   flags,
                             gsize            *n_read,
                             gsize            *n_written,
                             GError          **error)
{
  EricSourceDecoder *self = ERIC_SOURCE_DECODER (converter);
  GConverterResult result;

  *n_read = *n_written = 0;
  if (input_size == 0 && self->member == NULL)
    {
      if ((flags & G_CONVERTER_INPUT_AT_END) != 0)
        return G_CONVERTER_FINISHED;
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, "More input is needed");
      return G_CONVERTER_ERROR;
    }
  if (self->member == NULL && !self->plain && !self->ended)
    begin_member (self, *(const guint8 *) input);
  if (self->member == NULL)
    return pass_on (self, input, input_size, output, output_size, flags, n_read, n_written);

  result = g_converter_convert (self->member, input, input_size, output, output_size, flags,
                                n_read, n_written, error);
  if (result != G_CONVERTER_FINISHED)
    return result;
  g_clear_object (&self->member);
  self->n_members++;
  if (*n_read == input_size && (flags & G_CONVERTER_INPUT_AT_END) != 0)
    return G_CONVERTER_FINISHED;
  return G_CONVERTER_CONVERTED;
}

static void
eric_source_decoder_reset (GConverter *converter)
{
  EricSourceDecoder *self = ERIC_SOURCE_DECODER (converter);

  g_clear_object (&self->member);
  self->n_members = 0;
  self->plain = self->ended = FALSE;
}

static void
eric_source_decoder_iface_init (GConverterIface *iface)
{
  iface->convert = eric_source_decoder_convert;
  iface->reset = eric_source_decoder_reset;
}

/* Headers */

static const char * const own_codings[] = { "gzip", "x-gzip", "deflate", NULL };

/* (transfer full): in lower case, without those that change nothing. */
static GPtrArray *
get_codings (SoupMessage *message)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  const char *list = soup_message_headers_get_list (headers, "Content-Encoding");
  g_auto (GStrv) parts = g_strsplit (list != NULL ? list : "", ",", -1);
  GPtrArray *codings = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_autofree char *coding = g_ascii_strdown (g_strstrip (parts[i]), -1);

      if (*coding != '\0' && !g_str_equal (coding, "identity"))
        g_ptr_array_add (codings, g_steal_pointer (&coding));
    }
  return codings;
}

static gboolean
are_own (GPtrArray *codings)
{
  for (guint i = 0; i < codings->len; i++)
    if (!g_strv_contains (own_codings, codings->pdata[i]))
      return FALSE;
  return codings->len > 0;
}

/* The message may be sent once more, and the answer to that have another coding. */
static gboolean
may_be_restarted (SoupMessage *message)
{
  guint status = soup_message_get_status (message);

  return SOUP_STATUS_IS_REDIRECTION (status) || status == SOUP_STATUS_UNAUTHORIZED ||
         status == SOUP_STATUS_PROXY_AUTHENTICATION_REQUIRED;
}

void
eric_source_decoder_claim (SoupMessage *message)
{
  g_autoptr (GPtrArray) codings = get_codings (message);

  if (are_own (codings) && !may_be_restarted (message))
    soup_message_disable_feature (message, SOUP_TYPE_CONTENT_DECODER);
}

/* The last coding was put on last. */
GInputStream *
eric_source_decoder_wrap (SoupMessage  *message,
                          GInputStream *body)
{
  g_autoptr (GPtrArray) codings = get_codings (message);
  GInputStream *stream = g_object_ref (body);

  if (!are_own (codings) || !soup_message_is_feature_disabled (message, SOUP_TYPE_CONTENT_DECODER))
    return stream;
  for (guint i = codings->len; i > 0; i--)
    {
      g_autoptr (EricSourceDecoder) decoder = g_object_new (ERIC_TYPE_SOURCE_DECODER, NULL);
      g_autoptr (GInputStream) coded = stream;

      decoder->deflate = g_str_equal (codings->pdata[i - 1], "deflate");
      stream = g_converter_input_stream_new (coded, G_CONVERTER (decoder));
    }
  return stream;
}

/* Where libsoup has decoded it, there is a converter below its own stream. */
gboolean
eric_source_decoder_check (SoupMessage   *message,
                           GInputStream  *body,
                           GError       **error)
{
  g_autoptr (GPtrArray) codings = get_codings (message);
  g_autofree char *names = NULL, *valid = NULL;

  if (codings->len == 0 || are_own (codings))
    return TRUE;
  if (G_IS_FILTER_INPUT_STREAM (body) &&
      G_IS_CONVERTER_INPUT_STREAM (g_filter_input_stream_get_base_stream (G_FILTER_INPUT_STREAM (body))))
    return TRUE;
  g_ptr_array_add (codings, NULL);
  names = g_strjoinv (", ", (char **) codings->pdata);
  valid = g_utf8_make_valid (names, -1);
  g_set_error (error, ERIC_ERROR, ERIC_ERROR_UNEXPECTED_RESPONSE,
               "The server compressed its answer with %s, which cannot be read", valid);
  return FALSE;
}
