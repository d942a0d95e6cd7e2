# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501 (messages stand here as they are printed)
"""Options and edges that are wrong, each with its exact message."""

from pathlib import Path

import pytest
from refusal import assert_refused

from tests.small_tree import Code, SmallTree, board, package

ALPHA = "package/alpha/package.py"
MARK = "package/alpha/package.py:9: "


def options(text: str, build: str = "Autotools()") -> dict[str, str | None]:
    return {ALPHA: package("First.", build=build, options=Code(f"[{text}]"))}


OPTIONS: dict[str, tuple[str, str]] = {
    "name with capitals": (
        "Option('TLS', 'TLS')",
        "option 'TLS' has an invalid name\n  It has lower-case letters, digits and inner hyphens, and begins with a letter.",
    ),
    "name with a hyphen at its end": (
        "Option('tls-', 'TLS')",
        "option 'tls-' has an invalid name\n  It has lower-case letters, digits and inner hyphens, and begins with a letter.",
    ),
    "no prompt and no Config.in": (
        "Option('tls')",
        "option 'tls' has no prompt\n  Write one, or define the option in a Config.in beside the description.",
    ),
    "choice without a prompt": (
        "Choice('size', '', {'small': [], 'big': []})",
        "option 'size' has no prompt\n  A choice needs one: it cannot be defined in a Config.in.",
    ),
    "prompt of two lines": (
        "Option('tls', 'TLS\\n\\tdefault y')",
        "option 'tls' has a prompt of more than one line\n  It must be one line without control characters.",
    ),
    "default of two lines": (
        "Text('motto', 'Motto', default='a\\nb')",
        "option 'motto' has a default of more than one line\n  It must be one line without control characters.",
    ),
    "default below the range": (
        "Number('port', 'Port', default=0, least=1)",
        "option 'port' has the default 0, which is not in its range, 1 to 2147483647",
    ),
    "default above the range": (
        "Number('port', 'Port', default=9, most=8)",
        "option 'port' has the default 9, which is not in its range, 0 to 8",
    ),
    "one value to choose from": (
        "Choice('size', 'Size', {'small': []})",
        "option 'size' has fewer than two values to choose from\n  Use Option for something that is on or off.",
    ),
    "nothing to choose from": (
        "Choice('size', 'Size', {})",
        "option 'size' has fewer than two values to choose from\n  Use Option for something that is on or off.",
    ),
    "default that is no value": (
        "Choice('size', 'Size', {'small': [], 'big': []}, default='smal')",
        "option 'size' has the unknown default 'smal'\n  Did you mean small?",
    ),
    "value with a space": (
        "Choice('size', 'Size', {'very small': [], 'big': []})",
        "option 'size' has the invalid value 'very small'\n  A value has lower-case letters, digits and inner hyphens.",
    ),
    "edge of a provider": (
        "Provider('ssh', 'SSH', beta=[], none=[], edge='tools')",
        "option 'ssh' has edge='tools'\n  Write 'depends' or 'runs_with'.",
    ),
    "two of one name": (
        "Option('a-b', 'A'), Number('a-b', 'B')",
        "options 'a-b' and 'a-b' have the same name in Kconfig\n  Rename one of them.",
    ),
    "two of one symbol": (
        "Option('a-b', 'A'), Option('a_b', 'B')",
        "options 'a-b' and 'a_b' have the same name in Kconfig\n  Rename one of them.",
    ),
}


@pytest.mark.parametrize(("text", "message"), OPTIONS.values(), ids=OPTIONS)
def test_message_about_an_option(text: str, message: str, tmp_path: Path) -> None:
    assert_refused(SmallTree(tmp_path, options(text)), f"{MARK}{message}")


