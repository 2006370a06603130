"""A front before an S3 server that fails as networks and buckets do: on demand, counted, decided by a seed."""

import http.client
import re
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit

Kind = Literal[
    "internal error",  # 500, nothing done
    "slow down",  # 503, nothing done
    "too many requests",  # 429, nothing done
    "reset",  # the connection breaks before anything was done
    "lost answer",  # done, but the connection breaks before the answer
    "twice",  # done two times, answered once
    "hang",  # done, answered only after `hold_s`
    "cut",  # the body breaks off in the middle
    "short",  # only half of the body, and headers that claim it is all
]
_ANSWERS = {"internal error": (500, "InternalError"), "slow down": (503, "SlowDown"), "too many requests": (429, "")}
_HOP = {"connection", "transfer-encoding", "keep-alive", "content-length"}


@dataclass
class Fault:
    """What goes wrong with a share of the calls that match, at most `times` times."""

    kind: Kind
    share: float = 1.0
    times: int | None = None
    method: str = ".*"
    path: str = ""
    seed: int = 0
    hold_s: float = 60.0
    seen: int = field(default=0, init=False)
    done: int = field(default=0, init=False)

    def strikes(self, method: str, path: str) -> bool:
        if self.done == self.times or not re.fullmatch(self.method, method) or not re.search(self.path, path):
            return False
        draw = blake2b(f"{self.seed} {self.seen}".encode(), digest_size=4).digest()
        self.seen += 1
        hit = int.from_bytes(draw, "little") < self.share * (1 << 32)
        self.done += hit
        return hit


class FaultyS3:
    """The control of a front: `endpoint` is its URL, `calls` counts what came by method, `struck` by kind of fault."""

    def __init__(self, endpoint: str) -> None:
        self.behind = urlsplit(endpoint)
        self.calls: Counter[str] = Counter()
        self.struck: Counter[str] = Counter()
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._released = threading.Event()
        self._server: _Server | None = None
        self._port = 0
        self.up()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def inject(self, kind: Kind, **settings: object) -> Fault:
        """Adds a fault; the settings are the fields of `Fault`."""
        fault = Fault(kind, **settings)  # type: ignore[arg-type]
        with self._lock:
            self._faults.append(fault)
        return fault

    def heal(self) -> None:
        """No more faults, and what hangs is answered."""
        with self._lock:
            self._faults.clear()
        self._released.set()
        self._released = threading.Event()

    def down(self) -> None:
        """Breaks all connections and refuses new ones."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def up(self) -> None:
        if self._server is None:
            self._server = _Server(self, self._port)
            self._port = self._server.server_address[1]
            threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @contextmanager
    def outage(self, seconds: float) -> Iterator[None]:
        """The server is gone from now on, for so many seconds; leaving the context waits for its return."""
        self.down()
        timer = threading.Timer(seconds, self.up)
        timer.start()
        try:
            yield
        finally:
            timer.join()

    def close(self) -> None:
        self.heal()
        self.down()

    def fault_for(self, method: str, path: str) -> Fault | None:
        with self._lock:
            self.calls[method] += 1
            for fault in self._faults:
                if fault.strikes(method, path):
                    self.struck[fault.kind] += 1
                    return fault
        return None

    def hold(self, seconds: float) -> None:
        self._released.wait(seconds)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, front: FaultyS3, port: int) -> None:
        self.front = front
        self.sockets: set[socket.socket] = set()
        for _ in range(50):  # the port may need a moment to be free again
            try:
                super().__init__(("127.0.0.1", port), _Handler)
                return
            except OSError:
                time.sleep(0.1)
        raise OSError(f"port {port} stays taken")

    def process_request(self, request: socket.socket, address: object) -> None:  # type: ignore[override]
        self.sockets.add(request)
        super().process_request(request, address)  # type: ignore[arg-type]

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        self.sockets.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, address: object) -> None:
        """Clients that went away are no news."""

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        for each in list(self.sockets):
            _break(each)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.server.front.fault_for(self.command, self.path)
        kind = fault.kind if fault else ""
        if kind in _ANSWERS:
            status, code = _ANSWERS[kind]
            text = f"<Error><Code>{code}</Code><Message>injected</Message></Error>" if code else ""
            self._answer(status, [("Content-Type", "application/xml")], text.encode())
            return
        if kind == "reset":
            self._break()
            return
        status, headers, answer = self._forward(body)
        if kind == "twice":
            status, headers, answer = self._forward(body)
        elif kind == "hang" and fault:
            self.server.front.hold(fault.hold_s)
        elif kind == "lost answer":
            self._break()
            return
        half = len(answer) // 2
        if kind == "cut" and half:
            self._answer(status, headers, answer[:half], claimed=len(answer))
            self._break()
            return
        self._answer(status, headers, answer[:half] if kind == "short" else answer)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = serve

    def log_message(self, *_: object) -> None:
        pass

    def _forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        behind = http.client.HTTPConnection(self.server.front.behind.hostname or "", self.server.front.behind.port)
        try:
            behind.request(self.command, self.path, body, dict(self.headers.items()))
            response = behind.getresponse()
            length = response.headers.get("Content-Length")
            headers = [(name, value) for name, value in response.getheaders() if name.lower() not in _HOP]
            if self.command == "HEAD" and length is not None:
                headers.append(("Content-Length", length))
            return response.status, headers, response.read()
        finally:
            behind.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes, claimed: int | None = None) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if not any(name == "Content-Length" for name, _ in headers):
            self.send_header("Content-Length", str(len(body) if claimed is None else claimed))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _break(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        _break(self.connection)


def _break(connection: socket.socket) -> None:
    try:
        # Closing with unsent data and no linger makes a reset of it.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
        connection.close()
    except OSError:
        pass
