#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "internal.h"

// What a WebSocket may have on the way: more only makes its pictures older.
#define SEND_BUFFER (256 << 10)
// So few are taken at a time that what the ones before them sent is read before newer ones press them out.
#define TAKEN_AT_A_TIME 8
#define TIMER_PERIOD (50 * LWS_US_PER_MS)
// No connection makes room before it is so old: its request needs a moment to arrive. Until then newer ones wait in
// the system's queue, which bounds how fast anybody can press others out.
#define MOMENT (20 * LWS_US_PER_MS)
#define WAITING_PERIOD (5 * LWS_US_PER_MS)

static void look_after(lws_sorted_usec_list_t *timer);

/// What becomes of a connection that knocks.
typedef enum { HAS_ROOM, MUST_WAIT, IS_REFUSED } admission;

static bool is_same_peer(const peer_address *a, const peer_address *b) {
  return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

static peer_address peer_of(const struct sockaddr_storage *address) {
  peer_address peer = {{0}};
  if (address->ss_family == AF_INET6) {
    const struct in6_addr *six = &((const struct sockaddr_in6 *)address)->sin6_addr;
    // A host has a network of 2^64 addresses for itself.
    memcpy(peer.bytes, six, IN6_IS_ADDR_V4MAPPED(six) ? 16 : 8);
  } else if (address->ss_family == AF_INET) {
    peer.bytes[10] = peer.bytes[11] = 0xFF;
    memcpy(peer.bytes + 12, &((const struct sockaddr_in *)address)->sin_addr, 4);
  }
  return peer;
}

/// Whether it may be closed for newer ones.
static bool is_replaceable(const cweb_connection *connection) {
  switch (connection->state) {
    case STATE_BODY:
    case STATE_WAITING:
    case STATE_SOCKET: return false;
    default: return !connection->is_dying;
  }
}

/// The oldest connection that must make room, of one peer or of all, and how many there are.
static cweb_connection *oldest_replaceable(const cweb_server *server, const peer_address *peer, uint32_t *count) {
  cweb_connection *oldest = NULL;
  *count = 0;
  for (cweb_connection *each = server->connections; each; each = each->next)
    if (is_replaceable(each) && (!peer || is_same_peer(&each->peer, peer))) {
      oldest = each;
      *count += 1;
    }
  return oldest;
}

/// Closes the oldest one of a peer or of all, where that is no longer young.
static admission close_oldest(cweb_connection *oldest) {
  if (!oldest) return IS_REFUSED;
  if (lws_now_usecs() - oldest->taken < MOMENT) return MUST_WAIT;
  kill_connection(oldest);
  return HAS_ROOM;
}

/// Closes what is too much before one more comes.
static admission make_room(cweb_server *server, const peer_address *peer) {
  uint32_t count, living = 0;
  cweb_connection *oldest = oldest_replaceable(server, peer, &count);
  if (count >= server->limits.connections_of_peer) return close_oldest(oldest);
  for (const cweb_connection *each = server->connections; each; each = each->next) living += !each->is_dying;
  return living < server->limits.connections ? HAS_ROOM : close_oldest(oldest_replaceable(server, NULL, &count));
}

static void take_connection(cweb_server *server, int descriptor, const peer_address *peer) {
  cweb_connection *connection = calloc(1, sizeof *connection);
  if (!connection) {
    close(descriptor);
    return;
  }
  const int one = 1, room = SEND_BUFFER;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
  connection->server = server;
  connection->peer = *peer;
  connection->number = ++server->last_number;
  connection->taken = lws_now_usecs();
  connection->deadline = connection->taken + (lws_usec_t)server->limits.head_time * LWS_US_PER_MS;
  connection->next = server->connections;
  server->connections = connection;
  server->count += 1;
  start_timer(server);

  connection->is_being_taken = true;
  lws_adopt_desc_t request = {0};
  request.vh = server->vhost;
  request.type = LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP | LWS_ADOPT_ALLOW_SSL;
  request.fd.sockfd = descriptor;
  request.opaque = connection;
  struct lws *wsi = lws_adopt_descriptor_vhost_via_info(&request);
  connection->is_being_taken = false;
  // Where it fails, the descriptor is closed; whether the connection has been let go of depends on how far it came.
  if (wsi && !connection->has_gone) connection->wsi = wsi;
  else forget_connection(connection);
}

/// Takes nothing for a while. Who knocks stays ready, and asking at once again would take a whole core.
static void wait_a_while(cweb_server *server, lws_usec_t period) {
  server->is_full = true;
  lws_rx_flow_control(server->listener, 0);
  server->is_timed = true;
  lws_sul_schedule(server->context, 0, &server->timer, look_after, period);
}

/// Takes the one that is next, or waits; false where nothing more is to be taken now.
static bool take_next(cweb_server *server) {
  const admission admitted = make_room(server, &server->next_peer);
  if (admitted == MUST_WAIT) {
    wait_a_while(server, WAITING_PERIOD);
    return false;
  }
  const int descriptor = server->next;
  server->next = -1;
  if (admitted == HAS_ROOM) take_connection(server, descriptor, &server->next_peer);
  else close(descriptor);
  return true;
}

void accept_connections(cweb_server *server) {
  for (int i = 0; i < TAKEN_AT_A_TIME; i++) {
    if (server->next < 0) {
      struct sockaddr_storage address;
      socklen_t count = sizeof address;
      server->next = accept4(lws_get_socket_fd(server->listener), (struct sockaddr *)&address, &count,
                             SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (server->next >= 0) server->next_peer = peer_of(&address);
    }
    if (server->next >= 0) {
      if (!take_next(server)) return;
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      wait_a_while(server, TIMER_PERIOD);
      return;
    } else if (errno != EINTR && errno != ECONNABORTED) {
      return;
    }
  }
}

void kill_connection(cweb_connection *connection) {
  if (connection->is_dying) return;
  connection->is_dying = true;
  connection->deadline = 0;
  if (connection->wsi) lws_set_timeout(connection->wsi, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_ASYNC);
}

void forget_connection(cweb_connection *connection) {
  connection->has_gone = true;
  if (connection->is_being_taken) return;
  cweb_server *server = connection->server;
  cweb_connection **place = &server->connections;
  while (*place && *place != connection) place = &(*place)->next;
  if (*place) {
    *place = connection->next;
    server->count -= 1;
  }
  if (connection->socket) server->callbacks.close(connection->socket);
  free(connection->answer);
  free(connection->body);
  free(connection);
}

cweb_connection *find_connection(const cweb_server *server, uint64_t number) {
  cweb_connection *each = server->connections;
  while (each && each->number != number) each = each->next;
  return each;
}

uint32_t count_bodies(const cweb_server *server) {
  uint32_t count = 0;
  for (const cweb_connection *each = server->connections; each; each = each->next)
    count += each->state == STATE_BODY || each->state == STATE_WAITING;
  return count;
}

void start_timer(cweb_server *server) {
  if (server->is_timed) return;
  server->is_timed = true;
  lws_sul_schedule(server->context, 0, &server->timer, look_after, TIMER_PERIOD);
}

static void look_after(lws_sorted_usec_list_t *timer) {
  cweb_server *server = lws_container_of(timer, cweb_server, timer);
  const lws_usec_t now = lws_now_usecs();
  server->is_timed = false;
  if (server->is_full) {
    server->is_full = false;
    lws_rx_flow_control(server->listener, 1);
    if (server->next >= 0) accept_connections(server);
  }
  const lws_usec_t stall = (lws_usec_t)server->limits.stall_time * LWS_US_PER_MS;
  for (cweb_connection *each = server->connections; each; each = each->next) {
    if (each->asked && now - each->asked > stall) {
      kill_connection(each);
    } else if (each->deadline && now >= each->deadline && each->wsi) {
      if (each->state == STATE_HELD) {
        each->deadline = now + (lws_usec_t)server->limits.head_time * LWS_US_PER_MS;
        each->state = STATE_ENDING;
        lws_rx_flow_control(each->wsi, 1);
        lws_callback_on_writable(each->wsi);
      } else {
        kill_connection(each);
      }
    }
  }
  if (server->connections || server->is_full) start_timer(server);
}