@pytest.mark.parametrize(
    "text",
    [
        "Option('x', 'X', on=['x'])",
        "Option('x', 'X', off=['x'])",
        "Number('x', 'X', words=['x'])",
        "Text('x', 'X', words=['x'])",
        "Choice('x', 'X', {'a': [], 'b': ['x']})",
    ],
)
@pytest.mark.parametrize("build", ["Prebuilt([('a', 'b')])", "Files()"])
def test_words_for_a_recipe_that_accepts_none_are_refused(text: str, build: str, tmp_path: Path) -> None:
    assert_refused(
        SmallTree(tmp_path, options(text, build)),
        f"{MARK}option 'x' adds words, but {build.partition('(')[0]} accepts none\n"
        "  It can add depends, runs_with and kernel options.",
    )


def test_a_word_that_names_no_fragment_of_the_package_is_refused(tmp_path: Path) -> None:
    text = "Choice('size', 'Size', {'a': ['big.config'], 'b': ['CONFIG_B=y', 'defconfig']})"
    assert_refused(
        SmallTree(tmp_path, options(text, "Kbuild([])")),
        f"{MARK}there is no package/alpha/big.config\n  Available: package.py.",
    )


SIZE = "Choice('size', 'Size', {'small': [], 'big': []})"
# The fields of a package, and the message; each names an edge that cannot be.
EDGES: dict[str, tuple[dict[str, object], str]] = {
    "unknown package that an option brings": (
        {"options": Code("[Option('tls', 'TLS', depends=['betta'])]")},
        "'alpha' depends on 'betta', but there is no such package\n  Did you mean beta?",
    ),
    "unknown package that a value brings": (
        {"options": Code("[Choice('x', 'X', {'a': [], 'b': Brings(runs_with=['betta'])})]")},
        "'alpha' depends on 'betta', but there is no such package\n  Did you mean beta?",
    ),
    "unknown provider": (
        {"options": Code("[Provider('x', 'X', betta=[], none=[])]")},
        "'alpha' depends on 'betta', but there is no such package\n  Did you mean beta?",
    ),
    "unknown tool": (
        {"tools": ["betta"]},
        "'alpha' depends on 'betta', but there is no such package\n  Did you mean beta?",
    ),
    "tool of the toolchain": (
        {"tools": ["gcc"]},
        "'alpha' depends on 'gcc', which is part of the toolchain and always available\n  Remove it from tools.",
    ),
    "boot loader's files in a root": (
        {"runs_with": ["firmware"]},
        "'alpha' depends on 'firmware', which is for a boot loader, not for a root\n  Remove it from runs_with.",
    ),
    "tool that is built for the target alone": (
        {"tools": ["box"]},
        "'alpha' needs 'box' as a tool, but Kbuild cannot build for the build machine\n"
        "  Only packages built by Autotools, CMake, Make or Meson can be tools.",
    ),
    "unknown architecture": (
        {"depends": Code("[Dependency('beta', arch=['x86-64'])]")},
        "unknown architecture 'x86-64'\n  Did you mean x86_64?",
    ),
    "unknown C library": (
        {"depends": Code("[Dependency('beta', libc=['glibc'])]")},
        "unknown C library 'glibc'\n  Available: musl.",
    ),
    "unknown option": (
        {"depends": Code("[Dependency('beta', option='tsl')]"), "options": Code("[Option('tls', 'TLS')]")},
        "unknown option 'tsl'\n  Did you mean tls?",
    ),
    "unknown value": (
        {"depends": Code("[Dependency('beta', option='size=smal')]"), "options": Code(f"[{SIZE}]")},
        "option 'size' has no value 'smal'\n  Write 'size=small' or 'size=big'.",
    ),
    "value of an option that is on or off": (
        {"depends": Code("[Dependency('beta', option='tls=yes')]"), "options": Code("[Option('tls', 'TLS')]")},
        "option 'tls' has no value 'yes'\n  Write 'tls'.",
    ),
    "number as a condition": (
        {"depends": Code("[Dependency('beta', option='port=80')]"), "options": Code("[Number('port', 'Port')]")},
        "an edge cannot depend on option 'port', a Number\n  It can depend on an Option, a Choice or a Provider.",
    ),
}
OTHERS = {
    "package/beta/package.py": package(),
    "package/box/package.py": package(build="Kbuild([])"),
    "package/firmware/package.py": package(build="Prebuilt([('a', 'b')], boot=True)"),
}


