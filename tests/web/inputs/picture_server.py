"""A site on this machine that answers as sites do, well and badly."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.web.inputs.tiny_inputs import jpeg


class PictureServer(ThreadingHTTPServer):
    """`/ok/7.jpg` is a picture; `asked` counts requests by path."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: Counter[str] = Counter()
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: PictureServer

    def do_GET(self) -> None:
        with self.server.lock:
            self.server.asked[self.path] += 1
            times = self.server.asked[self.path]
        kind, _, name = self.path.strip("/").partition("/")
        data = jpeg(int(name.partition(".")[0])) if name.partition(".")[0].isdigit() else b"x" * 100
        if kind == "ok" or (kind == "flaky" and times == 3):
            self._answer(200, data)
        elif kind == "flaky":
            self._answer(503, b"busy")
        elif kind == "moved":
            self.send_response(302)
            self.send_header("Location", f"/ok/{name}")
            self.end_headers()
        elif kind == "slow":
            time.sleep(1.0)
        elif kind == "drip":
            self.send_response(200)
            self.end_headers()
            for _ in range(100):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.1)
        elif kind == "short":
            self.send_response(200)
            self.send_header("Content-Length", str(len(data) + 10))
            self.end_headers()
            self.wfile.write(data)
        elif kind == "noai":
            self._answer(200, data, ("X-Robots-Tag", "googlebot: index, NoAI"))
        else:
            self._answer(404, b"gone")

    def _answer(self, code: int, data: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(code)
        for name, value in (*headers, ("Content-Length", str(len(data)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def picture_server() -> Iterator[PictureServer]:
    with PictureServer() as server:
        server.handle_error = lambda *args: None  # clients that gave up
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
