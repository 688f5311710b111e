// A web server for few visitors on libwebsockets: what is answered is the caller's, who may come and how long is kept
// here. One request a connection: after its answer it is closed, so that nothing behind a request is ever read as one.
#ifndef CWEB_H
#define CWEB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cweb_server cweb_server;
typedef struct cweb_connection cweb_connection;

/// What a visitor may ask for. Times are in milliseconds.
typedef struct {
  uint32_t head_bytes;           // of a request's line and fields together, below 65,536
  uint32_t head_time;            // from the connection to the end of the request's head, TLS among it
  uint32_t body_pause;           // between two pieces of a body
  uint32_t body_time;            // for a whole body
  uint32_t connections;          // in all
  uint32_t connections_of_peer;  // of one address, WebSockets and bodies aside; an IPv6 address is its first 64 bits
  uint32_t message_bytes;        // of what a WebSocket sends us
  uint32_t stall_time;           // that a WebSocket takes nothing, or answers no ping
  uint32_t wrong_time;           // that a wrong answer is held back
} cweb_limits;

typedef enum { CWEB_GET, CWEB_POST, CWEB_OTHER_METHOD } cweb_method;

/// Why a request is none that may be looked at.
typedef enum {
  CWEB_SOUND,
  CWEB_AMBIGUOUS,      // fields twice that may be there once, a length that is no number, control characters
  CWEB_NOT_VERSION_1,  // no HTTP/1.1 or 1.0, or no host
  CWEB_NOT_SECURE,     // HTTP on a port that speaks TLS
  CWEB_WRONG_UPGRADE   // a WebSocket that is none of RFC 6455, or any upgrade with a body
} cweb_fault;

/// The head of a request; its texts are there while the call lasts, NULL where the request has none.
typedef struct {
  cweb_fault fault;
  cweb_method method;
  bool wants_socket;  // a WebSocket is asked for
  bool has_length;    // a Content-Length
  bool is_chunked;    // any Transfer-Encoding
  bool expects_word;  // the body comes when it is called for (Expect: 100-continue)
  uint64_t length;    // of the body
  uint32_t bodies;    // that are on the way or looked at now, of all connections
  const char *path;   // decoded
  const char *token;  // of the query
  const char *host;
  const char *origin;
  const char *cookie;
  const char *subprotocol;  // that a WebSocket asks for
} cweb_request;

/// What becomes of a request.
typedef enum {
  CWEB_ANSWER,        // the answer given by `cweb_answer`, and the end
  CWEB_WRONG_ANSWER,  // the same, held back; to who asked for a WebSocket no word at all
  CWEB_TAKE_BODY,     // the body is read; `body` gets it
  CWEB_OPEN_SOCKET    // a WebSocket opens
} cweb_decision;

/// What `next` did with a WebSocket: nothing, or called `cweb_send`. From 1000 on the code to close it with.
enum { CWEB_IDLE = 0, CWEB_SENT = 1 };

/// The caller's part. All but `finish` run on the server's own thread, one at a time.
typedef struct {
  /// Answers by `cweb_answer`, or says what else is done.
  cweb_decision (*decide)(void *context, cweb_connection *connection, const cweb_request *request);
  /// A whole body, which is the callee's to free. Its connection waits for `cweb_finish` with this number.
  void (*body)(void *context, uint64_t number, uint8_t *bytes, size_t count);
  /// A WebSocket has opened: what the next two calls get. It must not be NULL.
  void *(*open)(void *context);
  /// The WebSocket can take a message.
  int (*next)(void *socket, cweb_connection *connection);
  /// It has gone.
  void (*close)(void *socket);
} cweb_callbacks;

typedef struct {
  const char *address;      // numbers, of IPv4 or IPv6
  uint16_t port;            // 0 for any
  const char *certificate;  // a PEM file with its chain, NULL for no TLS
  const char *key;          // a PEM file
  cweb_limits limits;
  cweb_callbacks callbacks;
  void *context;
} cweb_settings;

typedef enum {
  CWEB_OK,
  CWEB_NO_ADDRESS,  // the address is no numbers
  CWEB_NO_SOCKET,   // the system refuses; `code` is its errno
  CWEB_NO_TLS,      // the certificate or its key cannot be used; `words` says why
  CWEB_NO_MEMORY
} cweb_status;

typedef struct {
  cweb_status status;
  int code;
  char words[256];
} cweb_failure;

/// Listens and serves on a thread of its own. NULL where it cannot, and why in `failure`.
cweb_server *cweb_start(const cweb_settings *settings, cweb_failure *failure);

/// The port that it listens on.
uint16_t cweb_port(const cweb_server *server);

/// Has `next` called for each WebSocket that can take a message. From any thread.
void cweb_wake(cweb_server *server);

/// The answer to a body: all its bytes, the head among them. From any thread; a connection that has gone is no error.
void cweb_finish(cweb_server *server, uint64_t number, const uint8_t *bytes, size_t count);

/// Closes all connections and frees the server. No other call may be under way or come later.
void cweb_stop(cweb_server *server);

/// Whether an address is one to listen on.
bool cweb_is_address(const char *address);

/// Within `decide`: all bytes of the answer. False where there is no memory.
bool cweb_answer(cweb_connection *connection, const uint8_t *bytes, size_t count);

/// Within `next`: one message, binary or text.
void cweb_send(cweb_connection *connection, const uint8_t *bytes, size_t count, bool is_binary);

#endif
