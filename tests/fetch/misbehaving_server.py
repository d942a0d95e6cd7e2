# SPDX-License-Identifier: Apache-2.0
"""A web server on this machine that can be told to misbehave. Asked for a whole URL, it is a proxy."""

from __future__ import annotations

import base64
import gzip
import http.server
import socket
import ssl
import struct
import threading
from dataclasses import dataclass, field


@dataclass
class Page:
    """What the server answers at one path.

    `before` is what successive requests get first: a status, "reset", or "closed" (without an answer). `retry_after`
    and `location` are headers of all answers but the file. `refused` is the status for each request for a range.
    `breaks` are the numbers of bytes after which successive answers break off; `announced` is a false size; `held` must
    be set before any byte comes, `stalls` before the connection is closed. `encoding` is what the header says, and
    `compressed` whether it is true. `login` is "NAME:PASSWORD".
    `wrong_part` is sent for each range, however far it is behind the end, with headers that announce the right bytes.
    `first_line` is all that is sent, in place of an answer.
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
    before: list[int | str] = field(default_factory=list)
    retry_after: str = ""
    location: str = ""
    refused: int = 0
    encoding: str = ""
    compressed: bool = False
    login: str = ""
    wrong_part: bytes = b""
    first_line: bytes = b""


class Server:
    """Pages by path, and what was asked for: (path, Range header), with which login, and which one for a proxy."""

    def __init__(self, host: str = "127.0.0.1", certificate: str = "") -> None:
        self.pages: dict[str, Page] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.logins: list[str | None] = []
        self.proxy_logins: list[str | None] = []
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.asked.append((self.path, self.headers["Range"]))
                server.logins.append(_login(self.headers["Authorization"]))
                server.proxy_logins.append(_login(self.headers["Proxy-Authorization"]))
                page = server.pages.get(self.path)
                if page is not None and page.held is not None:
                    page.held.wait(20)
                if page is None:
                    self.send_error(404)
                elif page.first_line:
                    self.wfile.write(page.first_line)
                    self.close_connection = True
                elif page.before:
                    self._refuse(page, page.before.pop(0))
                elif page.login and server.logins[-1] != page.login:
                    self._refuse(page, 401)
                elif page.location:
                    self._refuse(page, page.status)
                elif page.refused and self.headers["Range"]:
                    self._refuse(page, page.refused)
                else:
                    self._answer(page)

            def do_CONNECT(self) -> None:
                server.asked.append((self.path, None))
                server.proxy_logins.append(_login(self.headers["Proxy-Authorization"]))
                self._refuse(page := server.pages[self.path], page.status)

            def _refuse(self, page: Page, how: int | str) -> None:
                self.close_connection = isinstance(how, str)
                if how == "reset":
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.connection.close()
                elif isinstance(how, int):
                    self.send_response(how)
                    for name, value in (("Retry-After", page.retry_after), ("Location", page.location)):
                        if value:
                            self.send_header(name, value)
                    self.send_header("Content-Length", "5")
                    self.end_headers()
                    self.wfile.write(b"later")

            def _answer(self, page: Page) -> None:
                whole = gzip.compress(page.body) if page.compressed else page.body
                begin, status, body = 0, page.status, whole
                if self.headers["Range"] and page.ranges:
                    begin = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
                    status = 206 if begin < len(body) or page.wrong_part else 416
                body = body[begin:] if status != 416 else b""
                if status == 206 and page.wrong_part:
                    body = page.wrong_part
                self.send_response(status)
                self.send_header("Content-Type", page.content_type)
                if page.encoding:
                    self.send_header("Content-Encoding", page.encoding)
                if status == 206:
                    first = begin + page.shifted
                    self.send_header("Content-Range", f"bytes {first}-{len(whole) - 1}/{len(whole)}")
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

        class Http(http.server.ThreadingHTTPServer):
            address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                pass

        self._http = Http((host, 0), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        name = f"[{host}]" if ":" in host else host
        self.address = f"{name}:{self._http.server_address[1]}"
        self.url = f"http{'s' if certificate else ''}://{self.address}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        """Stop answering; the port is free then."""
        for page in self.pages.values():
            for event in (page.held, page.stalls):
                if event is not None:
                    event.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


def _login(header: str | None) -> str | None:
    return base64.b64decode(header.removeprefix("Basic ")).decode() if header else None
