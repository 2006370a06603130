"""What the frames of all data sets have in common: one size, and reasons for leaving some out."""

from collections.abc import Callable, Mapping

from factory.errors import DataError
from factory.sources.cameras import Size

EMPTY_COLOR, UNREADABLE_COLOR = "frame: colour image empty", "frame: colour image unreadable"
_MAX_UNREADABLE = 8


def told(counts: Mapping[str, int]) -> str:
    """Counts by reason in words."""
    return ", ".join(f"{reason}: {n}" for reason, n in sorted(counts.items()) if n) or "nothing counted"


def common_size(count: int, size_of: Callable[[int], Size | None], where: str) -> tuple[Size, set[int]]:
    """The size of the images, looked up in the first, the middle and the last of them; which of those looked at (and
    their neighbours, tried instead) are no images. All images of a scene must be of one size."""
    sizes: dict[int, Size] = {}
    unreadable: set[int] = set()
    for start in sorted({0, count // 2, count - 1}):
        for i in [*range(start, count), *range(start)]:
            if i in unreadable:
                continue
            found = sizes.get(i) or size_of(i)
            if found:
                sizes[i] = found
                break
            unreadable.add(i)
            if len(unreadable) >= min(count, _MAX_UNREADABLE):
                raise DataError(
                    f"{where}: the first colour images looked at are no JPEG or PNG files; export them again"
                )
    different = sorted(set(sizes.values()))
    if len(different) > 1:
        listed = " and ".join(f"{w}x{h}" for w, h in different)
        raise DataError(f"{where}: expected colour images of one size, found {listed}; export them again")
    return different[0], unreadable
