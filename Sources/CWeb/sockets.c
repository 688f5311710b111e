#include <stdlib.h>
#include "internal.h"

/// Says goodbye; the place is free at once, whether or not the other side answers. -1, which has it said.
static int close_socket(cweb_connection *connection, enum lws_close_status code) {
  connection->state = STATE_ENDING;
  connection->asked = 0;
  connection->deadline = lws_now_usecs() + (lws_usec_t)connection->server->limits.head_time * LWS_US_PER_MS;
  connection->server->callbacks.close(connection->socket);
  connection->socket = NULL;
  lws_close_reason(connection->wsi, code, NULL, 0);
  return -1;
}

int open_socket(cweb_connection *connection) {
  if (connection->is_dying) return -1;
  connection->state = STATE_SOCKET;
  connection->deadline = 0;
  connection->socket = connection->server->callbacks.open(connection->server->caller);
  connection->asked = lws_now_usecs();
  lws_callback_on_writable(connection->wsi);
  return 0;
}

void cweb_send(cweb_connection *connection, const uint8_t *bytes, size_t count, bool is_binary) {
  cweb_server *server = connection->server;
  if (count > server->message_room) {
    uint8_t *larger = malloc(LWS_PRE + count);
    if (!larger) {
      kill_connection(connection);
      return;
    }
    free(server->message);
    server->message = larger;
    server->message_room = count;
  }
  memcpy(server->message + LWS_PRE, bytes, count);
  // libwebsockets keeps what the socket does not take, and does not ask for the next message before that has gone.
  if (lws_write(connection->wsi, server->message + LWS_PRE, count, is_binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT) < 0)
    kill_connection(connection);
}

int write_socket(cweb_connection *connection) {
  connection->asked = 0;
  if (connection->is_dying) return -1;
  if (connection->state != STATE_SOCKET) return 0;
  const int next = connection->server->callbacks.next(connection->socket, connection);
  if (next >= 1000) return close_socket(connection, (enum lws_close_status)next);
  if (next == CWEB_SENT) {
    connection->asked = lws_now_usecs();
    lws_callback_on_writable(connection->wsi);
  }
  return connection->is_dying ? -1 : 0;
}

int read_socket(cweb_connection *connection, size_t count) {
  if (connection->is_dying) return -1;
  if (connection->state != STATE_SOCKET) return 0;
  if (lws_is_first_fragment(connection->wsi)) connection->received = 0;
  connection->received += count;
  if (connection->received <= connection->server->limits.message_bytes) return 0;
  return close_socket(connection, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE);
}
