"""A real browser without a window, which looks at one page."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

_OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def find_browser() -> str | None:
    """Returns the path of a Chromium, None if there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class PageServer:
    """Serves one page, and hears what it reports by POST."""

    def __init__(self, page: bytes) -> None:
        self.reports: Queue[bytes] = Queue()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(page, self.reports))
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> "PageServer":
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def looking_at(url: str, profile: Path, *names: str) -> Iterator[None]:
    """Inside the block a browser looks at `url`. For it, DNS points each of `names` at this machine."""
    rules = ", ".join(f"MAP {name} 127.0.0.1" for name in names)
    command = [str(find_browser()), *_OPTIONS, f"--user-data-dir={profile}", f"--host-resolver-rules={rules}", url]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def _handler(page: bytes, reports: "Queue[bytes]") -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(page)

        def do_POST(self) -> None:
            reports.put(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer(b"")

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing: the reports say it all."""

    return Handler
