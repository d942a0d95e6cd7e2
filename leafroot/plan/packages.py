# SPDX-License-Identifier: Apache-2.0
"""Packages: each recipe turned into the one step that builds it."""

from __future__ import annotations

from collections.abc import Mapping

from leafroot.describe.package import Package
from leafroot.describe.recipes import Autotools, Choice, Go, Kbuild, Make, Meson, Prebuilt
from leafroot.describe.unit import Unit
from leafroot.plan import kbuild
from leafroot.plan.go import plan_go
from leafroot.plan.meson import plan_meson
from leafroot.plan.prebuilt import plan_prebuilt
from leafroot.plan.step import Input, Step, TreeFile
from leafroot.plan.toolchain import Toolchain, unit_sources

_STRIP = "/strip-tree"
# What a package installs that serves people or compilers, not the running system.
_NOT_INSTALLED = ("usr/share/man", "usr/share/doc", "usr/share/info", "usr/lib/*.la")


def plan_package(
    unit: Unit[Package], toolchain: Toolchain, built: Mapping[str, str], options: Mapping[str, str]
) -> Step:
    """The step that builds a package; `built` maps the names of built packages to their artefacts.

    `options` are the values of Kconfig options that recipes have choices for.
    """
    package = unit.value
    if isinstance(package.build, Prebuilt):
        return plan_prebuilt(unit, package.build)
    depends = tuple(built[name] for name in package.depends if name in built)
    commands, inputs, env = _recipe(unit, toolchain, options)
    return Step(
        title=f"{unit.name} {package.version}",
        output=f"{toolchain.folder}/{unit.name}.tar.zst",
        inputs=(
            *unit_sources(unit),
            *inputs,
            *toolchain.with_sysroot(depends),
            TreeFile(_STRIP, "leafroot/tools/strip-tree/strip-tree.sh"),
        ),
        commands=(*commands, ("sh", _STRIP, "/out")),
        env=toolchain.env(env),
        drop=_NOT_INSTALLED,
    )


def _chosen(choices: tuple[Choice, ...], options: Mapping[str, str]) -> tuple[str, ...]:
    words = (choice.word(options[choice.option]) for choice in choices)
    return tuple(word for word in words if word)


def _recipe(
    unit: Unit[Package], toolchain: Toolchain, options: Mapping[str, str]
) -> tuple[tuple[tuple[str, ...], ...], tuple[Input, ...], dict[str, str]]:
    match unit.value.build:
        case Autotools(words, env, choices):
            configure = (
                "/src/configure",
                # Never the host's own name, or configure would run the target's programs where it can.
                "--build=x86_64-build-linux-gnu",
                f"--host={toolchain.arch.target}",
                "--prefix=/usr",
                "--sysconfdir=/etc",
            )
            return (
                (
                    (*configure, "--localstatedir=/var", *words, *_chosen(choices, options)),
                    ("make",),
                    ("make", "install", "DESTDIR=/out"),
                ),
                (),
                dict(env),
            )
        case Meson() as recipe:
            return plan_meson(recipe, _chosen(recipe.choices, options), toolchain)
        case Make() as recipe:
            words = (*(f"{name}={value}" for name, value in recipe.variables), *_chosen(recipe.choices, options))
            return _make(recipe, words), (), {}
        case Go() as recipe:
            return plan_go(unit, recipe, toolchain)
        case Kbuild() as recipe:
            return _kbuild(unit, recipe, toolchain)
        case other:
            raise AssertionError(f"{unit.name}: {type(other).__name__} is not built by a step of its own")


def _make(recipe: Make, words: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """A plain Makefile's two calls; where it is to build in its own tree, after a copy of that was made."""
    tree = (("cp", "-R", "/src/.", "/build"), ("chmod", "-R", "u+w", "/build")) if recipe.folder else ()
    start = ("-C", recipe.folder) if recipe.folder else ("-f", "/src/Makefile", "SRC=/src")
    call = ("make", *start, *words)
    return (*tree, call, (*call, "DESTDIR=/out", *recipe.install))


def _kbuild(
    unit: Unit[Package], recipe: Kbuild, toolchain: Toolchain
) -> tuple[tuple[tuple[str, ...], ...], tuple[Input, ...], dict[str, str]]:
    variables = (f"CROSS_COMPILE={toolchain.prefix}",)
    make = ("make", "-C", "/src", "O=/build", *variables)
    fragments = tuple(kbuild.unit_fragment(unit, name) for name in recipe.fragments)
    commands = (
        (*make, recipe.base),
        kbuild.merge(fragments),
        # busybox's parser knows no olddefconfig, but takes the merged file as the set of values to start from.
        ("scripts/kconfig/conf", "-D", kbuild.MERGED, "Config.in"),
        *kbuild.check(fragments, "Config.in", kbuild.ERRORS),
        make,
        # busybox's install is only known to the make that O= calls in the object tree.
        ("make", "-f", "/src/Makefile", "KBUILD_SRC=/src", "CONFIG_PREFIX=/out", *variables, *recipe.install),
    )
    # Kbuild has LDFLAGS of its own; the target's go in under the name that it leaves to its caller.
    flags = dict(toolchain.env())
    env = {
        "srctree": "/src",
        "KCONFIG_NOTIMESTAMP": "1",
        "EXTRA_CFLAGS": flags["CFLAGS"],
        "EXTRA_LDFLAGS": flags["LDFLAGS"],
        "CFLAGS": "",
        "LDFLAGS": "",
    }
    return commands, (*fragments, *kbuild.check_inputs()), env
