#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include "internal.h"

// A queue of the system's own, so that nobody who knocks is turned away while others are taken.
#define BACKLOG 1024

/// An address to listen on.
typedef union {
  struct sockaddr any;
  struct sockaddr_in four;
  struct sockaddr_in6 six;
} listen_address;

static socklen_t read_address(const char *text, uint16_t port, listen_address *address) {
  memset(address, 0, sizeof *address);
  if (inet_pton(AF_INET, text, &address->four.sin_addr) == 1) {
    address->four.sin_family = AF_INET;
    address->four.sin_port = htons(port);
    return sizeof address->four;
  }
  if (inet_pton(AF_INET6, text, &address->six.sin6_addr) == 1) {
    address->six.sin6_family = AF_INET6;
    address->six.sin6_port = htons(port);
    return sizeof address->six;
  }
  return 0;
}

bool cweb_is_address(const char *address) {
  listen_address unused;
  return read_address(address, 0, &unused) > 0;
}

int listen_on(const char *text, uint16_t wanted, uint16_t *port) {
  listen_address address;
  const socklen_t count = read_address(text, wanted, &address);
  if (count == 0) {
    errno = EINVAL;
    return -1;
  }
  const int descriptor = socket(address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int one = 1;
  listen_address found;
  socklen_t room = sizeof found;
  if (descriptor < 0) return -1;
  if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
      bind(descriptor, &address.any, count) == 0 && listen(descriptor, BACKLOG) == 0 &&
      getsockname(descriptor, &found.any, &room) == 0) {
    *port = ntohs(found.any.sa_family == AF_INET6 ? found.six.sin6_port : found.four.sin_port);
    return descriptor;
  }
  const int code = errno;
  close(descriptor);
  errno = code;
  return -1;
}
