"""The one exception for bad input."""


class DataError(Exception):
    """Input that cannot be used: its message names the file, what was expected and what to do.

    A stage that meets one quarantines the partition and goes on with the others.
    """
