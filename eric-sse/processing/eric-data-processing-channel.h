/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-channel.h"
#include "eric-thread-pool-listener.h"

G_BEGIN_DECLS

/**
 * ERIC_DATA_PROCESSING_CHANNEL_PROGRESS_INTERVAL:
 *
 * The least time between two notifications of progress, in milliseconds.
 *
 * Since: 0.1
 */
#define ERIC_DATA_PROCESSING_CHANNEL_PROGRESS_INTERVAL 100

#define ERIC_TYPE_DATA_PROCESSING_CHANNEL (eric_data_processing_channel_get_type ())

ERIC_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (EricDataProcessingChannel, eric_data_processing_channel,
                          ERIC, DATA_PROCESSING_CHANNEL, EricChannel)

/**
 * EricDataProcessingChannelClass:
 * @parent_class: the parent class
 *
 * The class of [class@DataProcessingChannel].
 *
 * Since: 0.1
 */
struct _EricDataProcessingChannelClass
{
  EricChannelClass parent_class;

  /*< private >*/
  gpointer padding[8];
};

ERIC_AVAILABLE_IN_ALL
EricDataProcessingChannel *eric_data_processing_channel_new                   (const char                 *id);
ERIC_AVAILABLE_IN_ALL
EricThreadPoolListener    *eric_data_processing_channel_add_threaded_listener (EricDataProcessingChannel  *self,
                                                                               guint                       max_workers,
                                                                               EricProcessFunc             func,
                                                                               gpointer                    user_data,
                                                                               GDestroyNotify              notify,
                                                                               GError                    **error);
ERIC_AVAILABLE_IN_ALL
void                       eric_data_processing_channel_notify_end            (EricDataProcessingChannel  *self);
ERIC_AVAILABLE_IN_ALL
EricMessageStream         *eric_data_processing_channel_process_queue         (EricDataProcessingChannel  *self,
                                                                               EricThreadPoolListener     *listener,
                                                                               EricResultOrder             order,
                                                                               GError                    **error);
ERIC_AVAILABLE_IN_ALL
guint64                    eric_data_processing_channel_get_done              (EricDataProcessingChannel  *self);
ERIC_AVAILABLE_IN_ALL
guint64                    eric_data_processing_channel_get_failed            (EricDataProcessingChannel  *self);
ERIC_AVAILABLE_IN_ALL
guint64                    eric_data_processing_channel_get_pending           (EricDataProcessingChannel  *self);
ERIC_AVAILABLE_IN_ALL
double                     eric_data_processing_channel_get_fraction          (EricDataProcessingChannel  *self);
ERIC_AVAILABLE_IN_ALL
double                     eric_data_processing_channel_get_per_second        (EricDataProcessingChannel  *self);

G_END_DECLS