@pytest.mark.parametrize(("fields", "message"), EDGES.values(), ids=EDGES)
def test_message_about_an_edge(fields: dict[str, object], message: str, tmp_path: Path) -> None:
    assert_refused(SmallTree(tmp_path, {**OTHERS, ALPHA: package("First.", **fields)}), f"{MARK}{message}")


def test_message_about_a_choice_without_a_value(tmp_path: Path) -> None:
    fields = {"options": Code(f"[{SIZE}]"), "depends": Code("[Dependency('beta', option='size')]")}
    assert_refused(
        SmallTree(tmp_path, {ALPHA: package("First.", **fields)}),
        f"{MARK}option 'size' has no value 'y'\n  Write 'size=small' or 'size=big'.",
    )


def test_a_circle_through_an_option_names_every_member(tmp_path: Path) -> None:
    files = {
        ALPHA: package(options=Code("[Option('tls', 'TLS', depends=['gamma'])]")),
        "package/gamma/package.py": package(tools=["beta"]),
    }
    assert_refused(
        SmallTree(tmp_path, files),
        "package/alpha/package.py:9: packages depend on each other in a circle: alpha -> gamma -> beta -> alpha\n"
        "  package/alpha/package.py:9: alpha depends on gamma\n"
        "  package/gamma/package.py:9: gamma depends on beta\n"
        "  package/beta/package.py:9: beta depends on alpha",
    )


# Packages and their options, and the message: one symbol of Kconfig for two things.
SAME: dict[str, tuple[dict[str, str | None], str]] = {
    "package and option": (
        {
            ALPHA: package(options=Code("[Option('tool', 'Tool')]")),
            "package/alpha-tool/package.py": package(),
        },
        "package/alpha/package.py:9: option 'tool' of 'alpha' and 'alpha-tool' have the same name in Kconfig: PACKAGE_ALPHA_TOOL\n"
        "  Rename this one, or the one in package/alpha-tool.",
    ),
    "package and value": (
        {
            ALPHA: package(options=Code("[Choice('size', 'Size', {'small': [], 'big': []})]")),
            "package/alpha-size-big/package.py": package(),
        },
        "package/alpha/package.py:9: value 'big' of option 'size' of 'alpha' and 'alpha-size-big' have the same name in Kconfig: PACKAGE_ALPHA_SIZE_BIG\n"
        "  Rename this one, or the one in package/alpha-size-big.",
    ),
    "option and value": (
        {ALPHA: package(options=Code("[Option('size-big', 'B'), Choice('size', 'Size', {'small': [], 'big': []})]"))},
        "package/alpha/package.py:9: value 'big' of option 'size' of 'alpha' and option 'size-big' of 'alpha' have the same name in Kconfig: PACKAGE_ALPHA_SIZE_BIG\n"
        "  Rename this one, or the one in package/alpha/package.py:9.",
    ),
    "options of two packages": (
        {
            ALPHA: package(options=Code("[Option('b-c', 'X')]")),
            "package/alpha-b/package.py": package(options=Code("[Option('c', 'X')]")),
        },
        "package/alpha-b/package.py:9: option 'c' of 'alpha-b' and option 'b-c' of 'alpha' have the same name in Kconfig: PACKAGE_ALPHA_B_C\n"
        "  Rename this one, or the one in package/alpha/package.py:9.",
    ),
    "board and its fragment": (
        {
            "board/one/board.py": board().replace("config=[]", 'config=[], options={"more": "More"}'),
            "board/one/more.config": "",
            "board/one-more/board.py": board(),
        },
        "board/one/board.py:6: option 'more' of 'one' and 'one-more' have the same name in Kconfig: BOARD_ONE_MORE\n"
        "  Rename this one, or the one in board/one-more.",
    ),
}


@pytest.mark.parametrize(("files", "message"), SAME.values(), ids=SAME)
def test_message_about_two_of_one_symbol(files: dict[str, str | None], message: str, tmp_path: Path) -> None:
    assert_refused(SmallTree(tmp_path, files), message)
