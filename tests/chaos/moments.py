"""Moments of a build at which a test strikes: the first worker that comes to one says so and waits to be killed.

Moments are named `render <n>` (before the n-th picture that a worker draws), `put <path>` (before an object is put
into the lake) and `half <path>` (its bytes were handed over, the end of them was not).
"""

import json
import os
import signal
from fnmatch import fnmatchcase
from functools import wraps
from pathlib import Path
from typing import Any

from factory.store.storage import Storage
from factory.visibility.select import RasterizerOnDemand

WAIT = "CHAOS_WAIT"  # a pattern of moments: the first worker there waits
DIE = "CHAOS_DIE"  # a pattern of moments: every worker there dies
CLAIM = "CHAOS_CLAIM"  # the file in which the worker that waits says who it is


def install() -> None:
    """Makes this process stop at the moments that the environment names; Ray runs it in every new worker."""
    render, put_atomic = RasterizerOnDemand.render, Storage.put_atomic
    drawn = 0

    @wraps(render)
    def render_and_stop(self: RasterizerOnDemand, *args: Any) -> Any:
        nonlocal drawn
        drawn += 1
        _reach(f"render {drawn}")
        return render(self, *args)

    @wraps(put_atomic)
    def put_and_stop(self: Storage, rel: str, content: Any) -> Any:
        _reach(f"put {rel}")
        return put_atomic(self, rel, _Content(content, rel) if _is_at(WAIT, f"half {rel}") else content)

    RasterizerOnDemand.render = render_and_stop  # type: ignore[method-assign]
    Storage.put_atomic = put_and_stop  # type: ignore[method-assign]


class _Content:
    """A file that stops after its first bytes were read."""

    def __init__(self, content: Any, rel: str) -> None:
        self._content, self._rel, self._begun = content, rel, False

    def read(self, *size: int) -> bytes:
        if self._begun:
            _reach(f"half {self._rel}")
        self._begun = True
        return self._content.read(*size)  # type: ignore[no-any-return]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._content, name)


def _reach(moment: str) -> None:
    if _is_at(DIE, moment):
        os.kill(os.getpid(), signal.SIGKILL)
    if _is_at(WAIT, moment) and _claim(moment):
        while True:
            signal.pause()


def _is_at(variable: str, moment: str) -> bool:
    return variable in os.environ and fnmatchcase(moment, os.environ[variable])


def _claim(moment: str) -> bool:
    """Whether this process is the first; the claim shows whole or not at all."""
    claim = Path(os.environ[CLAIM])
    draft = claim.with_name(f"{claim.name}.{os.getpid()}")
    draft.write_text(json.dumps({"pid": os.getpid(), "moment": moment}))
    try:
        os.link(draft, claim)
    except FileExistsError:
        return False
    return True
