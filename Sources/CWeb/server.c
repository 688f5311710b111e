#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include "CThreads.h"
#include "internal.h"

#define READ_AT_A_TIME (16 << 10)

static int take_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t count);

static const struct lws_protocols protocols[] = {
    // Messages go to the socket whole. A name that no WebSocket has to ask for.
    {"glint", take_event, 0, READ_AT_A_TIME, 0, NULL, 1 << 30},
    {NULL, NULL, 0, 0, 0, NULL, 0},
};

uint8_t *copy_with_room(const uint8_t *bytes, size_t count) {
  uint8_t *copy = malloc(LWS_PRE + count + 1);
  if (copy && count > 0) memcpy(copy + LWS_PRE, bytes, count);
  return copy;
}

// libwebsockets tells why it refuses a certificate to its log alone, which is one for the whole program.
static pthread_mutex_t log_mutex = PTHREAD_MUTEX_INITIALIZER;
static char log_words[256];

/// The first words are OpenSSL's, the others say that without them nothing goes on.
static void keep_words(int level, const char *line) {
  (void)level;
  if (log_words[0]) return;
  lws_strncpy(log_words, line, sizeof log_words);
  log_words[strcspn(log_words, "\n")] = 0;
}

static bool make_context(cweb_server *server, const cweb_settings *settings, cweb_failure *failure) {
  struct lws_context_creation_info info = {0};
  info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
  if (server->is_secure) info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
  info.port = CONTEXT_PORT_NO_LISTEN_SERVER;
  info.user = server;
  info.protocols = protocols;
  info.vhost_name = "glint";
  // Each may have a head; some are on their way out while newer ones come.
  info.max_http_header_pool = (unsigned short)(2 * settings->limits.connections);
  info.max_http_header_data = (unsigned short)settings->limits.head_bytes;
  info.fd_limit_per_thread = 2 * settings->limits.connections + 16;
  info.pt_serv_buf_size = READ_AT_A_TIME;
  info.timeout_secs = 5;
  info.retry_and_idle_policy = &server->patience;
  // HTTP/2 would be a second border to guard.
  info.alpn = "http/1.1";
  info.ssl_cert_filepath = settings->certificate;
  info.ssl_private_key_filepath = settings->key;
  // Nobody is asked for a key's password.
  info.ssl_private_key_password = "";
  // Who speaks HTTP here is told so.
  if (server->is_secure)
    info.options |= LWS_SERVER_OPTION_ALLOW_NON_SSL_ON_SSL_PORT | LWS_SERVER_OPTION_ALLOW_HTTP_ON_HTTPS_LISTENER;

  // It takes these signals for itself; they are the program's.
  struct sigaction pipe_action, user_action;
  sigaction(SIGPIPE, NULL, &pipe_action);
  sigaction(SIGUSR2, NULL, &user_action);
  pthread_mutex_lock(&log_mutex);
  lws_set_log_level(LLL_ERR, keep_words);
  log_words[0] = 0;
  server->context = lws_create_context(&info);
  if (server->context) server->vhost = lws_create_vhost(server->context, &info);
  lws_set_log_level(0, keep_words);
  sigaction(SIGPIPE, &pipe_action, NULL);
  sigaction(SIGUSR2, &user_action, NULL);
  if (!server->vhost) {
    failure->status = server->is_secure ? CWEB_NO_TLS : CWEB_NO_MEMORY;
    lws_strncpy(failure->words, log_words, sizeof failure->words);
  }
  pthread_mutex_unlock(&log_mutex);
  return server->vhost != NULL;
}

static void free_server(cweb_server *server) {
  if (server->context) lws_context_destroy(server->context);
  if (server->next >= 0) close(server->next);
  pthread_mutex_destroy(&server->mutex);
  while (server->finished) {
    finished *first = server->finished;
    server->finished = first->next;
    free(first->answer);
    free(first);
  }
  free(server->message);
  free(server);
}

static void *serve(void *server_) {
  cweb_server *server = server_;
  ct_lower_priority();  // serving comes after capturing and labelling
  bool must_end = false;
  while (!must_end && lws_service(server->context, 0) >= 0) {
    pthread_mutex_lock(&server->mutex);
    must_end = server->must_end;
    pthread_mutex_unlock(&server->mutex);
  }
  return NULL;
}

