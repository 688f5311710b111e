#include <stdlib.h>
#include "internal.h"

// The rest of a refused body is thrown away up to here, so that who sends it reads the answer; then it is cut off.
#define MOST_THROWN_AWAY (64 << 20)
#define FIRST_PIECE (64 << 10)

/// Texts of a head.
typedef struct {
  char path[256], token[256], host[256], origin[264], cookie[4096], subprotocol[64], short_text[32];
} head_texts;

/// A field that may be there once, or NULL; a fault where it is there twice, too long or no plain text.
static const char *copy_field(struct lws *wsi, enum lws_token_indexes field, char *text, size_t room,
                              cweb_fault *fault) {
  if (lws_hdr_total_length(wsi, field) <= 0) return NULL;
  const int count = lws_hdr_copy(wsi, text, (int)room, field);
  if (count < 0 || lws_hdr_fragment_length(wsi, field, 1) > 0) *fault = CWEB_AMBIGUOUS;
  for (int i = 0; i < count; i++)
    if ((unsigned char)text[i] < ' ' || text[i] == 127) *fault = CWEB_AMBIGUOUS;
  return *fault == CWEB_AMBIGUOUS ? NULL : text;
}

/// `?token=` of the query, the first one, or NULL.
static const char *copy_token(struct lws *wsi, char *text, size_t room) {
  static const char name[] = "token=";
  for (int i = 0; lws_hdr_copy_fragment(wsi, text, (int)room, WSI_TOKEN_HTTP_URI_ARGS, i) > 0; i++)
    if (strncmp(text, name, sizeof name - 1) == 0) return text + sizeof name - 1;
  return NULL;
}

/// Digits and nothing else, far below what overflows.
static bool read_length(const char *text, uint64_t *length) {
  const size_t count = strlen(text);
  if (count == 0 || count > 18 || strspn(text, "0123456789") != count) return false;
  *length = strtoull(text, NULL, 10);
  return true;
}

/// Whether the upgrade that is asked for is a WebSocket.
static bool is_to_socket(struct lws *wsi, head_texts *texts, cweb_fault *fault) {
  const char *kind = copy_field(wsi, WSI_TOKEN_UPGRADE, texts->short_text, sizeof texts->short_text, fault);
  return kind && strcasecmp(kind, "websocket") == 0;
}

/// Whether the fields of RFC 6455 are there; libwebsockets looks at them less strictly.
static bool is_handshake(struct lws *wsi, head_texts *texts, cweb_fault *fault) {
  const char *version = copy_field(wsi, WSI_TOKEN_VERSION, texts->short_text, sizeof texts->short_text, fault);
  if (!version || strcmp(version, "13") != 0) return false;
  const char *key = copy_field(wsi, WSI_TOKEN_KEY, texts->short_text, sizeof texts->short_text, fault);
  return key && strlen(key) == 24;
}

static cweb_method read_path(struct lws *wsi, char *path, size_t room) {
  char *start = NULL;
  int count = 0;
  const int method = lws_http_get_uri_and_method(wsi, &start, &count);
  path[0] = 0;
  if (method >= 0 && count >= 0 && (size_t)count < room) {
    memcpy(path, start, (size_t)count);
    path[count] = 0;
  }
  return method == LWSHUMETH_GET ? CWEB_GET : method == LWSHUMETH_POST ? CWEB_POST : CWEB_OTHER_METHOD;
}

static void read_request(cweb_connection *connection, bool wants_upgrade, head_texts *texts, cweb_request *request) {
  struct lws *wsi = connection->wsi;
  cweb_fault fault = CWEB_SOUND;
  memset(request, 0, sizeof *request);
  request->wants_socket = wants_upgrade && is_to_socket(wsi, texts, &fault);
  request->bodies = count_bodies(connection->server);
  request->method = read_path(wsi, texts->path, sizeof texts->path);
  request->path = texts->path;
  request->token = copy_token(wsi, texts->token, sizeof texts->token);
  request->host = copy_field(wsi, WSI_TOKEN_HOST, texts->host, sizeof texts->host, &fault);
  request->origin = copy_field(wsi, WSI_TOKEN_ORIGIN, texts->origin, sizeof texts->origin, &fault);
  request->cookie = copy_field(wsi, WSI_TOKEN_HTTP_COOKIE, texts->cookie, sizeof texts->cookie, &fault);
  request->subprotocol = copy_field(wsi, WSI_TOKEN_PROTOCOL, texts->subprotocol, sizeof texts->subprotocol, &fault);
  request->is_chunked = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0;
  const char *expectation = copy_field(wsi, WSI_TOKEN_HTTP_EXPECT, texts->short_text, sizeof texts->short_text, &fault);
  request->expects_word = expectation && strcasecmp(expectation, "100-continue") == 0;
  const char *length = copy_field(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, texts->short_text, sizeof texts->short_text,
                                  &fault);
  request->has_length = length != NULL;
  if (length && (!read_length(length, &request->length) || request->is_chunked)) fault = CWEB_AMBIGUOUS;
  const char *version = copy_field(wsi, WSI_TOKEN_HTTP, texts->short_text, sizeof texts->short_text, &fault);
  if (fault == CWEB_SOUND &&
      (!request->host || !version || strncmp(version, "HTTP/1.", 7) != 0 || strlen(version) != 8))
    fault = CWEB_NOT_VERSION_1;
  // Another upgrade, as to HTTP/2, may be passed over where there is no body: the answer is one of HTTP/1.1.
  if (wants_upgrade && fault == CWEB_SOUND &&
      ((request->wants_socket && !is_handshake(wsi, texts, &fault)) || request->method != CWEB_GET ||
       request->length > 0 || request->is_chunked))
    fault = CWEB_WRONG_UPGRADE;
  if (connection->server->is_secure && !lws_is_ssl(wsi)) fault = CWEB_NOT_SECURE;
  request->fault = fault;
}

