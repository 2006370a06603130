"""A lake of random pictures with what the web tasks ask about them, in the factory's own words."""

from dataclasses import replace
from pathlib import Path

import factory.web.tasks  # noqa: F401  registers them
from factory.store.lake import Lake
from factory.store.storage import Storage
from factory.web.picture import Picture
from factory.web.problems.composer import compose
from factory.web.tasks.engine import make_facts
from factory.web.tasks.registry import tasks
from factory.wording.web.problem_rows import problem_rows
from factory.wording.web.renderer import render_picture
from factory.wording.web.rows import RenderedWeb, to_web_table
from schemas.web import Mask, WebObjectRecord
from tests.exports.hispatial.sample_lake import picture, sample_image, write_tables
from tests.web.synthetic_pictures import synthetic_picture


def write_worded_lake(root: Path, inputs: Path, pictures: int = 3) -> Lake:
    """A shard of web pictures and a scene of labelled ones."""
    lake = Lake(Storage(root))
    for first, (source, shard) in enumerate((("photos", "00000"), ("scannet", "scene0000_00"))):
        images, objects, worded = [], [], []
        for n in range(pictures):
            one = replace(synthetic_picture(101 * first + n), source=source, shard_id=shard)
            data = picture(seed=n)
            place = inputs / source / shard / f"{one.image_id}.jpg"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
            images.append(
                sample_image(
                    source,
                    shard,
                    one.image_id,
                    data,
                    image=f"{shard}/{place.name}",
                    depth=one.depth_png,
                    intrinsics=one.intrinsics.ravel().tolist(),
                )
            )
            objects += object_records(one)
            worded += [worded_rows(one), problem_rows(one, compose(one, seed=0)[0])]
        tables = {"web_images": images, "web_objects": objects}
        write_tables(lake, source, shard, tables | {"web_qa": to_web_table(worded)})
    return lake


def worded_rows(one: Picture) -> RenderedWeb:
    """All that is asked about a picture."""
    every = [task() for task in tasks.all()]
    return render_picture(one, [(task.spec, make_facts(task, one, seed=0)[0]) for task in every], seed=0)


def object_records(one: Picture) -> list[WebObjectRecord]:
    """The rows of `web_objects` of a picture."""
    return [
        WebObjectRecord(
            source=one.source,
            shard_id=one.shard_id,
            image_id=one.image_id,
            object_id=i,
            label=one.labels[i],
            score=1.0,
            box=one.boxes[i].tolist(),
            mask=Mask(size=[1, 1], counts="0"),
            point_count=len(one.points[i]),
            depth_fraction=1.0,
            truncated=not one.whole[i],
            occluded_by=[],
            center=one.centers[i].tolist(),
            aabb_min=one.aabb_min[i].tolist(),
            aabb_max=one.aabb_max[i].tolist(),
            gravity_min=one.gravity_min[i].tolist(),
            gravity_max=one.gravity_max[i].tolist(),
            points=one.points[i].ravel().tolist(),
            azimuth=None,
            elevation=None,
            rotation=None,
            front_camera=None,
            symmetry=None,
            visible_fraction=None,
            reference=one.references[i],
            reference_kind=one.reference_kinds[i],
            reference_iou=None,
        )
        for i in range(len(one))
    ]
