"""A reverse proxy as small as can be, for tests: it shows a server's page under another host name and below a path.

Each connection carries one request, as the page's server has it: its head is changed, and all else passed on.
"""

import asyncio
import threading


class ReverseProxy:
    """Listens on a free port of loopback, and takes `path` off what is asked for."""

    def __init__(self, path):
        self.path = path.encode()
        self.target = None
        self.port = None
        ready = threading.Event()
        threading.Thread(target=asyncio.run, args=(self._serve(ready),), daemon=True).start()
        ready.wait()

    def show(self, port):
        """Shows the server on this port."""
        self.target = port

    async def _serve(self, ready):
        server = await asyncio.start_server(self._pass_on, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        async with server:
            await server.serve_forever()

    async def _pass_on(self, reader, writer):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            method, path, rest = head.split(b" ", 2)
            if not path.startswith(self.path):
                writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self.target)
            there_writer.write(b" ".join([method, b"/" + path[len(self.path):], rest]))
            await asyncio.gather(self._copy(reader, there_writer), self._copy(there_reader, writer))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    @staticmethod
    async def _copy(reader, writer):
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()
