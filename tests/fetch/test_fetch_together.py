# SPDX-License-Identifier: Apache-2.0
"""Threads and processes that need the same archive at once fetch it once."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fetching import BODY, SUM, files
from misbehaving_server import Page, Server
from recorded_progress import Told

from leafroot.describe.archive import Archive
from leafroot.errors import LeafrootError
from leafroot.fetch.fetch import fetch


def until(reached: Callable[[], bool]) -> None:
    """Wait for something that happens soon."""
    for _ in range(3000):
        if reached():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen within 30 s")


def test_threads_that_ask_for_the_same_archive_fetch_it_once(server: Server, tmp_path: Path, told: Told) -> None:
    held = threading.Event()
    server.pages["/a.tar"] = Page(BODY, held=held)
    archive = Archive(f"{server.url}/a.tar", SUM)
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(fetch, archive, tmp_path, progress=told.progress) for _ in range(4)]
        until(lambda: told.lines.count("waiting for another process that is fetching a.tar") == 3)
        held.set()
        assert {done.result().read_bytes() for done in waiting} == {BODY}
    assert len(server.asked) == 1
    assert files(tmp_path) == {f"{SUM}-a.tar": len(BODY)}


def test_a_waiting_thread_tries_itself_if_the_other_failed(server: Server, tmp_path: Path, told: Told) -> None:
    held = threading.Event()
    server.pages["/a.tar"] = Page(b"other", held=held)
    archive = Archive(f"{server.url}/a.tar", SUM)
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(fetch, archive, tmp_path, progress=told.progress) for _ in range(2)]
        until(lambda: "waiting for another process that is fetching a.tar" in told.lines)
        held.set()
        assert [type(done.exception()) for done in waiting] == [LeafrootError] * 2
    assert len(server.asked) == 2
    assert files(tmp_path) == {}


def _fetch_quietly(archive: Archive, cache: Path) -> None:
    fetch(archive, cache, progress=Told().progress)


def test_processes_that_ask_for_the_same_archive_fetch_it_once(server: Server, tmp_path: Path) -> None:
    server.pages["/a.tar"] = Page(BODY)
    archive = Archive(f"{server.url}/a.tar", SUM)
    context = multiprocessing.get_context("spawn")
    started = [context.Process(target=_fetch_quietly, args=(archive, tmp_path)) for _ in range(3)]
    for process in started:
        process.start()
    for process in started:
        process.join(60)
    assert [process.exitcode for process in started] == [0, 0, 0]
    assert len(server.asked) == 1
    assert files(tmp_path) == {f"{SUM}-a.tar": len(BODY)}
