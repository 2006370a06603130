"""Makes procedural scans in the layout of a data set, to try everything without one."""

import json
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from factory.sources.procedural.scene import build_scene
from factory.sources.procedural.writers.formats import FORMATS
from jobs.command_line import JobParser

SETTINGS = "procedural.json"


def make_scan(root: Path, form: str, index: int, settings: dict[str, int | float]) -> str:
    """Writes scene `index`; a line for the user."""
    started = time.perf_counter()
    scene = build_scene(
        int(settings["seed"]) * 10_000 + index,
        faces=int(settings["faces"]),
        frame_count=int(settings["frames"]),
        step=settings["step"],
        width=int(settings["width"]),
        height=int(settings["height"]),
    )
    scene = FORMATS[form].prepare(scene)
    folder = FORMATS[form].write(scene, root, FORMATS[form].scene_id(index))
    rooms = ", ".join(room.kind for room in scene.rooms)
    return (
        f"{folder.name}: {rooms}; {sum(o.annotated for o in scene.objects)} objects, {len(scene.mesh.faces)} faces, "
        f"{len(scene.cameras)} frames, {time.perf_counter() - started:.1f} s"
    )


def main(argv: list[str] | None = None) -> int:
    parser = JobParser(__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of scene folders")
    parser.add_argument(
        "--format",
        choices=sorted(FORMATS),
        default="scannet",
        help="layout, by the name of the source that reads it (default: %(default)s)",
    )
    parser.add_argument("--scenes", type=int, default=2, help="how many scenes (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="other seeds give other homes (default: %(default)s)")
    parser.add_argument("--frames", type=int, default=120, help="images per scene (default: %(default)s)")
    parser.add_argument(
        "--step", type=float, default=0.15, help="way between images in metres; 0.015 is a 30 Hz scan (%(default)s)"
    )
    parser.add_argument("--faces", type=int, default=300_000, help="triangles per scene, about (default: %(default)s)")
    parser.add_argument("--width", type=int, default=640, help="image width (default: %(default)s)")
    parser.add_argument("--height", type=int, default=480, help="image height (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=1, help="scenes made at once (default: %(default)s)")
    args = parser.parse_args(argv)

    args.out.mkdir(parents=True, exist_ok=True)
    settings = {name: getattr(args, name) for name in ("seed", "frames", "step", "faces", "width", "height")}
    form = FORMATS[args.format]
    record = args.out / SETTINGS
    described = settings if args.format == "scannet" else {"format": args.format, **settings}
    if record.exists() and json.loads(record.read_text()) != described:
        print(
            f"{record} says that {args.out} holds scans made with other settings; name another --out", file=sys.stderr
        )
        return 2
    record.write_text(json.dumps(described, indent=1) + "\n")
    names = [form.scene_id(i) for i in range(args.scenes)]
    missing = [i for i, name in enumerate(names) if not (args.out / form.folder(name)).is_dir()]
    for name in (names[i] for i in range(args.scenes) if i not in missing):
        print(f"{name}: already there")
    jobs = [(args.out, args.format, i, settings) for i in missing]
    if args.processes > 1 and len(jobs) > 1 and not form.appends:
        # Unlike a multiprocessing pool this one reports a process that dies, instead of waiting for it.
        with ProcessPoolExecutor(args.processes, multiprocessing.get_context("spawn")) as pool:
            for line in pool.map(make_scan, *zip(*jobs, strict=True)):
                print(line, flush=True)
    else:
        for job in jobs:
            print(make_scan(*job), flush=True)
    form.write_tables(args.out, names)
    return 0


if __name__ == "__main__":
    sys.exit(main())
