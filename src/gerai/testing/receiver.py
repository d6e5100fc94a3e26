"""A webhook receiver on this machine: responds as configured, and remembers every request to the byte."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Received:
    """One request. Header names are lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """``answer`` decides the status of each request (200 unless configured otherwise), which is sent after
    ``delay_s``."""

    answer: Callable[[Received], int] = lambda _: 200
    delay_s: float = 0.0
    requests: list[Received] = field(default_factory=list[Received])
    base_url: str = ""

    def url(self, path: str = "/hook") -> str:
        """An address of this receiver."""
        return self.base_url + path

    def at(self, path: str) -> list[Received]:
        """The requests to one path, in order of arrival."""
        return [request for request in self.requests if request.path == path]


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Print nothing: senders that are killed leave their connections in the middle."""


@contextmanager
def receiving(port: int = 0) -> Generator[Receiver]:
    """A receiver, listening on loopback until the end of the block; ``port`` 0: any free one. Who waits for its answer
    then gets it at once."""
    receiver, ended = Receiver(), threading.Event()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            received = Received(self.path, headers, body)
            with lock:
                receiver.requests.append(received)
                status = receiver.answer(received)
            ended.wait(receiver.delay_s)
            answer = b'{"ok":true}'
            self.send_response(status)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            """Log nothing."""

    server = _Server(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    receiver.base_url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield receiver
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
