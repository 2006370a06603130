"""A time limit that holds even inside native code: the process ends, and whoever waits for it tries elsewhere."""

import faulthandler
from collections.abc import Iterator
from contextlib import contextmanager

_STDERR = 2  # the descriptor stays open whatever becomes of sys.stderr


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Ends this process, with the stacks of all threads on its standard error, unless the context ends in time.

    One limit per process at a time: workers do one scene after the other.
    """
    faulthandler.dump_traceback_later(seconds, exit=True, file=_STDERR)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
