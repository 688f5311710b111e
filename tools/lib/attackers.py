"""Attacks a page of `glint live` until it is ended, or who started it has. Only the standard library. Run by
attack_page.py; arguments: the port, and what is sent. Runs after everything else on this machine: real attackers have
processors of their own."""

import os
import selectors
import socket
import sys
import time

SILENT = 300
UPGRADE = ("GET /live HTTP/1.1\r\nHost: localhost:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")


def refused_body(port, head):
    """A head that is refused, and 30 MB behind it: a request for a WebSocket, over and over."""
    request = UPGRADE.format(port=port).encode()
    body = request * (30_000_000 // len(request))
    return f"POST /classify HTTP/1.1\r\n{head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def attacks(port):
    """By name: how many connections at a time, what each sends, and how many bytes a second (None: all at once)."""
    host = f"Host: localhost:{port}"
    fields = "".join(f"X-Field-{number}: {'y' * 40}\r\n" for number in range(18_000))
    return {
        "endless lines": (2, b"GET /" + b"a" * 2_000_000, None),
        "long heads": (4, f"GET / HTTP/1.1\r\n{host}\r\n{fields}".encode(), None),
        "silence": (SILENT, b"", None),
        "slow heads": (20, f"GET / HTTP/1.1\r\n{host}\r\nX-Slow: ".encode() + b"y" * 1000, 1),
        "refused bodies": (2, refused_body(port, f"{host}\r\nOrigin: http://elsewhere.example"), None),
        "bodies of another host": (2, refused_body(port, "Host: localhost:80@elsewhere.example"), None),
    }


class Attacker:
    """One connection, opened again as often as it is closed."""

    def __init__(self, port, selector, sent, rate):
        self.port, self.selector, self.whole, self.rate = port, selector, sent, rate
        self.line, self.opened, self.again = None, 0, 0.0

    def open(self):
        self.rest, self.opened, self.got = memoryview(self.whole), time.monotonic(), b""
        self.line = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.line.setblocking(False)
        self.line.connect_ex(("127.0.0.1", self.port))
        self.selector.register(self.line, selectors.EVENT_READ | selectors.EVENT_WRITE, self)

    def close(self):
        self.selector.unregister(self.line)
        self.line.close()
        self.line, self.again = None, time.monotonic() + 0.05

    def go_on(self, events):
        try:
            if events & selectors.EVENT_READ:
                part = self.line.recv(1 << 16)
                if not part:
                    return self.close()
                self.got = (self.got + part)[-4096:]
                if b" 101 " in self.got:
                    raise SystemExit("FAILED: a refused request got a WebSocket")
            if events & selectors.EVENT_WRITE:
                many = len(self.rest)
                if self.rate:
                    many = min(many, int((time.monotonic() - self.opened) * self.rate) - len(self.whole) + many)
                if many > 0:
                    self.rest = self.rest[self.line.send(self.rest[:min(many, 1 << 16)]):]
                if not self.rest or self.rate:
                    self.selector.modify(self.line, selectors.EVENT_READ, self)
        except OSError:
            self.close()

    def look_after(self, now):
        if self.line is None:
            if now > self.again:
                self.open()
        elif self.rate and self.rest:
            self.selector.modify(self.line, selectors.EVENT_READ | selectors.EVENT_WRITE, self)


def main():
    os.nice(19)
    port, name = int(sys.argv[1]), sys.argv[2]
    count, sent, rate = attacks(port)[name]
    selector = selectors.DefaultSelector()
    attackers = [Attacker(port, selector, sent, rate) for _ in range(count)]
    starter = os.getppid()
    while os.getppid() == starter:  # and not one that took over an orphan
        now = time.monotonic()
        for attacker in attackers:
            attacker.look_after(now)
        for key, events in selector.select(0.1):
            key.data.go_on(events)


if __name__ == "__main__":
    main()
