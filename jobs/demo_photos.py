"""Gathers photographs for the demo: those that come with scikit-image, and a folder of more where there is one.

python jobs/demo_photos.py --out photos --more ../shared/data/photos
"""

import argparse
import shutil
import sys
from pathlib import Path

import skimage
from rich.console import Console

from jobs.command_line import EXPECTED_ERRORS, JobParser, complain

# Public domain or CC0, as scikit-image's own list says.
PACKAGED = (
    "astronaut.png",
    "camera.png",
    "chelsea.png",
    "coffee.png",
    "motorcycle_left.png",
    "motorcycle_right.png",
    "rocket.jpg",
)
_SUFFIXES = frozenset((".jpg", ".jpeg", ".png"))
_NO_COLOR = "depth"  # sensor depth lies beside its picture


def parse(argv: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = JobParser(__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder to fill; pictures that lie there stay")
    parser.add_argument("--more", type=Path, help="folder of photographs to add, where it exists")
    return parser.parse_args(argv)


def photographs(more: Path | None) -> dict[str, Path]:
    """Files by their place in the demo's folder."""
    packaged = Path(skimage.__file__).parent / "data"
    found = {f"skimage/{name}": packaged / name for name in PACKAGED}
    if more is not None and more.is_dir():
        for path in sorted(more.rglob("*")):
            inside = path.relative_to(more)
            if path.suffix.lower() in _SUFFIXES and _NO_COLOR not in path.stem and inside.parts[0] != "skimage":
                found[inside.as_posix()] = path
    return found


def gather(out: Path, more: Path | None) -> int:
    """Copies photographs that are not there yet; how many there are."""
    files = photographs(more)
    for name, path in files.items():
        target = out / name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    return len(files)


def main(argv: list[str]) -> int:
    """Copies what is not there yet; the exit status."""
    options = parse(argv)
    try:
        count = gather(options.out, options.more)
    except EXPECTED_ERRORS as error:
        return complain(error)
    Console().print(f"{count} photographs in {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
