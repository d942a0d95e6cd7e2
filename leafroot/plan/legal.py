# SPDX-License-Identifier: Apache-2.0
"""The licence report: the licence, licence texts and source archive of everything that is part of an image."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace

from leafroot.describe.package import Package
from leafroot.describe.unit import Unit
from leafroot.kconfig.config import Config, ExternalToolchain
from leafroot.plan.build_machine import Machine
from leafroot.plan.forms import Export
from leafroot.plan.kernel import kernel_source
from leafroot.plan.recipes.protocol import unit_source, unit_sources
from leafroot.step import AnyInput, Output, Sources, Step, Text, TreeFile

_SOURCES = "/sources"
# The licence of the files that Leafroot itself writes into a root, and of its own packages without an archive.
_OWN = "LICENSE"


def shipped(config: Config) -> tuple[Unit[Package], ...]:
    """The packages of which something is in the image or in its boot files, each once."""
    packages, graph = config.catalog.packages, config.graph
    # libgcc is linked into everything that GCC compiles, and libstdc++ is used by C++ programs.
    runtime = [] if isinstance(config.toolchain, ExternalToolchain) else ["gcc"]
    names = ["musl", *(node.unit.name for node in graph.in_root), *runtime, *graph.parts()]
    names += [key.package for key in graph.extra]
    return tuple(packages[name] for name in dict.fromkeys(names))


def plan_legal_info(config: Config, machine: Machine) -> tuple[Step, Export]:
    """The step that collects the licence texts, with a table of all parts; and the folder for users."""
    series = config.series.value
    archive = series.source()
    rows = [("linux", series.version, series.license, archive.file_name, archive.sha256, series.license_files)]
    inputs: list[AnyInput] = [
        machine.usr(),
        replace(kernel_source(config), at=f"{_SOURCES}/linux"),
        TreeFile("/own", _OWN),
    ]
    commands = [_install("/own", f"leafroot/{_OWN}")]
    commands += [_install(f"{_SOURCES}/linux/{name}", f"linux/{name}") for name in series.license_files]
    for unit in shipped(config):
        package = unit.value
        archives = unit_source(unit).archives() if package.archive else ()
        found = (" ".join(one.file_name for one in archives), " ".join(one.sha256 for one in archives))
        texts = package.license_files
        rows.append((unit.name, package.version, package.license, *found, texts))
        if texts:
            inputs += [replace(item, at=f"{_SOURCES}/{unit.name}") for item in unit_sources(unit)]
        commands += [_install(f"{_SOURCES}/{unit.name}/{name}", f"{unit.name}/{name}") for name in texts]
        if unit.locked:
            inputs.append(Sources(_modules(unit), tuple(module.archive for module in unit.locked)))
        for one in unit.locked:
            name = f"{unit.name}/{one.name}"
            rows.append((name, one.version, one.license, one.archive.file_name, one.archive.sha256, ["copyright"]))
            commands.append(_install(f"{_modules(unit)}/{one.copyright}", f"{name}/copyright"))
    inputs.append(Text("/licenses.csv", _table(rows)))
    step = Step(
        title="licence texts",
        output=Output(f"{config.name}/legal-info.tar.zst"),
        inputs=tuple(inputs),
        commands=(*commands, _install("/licenses.csv", "licenses.csv")),
    )
    return step, Export(f"{config.name}/legal-info", step.output)


def _modules(unit: Unit[Package]) -> str:
    return f"{_SOURCES}/modules-{unit.name}"


def _install(source: str, target: str) -> tuple[str, ...]:
    return ("install", "-D", "-m", "644", source, f"/out/{target}")


def _table(rows: Sequence[tuple[str, str, str, str, str, Sequence[str]]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("name", "version", "license", "archive", "sha256", "texts"))
    for *facts, texts in rows:
        writer.writerow((*facts, " ".join(texts)))
    return text.getvalue()
