# SPDX-License-Identifier: Apache-2.0
"""A web server on this machine for the files of a folder."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class _Files(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path, name: str = "127.0.0.1") -> Iterator[str]:
    """The URL of a folder; `name` is what the client calls this machine."""
    handler = functools.partial(_Files, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield f"http://{name}:{server.server_port}"
        finally:
            server.shutdown()
