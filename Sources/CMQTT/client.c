#include <errno.h>
#include <mosquitto.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CMQTT.h"

// Of messages on the way, of which the caller has fewer.
enum { MOST_TAKEN = 256 };

struct cmqtt_client {
  struct mosquitto *mosquitto;
  bool is_connected, is_secure;
  int refusal;  // the broker's code; 0 for none
  int taken[MOST_TAKEN];
  size_t taken_count;
  char words[sizeof((cmqtt_failure *)0)->words];
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void start_library(void) { mosquitto_lib_init(); }

static void connected(struct mosquitto *mosquitto, void *context, int code) {
  (void)mosquitto;
  cmqtt_client *client = context;
  client->is_connected = code == 0;
  client->refusal = code;
}

static void disconnected(struct mosquitto *mosquitto, void *context, int code) {
  (void)mosquitto;
  (void)code;
  ((cmqtt_client *)context)->is_connected = false;
}

static void published(struct mosquitto *mosquitto, void *context, int number) {
  (void)mosquitto;
  cmqtt_client *client = context;
  if (client->taken_count < MOST_TAKEN) client->taken[client->taken_count++] = number;
}

// What TLS says is told nowhere else.
static void logged(struct mosquitto *mosquitto, void *context, int level, const char *words) {
  (void)mosquitto;
  cmqtt_client *client = context;
  if (level == MOSQ_LOG_ERR) snprintf(client->words, sizeof client->words, "%s", words);
}

static void fail(cmqtt_failure *failure, const cmqtt_client *client, int error) {
  int code = errno;
  *failure = (cmqtt_failure){.status = CMQTT_LOST};
  if (client != NULL) memcpy(failure->words, client->words, sizeof failure->words);
  if (client != NULL && client->refusal != 0) {
    failure->status = CMQTT_REFUSED;
    failure->code = client->refusal;
    return;
  }
  switch (error) {
    case MOSQ_ERR_NOMEM: failure->status = CMQTT_NO_MEMORY; break;
    case MOSQ_ERR_EAI:
      // libmosquitto leaves the resolver's answer in errno.
      failure->status = CMQTT_NO_HOST;
      snprintf(failure->words, sizeof failure->words, "%s", gai_strerror(code));
      break;
    case MOSQ_ERR_TLS:
    case MOSQ_ERR_TLS_HANDSHAKE: failure->status = CMQTT_TLS; break;
    case MOSQ_ERR_ERRNO:
      failure->status = CMQTT_SYSTEM;
      failure->code = code;
      // An end in the middle of a handshake is no error of the system.
      if (code == 0) failure->status = client != NULL && client->is_secure ? CMQTT_TLS : CMQTT_LOST;
      break;
    case MOSQ_ERR_PROTOCOL:
    case MOSQ_ERR_MALFORMED_PACKET: failure->status = CMQTT_PROTOCOL; break;
    default: break;
  }
}

static int set_up(cmqtt_client *client, const cmqtt_settings *settings) {
  struct mosquitto *mosquitto = client->mosquitto;
  mosquitto_connect_callback_set(mosquitto, connected);
  mosquitto_disconnect_callback_set(mosquitto, disconnected);
  mosquitto_publish_callback_set(mosquitto, published);
  mosquitto_log_callback_set(mosquitto, logged);
  int error = mosquitto_username_pw_set(mosquitto, settings->user, settings->password);
  if (error == MOSQ_ERR_SUCCESS && settings->will_topic != NULL) {
    error = mosquitto_will_set(mosquitto, settings->will_topic, (int)strlen(settings->will), settings->will, 1, true);
  }
  if (error == MOSQ_ERR_SUCCESS && settings->is_secure) {
    error = settings->authorities != NULL ? mosquitto_tls_set(mosquitto, settings->authorities, NULL, NULL, NULL, NULL)
                                          : mosquitto_int_option(mosquitto, MOSQ_OPT_TLS_USE_OS_CERTS, 1);
  }
  return error;
}

cmqtt_client *cmqtt_begin(const cmqtt_settings *settings, cmqtt_failure *failure) {
  pthread_once(&once, start_library);
  cmqtt_client *client = calloc(1, sizeof *client);
  if (client == NULL) {
    *failure = (cmqtt_failure){.status = CMQTT_NO_MEMORY};
    return NULL;
  }
  client->is_secure = settings->is_secure;
  client->mosquitto = mosquitto_new(settings->id, true, client);
  int error = client->mosquitto == NULL ? MOSQ_ERR_NOMEM : set_up(client, settings);
  if (error == MOSQ_ERR_SUCCESS) {
    errno = 0;
    error = mosquitto_connect_async(client->mosquitto, settings->host, settings->port, settings->keep_alive);
  }
  if (error == MOSQ_ERR_SUCCESS) return client;
  fail(failure, client, error);
  cmqtt_end(client);
  return NULL;
}

bool cmqtt_work(cmqtt_client *client, int milliseconds, cmqtt_failure *failure) {
  errno = 0;
  int error = mosquitto_loop(client->mosquitto, milliseconds, 1);
  if (error == MOSQ_ERR_SUCCESS && client->refusal == 0) return true;
  fail(failure, client, error);
  return false;
}

bool cmqtt_is_connected(const cmqtt_client *client) { return client->is_connected; }

bool cmqtt_publish(cmqtt_client *client, const char *topic, const void *bytes, size_t count, bool is_retained,
                   int *number) {
  return mosquitto_publish(client->mosquitto, number, topic, (int)count, bytes, 1, is_retained) == MOSQ_ERR_SUCCESS;
}

size_t cmqtt_taken(cmqtt_client *client, int *numbers, size_t room) {
  size_t count = client->taken_count < room ? client->taken_count : room;
  memcpy(numbers, client->taken, count * sizeof *numbers);
  client->taken_count -= count;
  memmove(client->taken, client->taken + count, client->taken_count * sizeof *numbers);
  return count;
}

void cmqtt_say_goodbye(cmqtt_client *client) {
  mosquitto_disconnect(client->mosquitto);
  cmqtt_failure failure;
  cmqtt_work(client, 100, &failure);
}

void cmqtt_end(cmqtt_client *client) {
  if (client->mosquitto != NULL) mosquitto_destroy(client->mosquitto);
  free(client);
}
