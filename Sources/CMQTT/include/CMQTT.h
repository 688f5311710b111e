// A client of an MQTT broker by libmosquitto: one connection, made once, which ends and is thrown away. Who keeps
// messages until the broker has them, and tries again, is the caller. For one thread at a time.
#ifndef CMQTT_H
#define CMQTT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cmqtt_client cmqtt_client;

/// Whom to connect to, and as whom. Nothing is kept but what libmosquitto copies.
typedef struct {
  const char *id;
  const char *host;
  uint16_t port;
  const char *user, *password;  // NULL for none
  bool is_secure;
  const char *authorities;  // a file of certificates in PEM form that may sign the broker's; NULL for the system's
  uint16_t keep_alive;      // seconds
  // What the broker says, retained, when this client has gone without a word.
  const char *will_topic, *will;
} cmqtt_settings;

/// Why a connection is not made, or has ended.
typedef enum {
  CMQTT_OK,
  CMQTT_NO_MEMORY,
  /// The host has no address; `words` of the resolver.
  CMQTT_NO_HOST,
  /// The system's error in `code`.
  CMQTT_SYSTEM,
  /// The broker refuses; MQTT 3.1.1's return code (3.2.2.3) in `code`: 4 and 5 are about user and password.
  CMQTT_REFUSED,
  /// TLS fails; `words` of the library.
  CMQTT_TLS,
  /// The broker has ended the connection, or says nothing.
  CMQTT_LOST,
  /// What comes is no MQTT.
  CMQTT_PROTOCOL,
} cmqtt_status;

typedef struct {
  cmqtt_status status;
  int code;
  char words[160];
} cmqtt_failure;

/// Begins to connect. NULL with `failure` where that cannot even begin; looking up the host may take its time.
cmqtt_client *cmqtt_begin(const cmqtt_settings *settings, cmqtt_failure *failure);

/// Does what is to be done, for `milliseconds` at most where nothing is. False where the connection is no more.
bool cmqtt_work(cmqtt_client *client, int milliseconds, cmqtt_failure *failure);

/// Whether the broker has taken the connection.
bool cmqtt_is_connected(const cmqtt_client *client);

/// Sends a message of which the broker is to say that it has it (QoS 1); `number` names it. False where it cannot be
/// sent now.
bool cmqtt_publish(cmqtt_client *client, const char *topic, const void *bytes, size_t count, bool is_retained,
                   int *number);

/// Messages that the broker has, by their numbers; each is told once. How many.
size_t cmqtt_taken(cmqtt_client *client, int *numbers, size_t room);

/// Says goodbye, so that the broker does not send the will.
void cmqtt_say_goodbye(cmqtt_client *client);

void cmqtt_end(cmqtt_client *client);

#endif
