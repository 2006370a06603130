"""Stored rows of web images, made by hand."""

import numpy as np

from factory.web.depth_png import encode_depth
from factory.web.masks import encode_mask
from schemas.web import Detection, WebImageRecord, WebObjectRecord

WIDTH, HEIGHT = 400, 300


def detection(label: str, box: tuple[float, float, float, float], **change: object) -> Detection:
    """A detection whose mask is its box."""
    mask = np.zeros((HEIGHT, WIDTH), dtype=bool)
    mask[int(box[1]) : int(box[3]), int(box[0]) : int(box[2])] = True
    return Detection(label=label, score=0.9, box=list(map(float, box)), mask=encode_mask(mask)).model_copy(
        update=change
    )


def image_row(detections: list[Detection], closed: bool = True, **change: object) -> WebImageRecord:
    """A picture of 400 x 300 pixels with a flat wall at 3 m."""
    row = WebImageRecord(
        source="photos",
        shard_id="00000",
        image_id="a",
        split="train",
        image="a.jpg",
        sha256="",
        phash="",
        width=WIDTH,
        height=HEIGHT,
        caption=None,
        intrinsics=[300.0, 0.0, 199.5, 0.0, 300.0, 149.5, 0.0, 0.0, 1.0],
        intrinsics_source="default",
        depth=encode_depth(np.full((HEIGHT, WIDTH), 3.0, dtype=np.float32)),
        depth_source="model",
        gravity_from_camera=None,
        gravity_source=None,
        scene_id=None,
        frame_id=None,
        stack="test",
        models=[],
        is_data=True,
        detections=detections,
        closed_classes=sorted({d.label for d in detections}) if closed else [],
    )
    return row.model_copy(update=change)


def object_row(number: int, seen: Detection) -> WebObjectRecord:
    """The object of a detection, with made-up geometry."""
    return WebObjectRecord(
        source="photos",
        shard_id="00000",
        image_id="a",
        object_id=number,
        label=seen.label,
        score=seen.score,
        box=seen.box,
        mask=seen.mask,
        point_count=100,
        depth_fraction=1.0,
        truncated=False,
        occluded_by=[],
        center=[0.0, 0.0, 3.0],
        aabb_min=[-0.5, -0.5, 2.5],
        aabb_max=[0.5, 0.5, 3.5],
        gravity_min=None,
        gravity_max=None,
        points=[],
        azimuth=None,
        elevation=None,
        rotation=None,
        front_camera=None,
        symmetry=None,
        visible_fraction=None,
        reference="",
        reference_kind="box",
        reference_iou=None,
    )
