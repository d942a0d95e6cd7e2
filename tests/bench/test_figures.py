# SPDX-License-Identifier: Apache-2.0
"""Measured rows are shown, written, and compared with those of another run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leafroot.app.measuring import bench_compare
from leafroot.bench import figures
from leafroot.bench.building import measure_scale
from leafroot.bench.figures import Row, compare, table, write
from leafroot.errors import LeafrootError

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "_machine", lambda: "2 processors, Linux")
    monkeypatch.setattr(figures.time, "strftime", lambda _: "today")


def test_a_table_has_ratios_for_rows_with_a_baseline() -> None:
    rows = [Row("with", (2.0, 1.0, 4.0), 50.0, "the floor", (0.5, 0.5)), Row("alone", (3.0,), 7.0)]
    lines = table(rows).splitlines()
    assert lines[1].split() == ["with", "2.00", "s", "1.00-4.00", "s", "50", "MB", "4.00", "x", "the", "floor"]
    assert lines[2].split() == ["alone", "3.00", "s", "3.00-3.00", "s", "7", "MB"]
    assert lines[3] == "2 processors, Linux"


A = [
    Row("faster", (2.0, 2.1, 1.9)),
    Row("noisy", (2.0, 3.0, 1.0)),
    Row("once", (1.00,)),
    Row("quiet", (1.000, 1.000)),
    Row("gone", (1.0,)),
    Row("beside", (2.0, 2.0), 0, "b", (1.0,)),
]
B = [
    Row("faster", (1.0, 1.1, 0.9)),
    Row("noisy", (1.5, 1.4, 1.6)),
    Row("once", (1.09,)),
    Row("quiet", (1.01, 1.01)),
    Row("new", (1.0,)),
    Row("beside", (8.0, 8.0), 0, "b", (2.0,)),
]


def files(tmp_path: Path) -> tuple[Path, Path]:
    write(tmp_path / "a.json", "bench", A)
    write(tmp_path / "b.json", "bench", B)
    return tmp_path / "a.json", tmp_path / "b.json"


def test_differences_beyond_the_noise_come_first(tmp_path: Path) -> None:
    first, second = files(tmp_path)
    lines = [" ".join(line.split()) for line in compare(first, second).splitlines()]
    assert lines == [
        f"A {first}: today, 2 processors, Linux",
        f"B {second}: today, 2 processors, Linux",
        "beyond the noise:",
        "faster 2.00 s (+-0.20) -> 1.00 s (+-0.20), -50%",
        "beside 2.00 s (+-0.04) -> 8.00 s (+-0.16), +300%",
        "within the noise:",
        "noisy 2.00 s (+-2.00) -> 1.50 s (+-0.20), -25%",
        "once 1.00 s (+-0.10) -> 1.09 s (+-0.11), +9%",
        "quiet 1.00 s (+-0.02) -> 1.01 s (+-0.02), +1%",
        "only in A: gone",
        "only in B: new",
    ]


def test_on_another_machine_only_ratios_are_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = files(tmp_path)
    monkeypatch.setattr(figures, "_machine", lambda: "64 processors, Linux")
    write(second, "bench", B)
    said = compare(first, second)
    assert "The machines differ" in said and "faster" not in said
    assert "2.00 x (+-0.04) -> 4.00 x (+-0.08), +100%" in said


def test_a_file_does_not_differ_from_itself(tmp_path: Path) -> None:
    first, _ = files(tmp_path)
    assert "beyond the noise:\n  nothing\n" in compare(first, first)


NO_ROWS = "not a file of measured rows"
BAD = {
    "text": ("hello", NO_ROWS),
    "other JSON": ("[1, 2]", NO_ROWS),
    "no rows": ('{"format": 1}', NO_ROWS),
    "nested": ("[" * 100_000, NO_ROWS),
    "other format": ('{"format": 9, "rows": []}', "format 9 is not supported, only format 1"),
    "words for numbers": (
        json.dumps({"format": 1, "machine": "m", "when": "w", "rows": [{"name": "x", "seconds": ["1"]}]}),
        NO_ROWS,
    ),
    "nothing measured": (
        json.dumps({"format": 1, "machine": "m", "when": "w", "rows": [{"name": "x", "seconds": []}]}),
        NO_ROWS,
    ),
    "NUL": ("\0", NO_ROWS),
}


@pytest.mark.parametrize(("text", "expected"), BAD.values(), ids=BAD)
def test_a_file_without_measured_rows_is_refused(text: str, expected: str, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text(text)
    with pytest.raises(LeafrootError) as error:
        compare(file, file)
    assert str(error.value) == f"{file}: {expected}\n  'scons BOARD=x bench' writes such a file, and prints its name."


def test_bench_compare_needs_two_files() -> None:
    with pytest.raises(LeafrootError, match="it takes two files"):
        bench_compare(["a"])


def test_the_growth_with_the_number_of_packages_is_measured(tmp_path: Path) -> None:
    rows = list(measure_scale(CHECKOUT, tmp_path, 1, counts=(5, 10)))
    assert [row.name for row in rows] == ["nothing to do, 5 packages", "nothing to do, 10 packages"]
    assert all(row.ratio > 0 and 10 < row.megabytes < 600 for row in rows)
