# SPDX-License-Identifier: Apache-2.0
"""Work as SCons wants it: called with nodes, giving an exit status. No error gets out of it as a traceback."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from leafroot.errors import LeafrootError
from leafroot.host.disk import of_system
from leafroot.host.run import InterruptedBuildError
from leafroot.report.ledger import Ledger
from leafroot.report.work import print_error
from leafroot.step import Step


class Action:
    """Work for SCons that prints errors and never a traceback."""

    def __init__(self, work: Callable[[], int]) -> None:
        self._work = work

    def __call__(self, target: Sequence[Any], source: Sequence[Any], env: Any) -> int:
        try:
            return self._work()
        except InterruptedBuildError:
            # SCons says so itself, once.
            return 2
        except LeafrootError as error:
            print_error(error)
            return 2
        except OSError as error:
            print_error(of_system(error, str(target[0]), Path(str(target[0]))))
            return 2

    def strfunction(self, target: Sequence[Any], source: Sequence[Any], env: Any) -> str:
        """SCons prints nothing of its own."""
        return ""

    def get_contents(self, target: Sequence[Any], source: Sequence[Any], env: Any) -> bytes:
        """Nothing of our code counts for SCons: what a step does is in its description."""
        return b""


class Performer(Action):
    """A step, as work for SCons; `keep` puts the output with this SHA-256 into the cache."""

    def __init__(self, step: Step, work: Callable[[], float], ledger: Ledger) -> None:
        def noted() -> int:
            ledger.begin(step)
            self.keep(ledger.built(step, work()))
            return 0

        super().__init__(noted)
        self.keep: Callable[[str], None] = lambda digest: None
        self.brought = functools.partial(ledger.brought, step)
