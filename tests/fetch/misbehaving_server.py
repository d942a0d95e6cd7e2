# SPDX-License-Identifier: Apache-2.0
"""A web server on this machine that can be told to misbehave."""

from __future__ import annotations

import http.server
import threading
from dataclasses import dataclass, field


@dataclass
class Page:
    """What the server answers at one path.

    `breaks` are the numbers of bytes after which successive answers break off; `announced` is a false size;
    `held` must be set before any byte comes, `stalls` before the connection is closed.
    """

    body: bytes = b""
    status: int = 200
    content_type: str = "application/octet-stream"
    ranges: bool = True
    breaks: list[int] = field(default_factory=list)
    announced: int | None = None
    shifted: int = 0
    chunked: bool = False
    held: threading.Event | None = None
    stalls: threading.Event | None = None


class Server:
    """Pages by path, and what was asked for: (path, Range header)."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.asked: list[tuple[str, str | None]] = []
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.asked.append((self.path, self.headers["Range"]))
                page = server.pages.get(self.path)
                if page is not None and page.held is not None:
                    page.held.wait(20)
                if page is None:
                    self.send_error(404)
                else:
                    self._answer(page)

            def _answer(self, page: Page) -> None:
                begin, status, body = 0, page.status, page.body
                if self.headers["Range"] and page.ranges:
                    begin = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
                    status = 206 if begin < len(body) else 416
                body = body[begin:] if status != 416 else b""
                self.send_response(status)
                self.send_header("Content-Type", page.content_type)
                if status == 206:
                    first = begin + page.shifted
                    self.send_header("Content-Range", f"bytes {first}-{len(page.body) - 1}/{len(page.body)}")
                if page.chunked:
                    self.send_header("Transfer-Encoding", "chunked")
                    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
                else:
                    self.send_header("Content-Length", str(len(body) if page.announced is None else page.announced))
                self.end_headers()
                stop = page.breaks.pop(0) if page.breaks else len(body)
                self.wfile.write(body[:stop])
                self.wfile.flush()
                if page.stalls is not None:
                    page.stalls.wait(20)
                self.close_connection = stop < len(body) or page.announced is not None

            def log_message(self, *_: object) -> None:
                pass

        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        """Stop answering; the port is free then."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
