/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "checksums.h"

#define CHUNK_SIZE (256 * 1024)

EricMessage *
checksum_file (EricMessage   *message,
               GCancellable  *cancellable,
               gpointer       user_data,
               GError       **error)
{
  g_autoptr (GFile) file = g_file_new_for_uri (eric_message_get_text (message));
  g_autoptr (GFileInputStream) stream = g_file_read (file, cancellable, error);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guint8 *chunk = g_malloc (CHUNK_SIZE);
  g_autofree char *name = g_file_get_parse_name (file);
  gint64 size = 0;
  gssize n_read;
  GVariantDict payload;

  if (stream == NULL)
    return NULL;
  while ((n_read = g_input_stream_read (G_INPUT_STREAM (stream), chunk, CHUNK_SIZE, cancellable, error)) > 0)
    {
      g_checksum_update (checksum, chunk, n_read);
      size += n_read;
    }
  if (n_read < 0)
    return NULL;

  g_variant_dict_init (&payload, NULL);
  g_variant_dict_insert (&payload, "name", "s", name);
  g_variant_dict_insert (&payload, "size", "x", size);
  g_variant_dict_insert (&payload, "sha256", "s", g_checksum_get_string (checksum));
  return eric_message_new ("checksum", g_variant_dict_end (&payload), NULL);
}

static void
send_file (EricChannel *channel,
           GFile       *file)
{
  g_autofree char *uri = g_file_get_uri (file);
  g_autoptr (EricMessage) message = eric_message_new_from_text ("file", uri, NULL);

  eric_channel_broadcast (channel, message, NULL);
}

void
send_files (EricChannel  *channel,
            GFile        *folder,
            GCancellable *cancellable)
{
  g_autoptr (GFileEnumerator) files = NULL;
  GFileInfo *info;
  GFile *file;

  files = g_file_enumerate_children (folder, "standard::name,standard::type",
                                     G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, cancellable, NULL);
  /* Who reads it fails, too, and says so. */
  if (files == NULL)
    send_file (channel, folder);
  while (files != NULL && g_file_enumerator_iterate (files, &info, &file, cancellable, NULL) && info != NULL)
    {
      if (g_file_info_get_file_type (info) == G_FILE_TYPE_DIRECTORY)
        send_files (channel, file, cancellable);
      else if (g_file_info_get_file_type (info) == G_FILE_TYPE_REGULAR)
        send_file (channel, file);
    }
}