cweb_server *cweb_start(const cweb_settings *settings, cweb_failure *failure) {
  memset(failure, 0, sizeof *failure);
  if (!cweb_is_address(settings->address)) {
    failure->status = CWEB_NO_ADDRESS;
    return NULL;
  }
  cweb_server *server = calloc(1, sizeof *server);
  if (!server) {
    failure->status = CWEB_NO_MEMORY;
    return NULL;
  }
  pthread_mutex_init(&server->mutex, NULL);
  server->next = -1;
  server->limits = settings->limits;
  server->callbacks = settings->callbacks;
  server->caller = settings->context;
  server->is_secure = settings->certificate != NULL;
  const uint32_t stall = (settings->limits.stall_time + 999) / 1000;
  server->patience.secs_since_valid_ping = (uint16_t)(stall > 1 ? stall / 2 : 1);
  server->patience.secs_since_valid_hangup = (uint16_t)(stall > 2 ? stall : 2);

  // The socket first: a port that is taken is the likeliest fault, and has the clearest words.
  const int descriptor = listen_on(settings->address, settings->port, &server->port);
  if (descriptor < 0) {
    failure->status = CWEB_NO_SOCKET;
    failure->code = errno;
    free_server(server);
    return NULL;
  }
  // Signals are for the program's other threads, and a connection that breaks under TLS must not end it.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool runs = make_context(server, settings, failure);
  if (runs) {
    lws_sock_file_fd_type file;
    file.filefd = descriptor;
    server->listener = lws_adopt_descriptor_vhost(server->vhost, LWS_ADOPT_RAW_FILE_DESC, file, "glint", NULL);
    runs = server->listener && pthread_create(&server->thread, NULL, serve, server) == 0;
    if (!runs) failure->status = CWEB_NO_MEMORY;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (runs) return server;
  if (!server->listener) close(descriptor);
  free_server(server);
  return NULL;
}

uint16_t cweb_port(const cweb_server *server) { return server->port; }

void cweb_wake(cweb_server *server) {
  pthread_mutex_lock(&server->mutex);
  const bool is_first = !server->must_wake;
  server->must_wake = true;
  pthread_mutex_unlock(&server->mutex);
  if (is_first) lws_cancel_service(server->context);
}

void cweb_finish(cweb_server *server, uint64_t number, const uint8_t *bytes, size_t count) {
  finished *last = calloc(1, sizeof *last);
  if (!last) return;
  last->number = number;
  last->answer = copy_with_room(bytes, count);
  last->count = count;
  pthread_mutex_lock(&server->mutex);
  last->next = server->finished;
  server->finished = last;
  pthread_mutex_unlock(&server->mutex);
  lws_cancel_service(server->context);
}

void cweb_stop(cweb_server *server) {
  pthread_mutex_lock(&server->mutex);
  server->must_end = true;
  pthread_mutex_unlock(&server->mutex);
  lws_cancel_service(server->context);
  pthread_join(server->thread, NULL);
  free_server(server);
}

/// Looks at what other threads have left.
static void take_news(cweb_server *server) {
  pthread_mutex_lock(&server->mutex);
  const bool must_wake = server->must_wake;
  finished *answers = server->finished;
  server->must_wake = false;
  server->finished = NULL;
  pthread_mutex_unlock(&server->mutex);
  while (answers) {
    finished *answer = answers;
    answers = answer->next;
    cweb_connection *connection = find_connection(server, answer->number);
    if (connection && connection->state == STATE_WAITING) {
      connection->answer = answer->answer;
      connection->answer_count = answer->count;
      connection->state = STATE_ENDING;
      connection->deadline = lws_now_usecs() + (lws_usec_t)server->limits.head_time * LWS_US_PER_MS;
      lws_rx_flow_control(connection->wsi, 1);
      lws_callback_on_writable(connection->wsi);
    } else {
      free(answer->answer);
    }
    free(answer);
  }
  if (!must_wake) return;
  for (cweb_connection *each = server->connections; each; each = each->next)
    if (each->state == STATE_SOCKET && !each->is_dying) {
      if (!each->asked) each->asked = lws_now_usecs();
      lws_callback_on_writable(each->wsi);
    }
}

static int take_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t count) {
  (void)user;
  if (reason == LWS_CALLBACK_EVENT_WAIT_CANCELLED) {
    take_news(lws_context_user(lws_get_context(wsi)));
    return 0;
  }
  if (reason == LWS_CALLBACK_RAW_RX_FILE) {
    accept_connections(lws_context_user(lws_get_context(wsi)));
    return 0;
  }
  switch (reason) {
    // CONNECT turns a connection into one without a protocol, which nothing here serves.
    case LWS_CALLBACK_RAW_ADOPT:
    case LWS_CALLBACK_RAW_RX:
    case LWS_CALLBACK_RAW_WRITEABLE: return -1;
    case LWS_CALLBACK_HTTP:
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
    case LWS_CALLBACK_HTTP_BODY:
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
    case LWS_CALLBACK_HTTP_WRITEABLE:
    case LWS_CALLBACK_ESTABLISHED:
    case LWS_CALLBACK_SERVER_WRITEABLE:
    case LWS_CALLBACK_RECEIVE:
    case LWS_CALLBACK_WSI_DESTROY: break;
    default: return 0;
  }
  cweb_connection *connection = lws_get_opaque_user_data(wsi);
  if (!connection) return 0;  // the listener
  connection->wsi = wsi;
  switch (reason) {
    case LWS_CALLBACK_HTTP: return take_request(connection, false);
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE: return take_request(connection, true);
    case LWS_CALLBACK_HTTP_BODY: return take_body(connection, in, count);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION: return take_body_end(connection);
    case LWS_CALLBACK_HTTP_WRITEABLE:
      return connection->answer && connection->state == STATE_ENDING ? send_answer(connection) : 0;
    case LWS_CALLBACK_ESTABLISHED: return open_socket(connection);
    case LWS_CALLBACK_SERVER_WRITEABLE: return write_socket(connection);
    case LWS_CALLBACK_RECEIVE: return read_socket(connection, count);
    default: forget_connection(connection); return 0;
  }
}
