# SPDX-License-Identifier: Apache-2.0
"""The progress of transfers on a terminal and in a log, with a clock that the test controls."""

from __future__ import annotations

import io

import pytest

from leafroot.host.progress import Progress, size, span


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (163_554_268, "163.6 MB"), (5_000_000_000, "5.0 GB")],
)
def test_sizes_are_written_in_decimal_units(count: int, text: str) -> None:
    assert size(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(-1, "0 s"), (8.4, "8 s"), (59.6, "1:00"), (125, "2:05"), (3661, "1:01:01")]
)
def test_spans_of_time_are_written_in_words(seconds: float, text: str) -> None:
    assert span(seconds) == text


def test_a_terminal_shows_bytes_rate_and_time_left_on_one_line() -> None:
    stream, clock = Terminal(), Clock()
    progress = Progress(stream, clock=clock, width=80)
    with progress.transfer("a.tar", 200_000_000) as transfer:
        clock.now += 2
        transfer.advance(40_000_000)
    assert stream.getvalue() == (
        "\ra.tar  40.0 MB of 200.0 MB  20.0 MB/s  8 s left\x1b[K" + "\r\x1b[K" + "fetched a.tar, 40.0 MB in 2 s\n"
    )


def test_bytes_of_an_earlier_run_do_not_count_for_the_rate() -> None:
    stream, clock = Terminal(), Clock()
    with Progress(stream, clock=clock, width=80).transfer("a.tar", 200, already=100) as transfer:
        clock.now += 1
        transfer.advance(50)
    assert "a.tar  150 B of 200 B  50 B/s  1 s left" in stream.getvalue()


def test_without_a_known_size_no_time_left_is_shown() -> None:
    stream, clock = Terminal(), Clock()
    with Progress(stream, clock=clock, width=80).transfer("a.tar") as transfer:
        clock.now += 1
        transfer.advance(50)
    assert "\ra.tar  50 B  50 B/s\x1b[K" in stream.getvalue()


def test_several_transfers_share_the_line() -> None:
    stream, clock = Terminal(), Clock()
    progress = Progress(stream, clock=clock, width=80)
    with progress.transfer("a.tar", 100), progress.transfer("b.tar", 300) as second:
        clock.now += 1
        second.advance(100)
    assert "\ra.tar and 1 more  100 B of 400 B  100 B/s  3 s left\x1b[K" in stream.getvalue()


def test_the_line_is_not_drawn_too_often_and_fits_the_terminal() -> None:
    stream, clock = Terminal(), Clock()
    with Progress(stream, clock=clock, width=20).transfer("a-long-name.tar.xz", 1000) as transfer:
        for _ in range(100):
            clock.now += 0.01
            transfer.advance(1)
    drawn = stream.getvalue().split("\r")
    assert 5 < len(drawn) < 15
    assert drawn[1] == "a-long-name.tar.xz " + "\x1b[K"


def test_a_note_is_printed_above_the_line() -> None:
    stream, clock = Terminal(), Clock()
    progress = Progress(stream, clock=clock, width=80)
    with progress.transfer("a.tar", 100) as transfer:
        transfer.advance(1)
        progress.note("something happened")
    assert "\x1b[K\r\x1b[Ksomething happened\n" in stream.getvalue()


def test_a_log_gets_a_line_at_the_start_and_one_at_the_end() -> None:
    stream, clock = io.StringIO(), Clock()
    with Progress(stream, clock=clock).transfer("a.tar", 100) as transfer:
        clock.now += 3
        transfer.advance(100)
    assert stream.getvalue() == "fetching a.tar (100 B)\nfetched a.tar, 100 B in 3 s\n"


def test_a_failed_transfer_is_not_reported_as_fetched() -> None:
    stream = io.StringIO()
    with pytest.raises(OSError), Progress(stream, clock=Clock()).transfer("a.tar", 100):
        raise OSError
    assert stream.getvalue() == "fetching a.tar (100 B)\n"


def test_the_bytes_of_all_transfers_are_counted_and_not_those_that_were_there_already() -> None:
    progress = Progress(io.StringIO())
    with progress.transfer("a.tar", 100, already=30) as transfer:
        transfer.advance(70)
    with pytest.raises(OSError), progress.transfer("b.tar", 100) as transfer:
        transfer.advance(5)
        raise OSError
    assert progress.moved == 75
