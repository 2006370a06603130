"""A time limit that holds even inside native code: the process ends, and whoever waits for it tries elsewhere."""

import faulthandler
from collections.abc import Iterator
from contextlib import contextmanager

_STDERR = 2  # the descriptor stays open whatever becomes of sys.stderr
_limit: float | None = None


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Ends this process, with the stacks of all threads on its standard error, unless the context ends in time.

    There is one limit per process: a worker does one scene after the other.
    """
    global _limit
    _limit = seconds
    still_going()
    try:
        yield
    finally:
        _limit = None
        faulthandler.cancel_dump_traceback_later()


def still_going() -> None:
    """Lets the time limit, if there is one, begin anew: for what takes long and shows that it gets on."""
    if _limit is not None:
        faulthandler.dump_traceback_later(_limit, exit=True, file=_STDERR)
