"""A folder's contents, made anew beside the old ones and swapped in at the end."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from factory.errors import DataError


@contextmanager
def replacing(out: Path, entries: Sequence[str], *, signed: str, signature: str) -> Iterator[Path]:
    """Yields an empty folder inside `out`; what the block writes there replaces the `entries` of `out`.

    The swap happens when the block ends without an exception, else the old contents stay. The first of `entries` is
    taken away first and put back last, so that readers that start from it never see a mixture. Other files in `out`
    are left alone. `signed` is the entry that starts with the line `signature` in every such folder: DataError when
    `out` holds one of `entries` that was not written by us.
    """
    taken = [name for name in entries if (out / name).exists() or (out / name).is_symlink()]
    if taken and not _starts_with(out / signed, signature):
        raise DataError(f"{out}: holds {taken[0]!r} that was not written by this command; choose another --out")
    new, old = out / ".new", out / ".old"
    for leftover in (new, old):  # of a run that was killed
        shutil.rmtree(leftover, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        yield new
        old.mkdir()
        for name in taken:
            # The signed file is overwritten in place: while anything of ours stands here, it says so.
            if name != signed:
                (out / name).rename(old / name)
        for name in reversed(entries):
            if (new / name).exists():
                (new / name).replace(out / name)
    finally:
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _starts_with(path: Path, line: str) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.readline().rstrip(b"\r\n") == line.encode()
