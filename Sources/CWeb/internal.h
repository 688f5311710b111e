// What the files of this room share.
#ifndef CWEB_INTERNAL_H
#define CWEB_INTERNAL_H

#include <libwebsockets.h>
#include <pthread.h>
#include <string.h>
#include "CWeb.h"

/// What a connection does. Those that have no more to say than a head must make room for newer ones.
typedef enum {
  STATE_HEAD,     // its request has not come
  STATE_BODY,     // its body comes
  STATE_WAITING,  // its body is looked at
  STATE_HELD,     // its answer is held back
  STATE_ENDING,   // its answer is on the way, or the rest of its body thrown away
  STATE_SOCKET    // a WebSocket
} connection_state;

/// Whom a connection is from: an IPv4 address within IPv6's, or the network half of an IPv6 address.
typedef struct {
  uint8_t bytes[16];
} peer_address;

struct cweb_connection {
  cweb_connection *next;
  cweb_server *server;
  struct lws *wsi;  // NULL until libwebsockets has taken it
  peer_address peer;
  connection_state state;
  bool is_being_taken, has_gone, is_dying;
  uint64_t number;
  lws_usec_t taken;     // when it came
  lws_usec_t deadline;  // when it is closed, or a held answer sent; 0 for never
  lws_usec_t body_end;  // when a body must be whole
  // An answer with room before it, as libwebsockets wants it.
  uint8_t *answer;
  size_t answer_count;
  uint8_t *body;
  size_t body_count, body_length;
  void *socket;      // the caller's
  lws_usec_t asked;  // since when the WebSocket owes us that it can take a message; 0 where it does not
  size_t received;   // of the message that it sends
};

/// An answer to a body, on its way to the server's thread.
typedef struct finished {
  struct finished *next;
  uint64_t number;
  uint8_t *answer;
  size_t count;
} finished;

struct cweb_server {
  struct lws_context *context;
  struct lws_vhost *vhost;
  struct lws *listener;
  cweb_limits limits;
  cweb_callbacks callbacks;
  void *caller;
  bool is_secure;
  uint16_t port;
  // Newest first.
  cweb_connection *connections;
  uint32_t count;
  uint64_t last_number;
  lws_sorted_usec_list_t timer;
  bool is_timed, is_full;
  // Accepted from the system, and not yet taken; -1 for none.
  int next;
  peer_address next_peer;
  lws_retry_bo_t patience;
  // Room for one message.
  uint8_t *message;
  size_t message_room;
  pthread_t thread;
  // What other threads touch.
  pthread_mutex_t mutex;
  finished *finished;
  bool must_end, must_wake;
};

/// Bytes with the room before them that libwebsockets writes to, NULL where there is no memory.
uint8_t *copy_with_room(const uint8_t *bytes, size_t count);

// listen.c

/// A listening socket and its port, or -1 and why in errno.
int listen_on(const char *address, uint16_t wanted, uint16_t *port);

// connections.c

/// Takes what knocks at the listening socket.
void accept_connections(cweb_server *server);
/// Closes now, with no more words.
void kill_connection(cweb_connection *connection);
/// libwebsockets has let go of it.
void forget_connection(cweb_connection *connection);
cweb_connection *find_connection(const cweb_server *server, uint64_t number);
/// Calls back for deadlines while there is anything to look after.
void start_timer(cweb_server *server);
/// Counts bodies that come or are looked at.
uint32_t count_bodies(const cweb_server *server);

// request.c

/// A request's head is whole. Returns what libwebsockets wants: 0 goes on, -1 closes.
int take_request(cweb_connection *connection, bool wants_upgrade);
int take_body(cweb_connection *connection, const uint8_t *bytes, size_t count);
int take_body_end(cweb_connection *connection);
/// Sends the answer; -1, which closes.
int send_answer(cweb_connection *connection);

// sockets.c

int open_socket(cweb_connection *connection);
int write_socket(cweb_connection *connection);
int read_socket(cweb_connection *connection, size_t count);

#endif
