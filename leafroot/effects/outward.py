# SPDX-License-Identifier: Apache-2.0
"""Which symbolic links of an archive lead out of it."""

from __future__ import annotations

# A symbolic link that passes through more links than this leads nowhere: the kernel's own limit.
_HOPS = 40


def leads_out(path: str, links: dict[str, str]) -> bool:
    """Whether the symbolic link at `path` leads out of the root, on its own or by way of other links.

    A link that leads nowhere, because nothing is there or because it goes in circles, does not lead out.
    """
    at = path.split("/")[:-1]
    ahead = _steps(links[path])
    hops = 0
    while ahead:
        step = ahead.pop()
        if step == "/" or (step == ".." and not at):
            return True
        if step == "..":
            at.pop()
            continue
        at.append(step)
        target = links.get("/".join(at))
        if target is not None:
            hops += 1
            if hops > _HOPS:
                return False
            at.pop()
            ahead += _steps(target)
    return False


def _steps(target: str) -> list[str]:
    """A link's target as steps to take, the last one first."""
    steps = [part for part in target.split("/") if part not in ("", ".")]
    return [*reversed(steps), "/"] if target.startswith("/") else steps[::-1]
