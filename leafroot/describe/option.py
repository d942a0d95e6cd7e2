# SPDX-License-Identifier: Apache-2.0
"""Options of a package, and the dependencies that the package and its options add to the graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from leafroot.describe.fields import freeze


@dataclass(frozen=True)
class Dependency:
    """A dependency with conditions: the name of another package, and when it is needed.

    `arch` and `libc` list the architectures and C libraries for which it is needed; if they are empty, it is needed for
    all. `option` is an option of the same package: "tls" means while it is on, "tls=openssl" while it has that value.
    """

    name: str
    arch: Sequence[str] = ()
    libc: Sequence[str] = ()
    option: str = ""

    def __post_init__(self) -> None:
        freeze(self)


Edge = str | Dependency


def edge(one: Edge) -> Dependency:
    """An edge as a Dependency; a plain name is one without conditions."""
    return Dependency(one) if isinstance(one, str) else one


@dataclass(frozen=True)
class Brings:
    """What one value of an option adds to its package.

    `words` go to the recipe: arguments of configure or meson setup, variables of make, lines of a Kbuild
    configuration, or build tags of Go. `depends`, `tools` and `runs_with` are additional edges, `kernel` additional
    kernel options, as in Package.
    """

    words: Sequence[str] = ()
    depends: Sequence[Edge] = ()
    tools: Sequence[Edge] = ()
    runs_with: Sequence[Edge] = ()
    kernel: Sequence[str] = ()

    def __post_init__(self) -> None:
        freeze(self)


@dataclass(frozen=True)
class Option:
    """A yes/no option: `on` are the recipe's words while it is on, `off` those while it is off.

    `depends`, `tools`, `runs_with` and `kernel` apply while it is on. An option without a `prompt` is one that the
    package's Config.in defines as PACKAGE_<PACKAGE>_<NAME>.
    """

    name: str
    prompt: str = ""
    on: Sequence[str] = ()
    off: Sequence[str] = ()
    default: bool = False
    depends: Sequence[Edge] = ()
    tools: Sequence[Edge] = ()
    runs_with: Sequence[Edge] = ()
    kernel: Sequence[str] = ()
    help: str = ""

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def preset(self) -> str:
        """The default, as Kconfig writes it."""
        return "y" if self.default else "n"

    def values(self) -> Iterator[tuple[str, Brings]]:
        """The values and what each brings; values are as Kconfig writes them."""
        yield "y", Brings(self.on, self.depends, self.tools, self.runs_with, self.kernel)
        yield "n", Brings(self.off)

    def brings(self, value: str) -> Brings:
        """What a value brings."""
        return dict(self.values())[value]


@dataclass(frozen=True)
class Number:
    """An option that is a whole number from `least` to `most`; `{value}` in `words` stands for it."""

    name: str
    prompt: str = ""
    words: Sequence[str] = ()
    default: int = 0
    least: int = 0
    most: int = 2**31 - 1
    help: str = ""

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def preset(self) -> str:
        """The default, as Kconfig writes it."""
        return str(self.default)

    def values(self) -> Iterator[tuple[str, Brings]]:
        """Nothing: a value brings only words."""
        return iter(())

    def brings(self, value: str) -> Brings:
        """The words for a number."""
        return Brings(_filled(self.words, value))


@dataclass(frozen=True)
class Text:
    """An option that is a text; `{value}` in `words` stands for it. An empty text adds no words."""

    name: str
    prompt: str = ""
    words: Sequence[str] = ()
    default: str = ""
    help: str = ""

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def preset(self) -> str:
        """The default, as Kconfig writes it."""
        return str(self.default)

    def values(self) -> Iterator[tuple[str, Brings]]:
        """Nothing: a value brings only words."""
        return iter(())

    def brings(self, value: str) -> Brings:
        """The words for a text, none for an empty one."""
        return Brings(_filled(self.words, value) if value else ())


@dataclass(frozen=True)
class Choice:
    """An option that has one of several values: their names, each with the recipe's words or with all that it brings.

    The first value is the default unless `default` names another.
    """

    name: str
    prompt: str
    alternatives: Mapping[str, Sequence[str] | Brings]
    default: str = ""
    help: str = ""

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def preset(self) -> str:
        """The default value."""
        return self.default or next(iter(self.alternatives), "")

    def values(self) -> Iterator[tuple[str, Brings]]:
        """Every value, and what it brings."""
        for value, brought in self.alternatives.items():
            yield value, brought if isinstance(brought, Brings) else Brings(brought)

    def brings(self, value: str) -> Brings:
        """What a value brings."""
        return dict(self.values())[value]


@dataclass(frozen=True, init=False)
class Provider(Choice):
    """A choice between packages that do the same job: each alternative is a package's name with the recipe's words.

    The chosen package is linked with; with `edge="runs_with"`, it is only needed in the root. The alternative "none"
    stands for no package. Give a name that is not a Python identifier in a dict: Provider("ssh", "SSH server",
    {"openssh-server": []}).
    """

    edge: str = field(default="depends")

    def __init__(
        self,
        name: str,
        prompt: str,
        packages: Mapping[str, Sequence[str] | Brings] | None = None,
        /,
        *,
        default: str = "",
        edge: str = "depends",
        help: str = "",  # noqa: A002 (the field is called so in every option)
        **more: Sequence[str] | Brings,
    ) -> None:
        alternatives: dict[str, Sequence[str] | Brings] = {}
        for package, brought in {**(packages or {}), **more}.items():
            alternatives[package] = brought if package == "none" else _with_package(package, brought, edge)
        for field_name, value in {
            "name": name,
            "prompt": prompt,
            "alternatives": alternatives,
            "default": default,
            "help": help,
            "edge": edge,
        }.items():
            object.__setattr__(self, field_name, value)
        freeze(self)


AnyOption = Option | Number | Text | Choice


def _with_package(package: str, brought: Sequence[str] | Brings, kind: str) -> Sequence[str] | Brings:
    if isinstance(brought, str):
        # A string instead of a list: the check of the fields reports it.
        return brought
    brings = brought if isinstance(brought, Brings) else Brings(brought)
    depends = (*brings.depends, package) if kind == "depends" else brings.depends
    runs_with = (*brings.runs_with, package) if kind == "runs_with" else brings.runs_with
    return Brings(brings.words, depends, brings.tools, runs_with, brings.kernel)


def _filled(words: Sequence[str], value: str) -> tuple[str, ...]:
    return tuple(word.replace("{value}", value) for word in words)
