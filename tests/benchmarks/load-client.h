/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The sockets of the load: the subscribers and the publisher, in one epoll
 * set. */

#pragma once

#include <stdint.h>

#include "load-tally.h"

/* A message on its way to the server, on a connection of its own. */
typedef struct
{
  int fd;               /* -1 when free */
  unsigned number;
  bool is_sent;
  char status;          /* the first digit of the response status */
  unsigned n_response;
} Post;

typedef struct
{
  uint16_t port;
  const char *subscribe_path;
  const char *publish_path;

  int epoll_fd;
  unsigned n_open;              /* subscribers connected or connecting */
  Subscriber *subscribers;
  Tally tally;
  Post posts[DEPTH_MAX];
  unsigned n_posts;             /* those under way */
  int64_t last_progress_ns;
} LoadClient;

/* All functions print why they fail. */

bool load_client_init (LoadClient *client, uint16_t port,
                       const char *subscribe_path, const char *publish_path,
                       unsigned n_subscribers);

/* Opens more subscribers until there are N, at most N_AT_ONCE of which have
 * no response header yet, and waits for the header of all. */
bool load_client_subscribe (LoadClient *client, unsigned n, unsigned n_at_once);

/* Publishes for DURATION_NS, at most DEPTH messages ahead of the slowest
 * subscriber, and waits until all is received. */
bool load_client_publish (LoadClient *client, int64_t duration_ns, unsigned depth);

/* Reads for DURATION_NS what comes without being expected. */
bool load_client_linger (LoadClient *client, int64_t duration_ns);

/* Closes all subscribers at once; they can be opened again. */
void load_client_close_all (LoadClient *client);
