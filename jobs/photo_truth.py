"""Shows how far objects of photographs are from what a depth sensor measured, by kind of masks and of camera.

python jobs/photo_truth.py --photos photos --manifest jobs/sensor_photos.toml
"""

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from factory.bench.photo_truth import photo_truth
from factory.web.estimate import EstimateParameters
from factory.web.estimators.stack import open_stack
from factory.web.sensors import read_manifest
from jobs.build_web import stack_config
from jobs.command_line import EXPECTED_ERRORS, JobParser, complain

_MIN_WIDTH = 110
_CAMERAS = {"known": True, "unknown": False}


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = JobParser(__doc__)
    parser.add_argument("--photos", type=Path, required=True, help="folder of the photographs")
    parser.add_argument(
        "--manifest", type=Path, required=True, help="TOML file: which they are, with depth and cameras"
    )
    parser.add_argument("--stack", default="cpu", help="set of models: cpu, paper (default: cpu)")
    parser.add_argument("--stack-config", type=Path, metavar="FILE", help="TOML file, as for build_web.py")
    parser.add_argument("--masks", choices=["sam", "box"], help="these alone (default: one after the other)")
    parser.add_argument("--json", action="store_true", help="one JSON object per line instead of a table")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the table; the exit status."""
    options = parse(argv)
    table = Table(box=None, pad_edge=False)
    for name in ("masks", "camera"):
        table.add_column(name)
    for name in (
        "photos",
        "detections",
        "lifted",
        "compared",
        "median %",
        "mean %",
        "within 25 %",
        "pairs",
        "right %",
    ):
        table.add_column(name, justify="right")
    try:
        photos = read_manifest(options.manifest)
        for masks in [options.masks] if options.masks else ["sam", "box"]:
            config = stack_config(argparse.Namespace(**vars(options) | {"masks": masks}))
            stack = open_stack(config)
            for camera, known in _CAMERAS.items():
                found = photo_truth(stack, EstimateParameters.of(config), options.photos, photos, known)
                if options.json:
                    line = {"masks": masks, "camera": camera} | dataclasses.asdict(found)
                    print(json.dumps(line), flush=True)
                shares = (found.median_relative, found.mean_relative, found.within_25)
                table.add_row(
                    masks,
                    camera,
                    *(f"{count:,}" for count in (found.photos, found.detections, found.lifted, found.compared)),
                    *(f"{share * 100:.1f}" for share in shares),
                    f"{found.pairs:,}",
                    f"{found.right * 100:.1f}",
                )
            stack.close()
    except EXPECTED_ERRORS as error:
        return complain(error)
    if not options.json:
        Console(width=max(Console().width, _MIN_WIDTH)).print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
