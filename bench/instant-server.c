/*
 * A server that answers at once, so that a benchmark of clients measures the clients.
 *
 *   cc -O2 -o instant-server instant-server.c && ./instant-server      (prints the port that it listens on, on 127.0.0.1)
 *
 * It speaks as much of Redis' protocol as load generators need: AI.DAG… answers an array of two OKs and a tensor of two
 * floats (0.25, 0.75), AI.MODELEXECUTE's pipeline and everything else OK, except what clients ask on connecting (PING, INFO, CONFIG,
 * AI.MODELGET, AI.TENSORGET). Commands are arrays of bulk strings. One thread, epoll, one write for all that one read brought.
 * It ends when its standard input is closed, so that it never outlives who started it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS_MAX 4096
#define IN_BYTES (1 << 20)
#define OUT_BYTES (1 << 18)
#define EVENTS_MAX 256

struct connection {
  char *in;
  size_t filled;
};

static struct connection connections[CONNECTIONS_MAX];
static char out[OUT_BYTES];

static const char TENSOR[] = "$8\r\n\x00\x00\x80\x3e\x00\x00\x40\x3f\r\n";
static const char DAG[] = "*3\r\n+OK\r\n+OK\r\n$8\r\n\x00\x00\x80\x3e\x00\x00\x40\x3f\r\n";
static const char MODEL[] = "*4\r\n$7\r\nbackend\r\n$4\r\nONNX\r\n$6\r\ndevice\r\n$3\r\nCPU\r\n";

static size_t reply(const char *name, size_t length, char *to) {
#define IS(text) (length == sizeof(text) - 1 && strncasecmp(name, text, length) == 0)
#define ANSWER(bytes) (memcpy(to, bytes, sizeof(bytes) - 1), sizeof(bytes) - 1)
  if (length > 6 && strncasecmp(name, "AI.DAG", 6) == 0) return ANSWER(DAG);
  if (IS("PING")) return ANSWER("+PONG\r\n");
  if (IS("INFO")) return ANSWER("$0\r\n\r\n");
  if (IS("CONFIG")) return ANSWER("*0\r\n");
  if (IS("AI.MODELGET")) return ANSWER(MODEL);
  if (IS("AI.TENSORGET")) return ANSWER(TENSOR);
  return ANSWER("+OK\r\n");
}

/* The number between a type byte and CR LF; the offset after it, or 0 when it is not all there. */
static size_t number(const char *in, size_t at, size_t end, long *value) {
  *value = 0;
  for (at++; at < end && in[at] != '\r'; at++) *value = *value * 10 + (in[at] - '0');
  return at + 2 <= end ? at + 2 : 0;
}

/* One command from `at`: the offset after it, or 0 when it is not all there. */
static size_t command(const char *in, size_t at, size_t end, const char **name, size_t *length) {
  long args, size;
  if (at >= end || !(at = number(in, at, end, &args))) return 0;
  for (long arg = 0; arg < args; arg++) {
    if (at >= end || !(at = number(in, at, end, &size))) return 0;
    if (arg == 0) {
      *name = in + at;
      *length = (size_t)size;
    }
    at += (size_t)size + 2;
    if (at > end) return 0;
  }
  return at;
}

/* 0 when the connection is over. */
static int serve(int fd) {
  struct connection *one = &connections[fd];
  ssize_t got = read(fd, one->in + one->filled, IN_BYTES - one->filled);
  if (got <= 0) return got < 0 && (errno == EAGAIN || errno == EINTR);
  one->filled += (size_t)got;
  size_t at = 0, next, length = 0, pending = 0;
  const char *name = "";
  while ((next = command(one->in, at, one->filled, &name, &length))) {
    pending += reply(name, length, out + pending);
    at = next;
    if (pending > OUT_BYTES - 256) {
      if (write(fd, out, pending) < 0) return 0;
      pending = 0;
    }
  }
  if (pending && write(fd, out, pending) < 0) return 0;
  memmove(one->in, one->in + at, one->filled - at);
  one->filled -= at;
  return one->filled < IN_BYTES;
}

static void finish(int fd) {
  free(connections[fd].in);
  connections[fd].in = NULL;
  close(fd);
}

static void begin(int poll, int listener) {
  int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK), on = 1;
  if (fd < 0) return;
  if (fd >= CONNECTIONS_MAX || !(connections[fd].in = malloc(IN_BYTES))) {
    close(fd);
    return;
  }
  connections[fd].filled = 0;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
}

int main(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0), poll = epoll_create1(0);
  if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 511) || getsockname(listener, (struct sockaddr *)&address, &size)) {
    perror("instant-server");
    return 1;
  }
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  struct epoll_event events[EVENTS_MAX], listening = {.events = EPOLLIN, .data.fd = listener}, input = {.events = EPOLLIN, .data.fd = 0};
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &listening);
  epoll_ctl(poll, EPOLL_CTL_ADD, 0, &input);
  for (;;) {
    int count = epoll_wait(poll, events, EVENTS_MAX, -1);
    for (int at = 0; at < count; at++) {
      int fd = events[at].data.fd;
      char byte;
      if (fd == 0) {
        if (read(0, &byte, 1) <= 0) return 0;
      } else if (fd == listener) {
        begin(poll, listener);
      } else if (!serve(fd)) {
        finish(fd);
      }
    }
  }
}