static void set_deadline(cweb_connection *connection, uint32_t milliseconds) {
  connection->deadline = lws_now_usecs() + (lws_usec_t)milliseconds * LWS_US_PER_MS;
}

bool cweb_answer(cweb_connection *connection, const uint8_t *bytes, size_t count) {
  free(connection->answer);
  connection->answer = copy_with_room(bytes, count);
  connection->answer_count = connection->answer ? count : 0;
  return connection->answer != NULL;
}

int send_answer(cweb_connection *connection) {
  connection->state = STATE_ENDING;
  set_deadline(connection, connection->server->limits.head_time);
  if (connection->answer) {
    uint8_t *answer = connection->answer;
    // What the socket does not take at once, libwebsockets keeps and sends before it closes.
    lws_write(connection->wsi, answer + LWS_PRE, connection->answer_count, LWS_WRITE_HTTP);
    connection->answer = NULL;
    free(answer);
  }
  return -1;
}

/// Gives a whole body to the caller and reads nothing more until its answer is there.
static void hand_over_body(cweb_connection *connection) {
  uint8_t *body = connection->body;
  connection->body = NULL;
  connection->state = STATE_WAITING;
  connection->deadline = 0;
  lws_rx_flow_control(connection->wsi, 0);
  connection->server->callbacks.body(connection->server->caller, connection->number, body, connection->body_count);
}

static int begin_body(cweb_connection *connection, const cweb_request *request) {
  const cweb_limits *limits = &connection->server->limits;
  connection->state = STATE_BODY;
  connection->body_length = (size_t)request->length;
  connection->body_count = 0;
  connection->body_end = lws_now_usecs() + (lws_usec_t)limits->body_time * LWS_US_PER_MS;
  set_deadline(connection, limits->body_pause);
  if (request->length == 0) {
    hand_over_body(connection);
  } else if (request->expects_word) {
    uint8_t word[LWS_PRE + 32];
    const size_t count = (size_t)lws_snprintf((char *)word + LWS_PRE, 32, "HTTP/1.1 100 Continue\r\n\r\n");
    if (lws_write(connection->wsi, word + LWS_PRE, count, LWS_WRITE_HTTP) < 0) return -1;
  }
  return 0;
}

int take_request(cweb_connection *connection, bool wants_upgrade) {
  // One request a connection; and where libwebsockets has refused an upgrade itself, there is no head any more.
  if (connection->is_dying || connection->state != STATE_HEAD) return -1;
  if (wants_upgrade && lws_hdr_total_length(connection->wsi, WSI_TOKEN_UPGRADE) <= 0) return -1;
  head_texts texts;
  cweb_request request;
  read_request(connection, wants_upgrade, &texts, &request);
  const cweb_server *server = connection->server;
  const cweb_decision decision = server->callbacks.decide(server->caller, connection, &request);
  const bool is_sound = request.fault == CWEB_SOUND;
  if (decision == CWEB_TAKE_BODY && is_sound && !wants_upgrade && request.has_length)
    return begin_body(connection, &request);
  if (decision == CWEB_OPEN_SOCKET && is_sound && request.wants_socket) {
    // The handshake is libwebsockets' own from here; `open_socket` comes next, or the end.
    set_deadline(connection, server->limits.head_time);
    return 0;
  }
  if (decision == CWEB_WRONG_ANSWER) {
    if (wants_upgrade) return -1;
    connection->state = STATE_HELD;
    set_deadline(connection, server->limits.wrong_time);
    lws_rx_flow_control(connection->wsi, 0);
    return 0;
  }
  const int end = send_answer(connection);
  // Where libwebsockets goes on to a body, it is read and thrown away.
  const bool has_body = request.length > 0 || (request.is_chunked && request.method == CWEB_POST);
  connection->body_count = 0;
  return has_body && !wants_upgrade && request.fault != CWEB_AMBIGUOUS ? 0 : end;
}

int take_body(cweb_connection *connection, const uint8_t *bytes, size_t count) {
  if (connection->is_dying) return -1;
  if (connection->state == STATE_ENDING) {
    connection->body_count += count;
    return connection->body_count > MOST_THROWN_AWAY ? -1 : 0;
  }
  if (connection->state != STATE_BODY || count == 0) return 0;
  if (count > connection->body_length - connection->body_count) return -1;
  const size_t old = connection->body_count, needed = old + count;
  // Memory grows with what has come, not with what is announced: each time it is full, to the double.
  size_t room = FIRST_PIECE;
  while (room < needed) room *= 2;
  size_t old_room = FIRST_PIECE;
  while (old_room < old) old_room *= 2;
  if (!connection->body || room != old_room) {
    uint8_t *grown = realloc(connection->body, room);
    if (!grown) return -1;
    connection->body = grown;
  }
  memcpy(connection->body + old, bytes, count);
  connection->body_count = needed;
  set_deadline(connection, connection->server->limits.body_pause);
  if (connection->deadline > connection->body_end) connection->deadline = connection->body_end;
  return 0;
}

int take_body_end(cweb_connection *connection) {
  if (connection->is_dying) return -1;
  // What stands behind a body comes here again and again; an answer that is due must not be cut off by it.
  if (connection->state == STATE_ENDING) return connection->answer ? 0 : -1;
  if (connection->state == STATE_BODY) {
    if (connection->body_count != connection->body_length) return -1;
    hand_over_body(connection);
  }
  return 0;
}
