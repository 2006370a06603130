"""`boxes.json`: the annotated objects of a scene, a labelled box each."""

from collections import Counter
from typing import Annotated, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from factory.errors import DataError
from factory.sources.box_objects import LabelledBox, box_from_axes
from factory.sources.frames import told
from factory.sources.labels import LabelMap
from factory.sources.rgbd.settings import Finite, Settings, checked, parse_json

BOXES_FILE = "boxes.json"

TAKEN_ID = "object: no id of its own"
NO_ROTATION = "object: axes not perpendicular unit vectors"
NO_SIZE = "object: box without size"

Array = np.ndarray
Three = tuple[Finite, Finite, Finite]

_TOLERANCE = 1e-2
_EXACT = 1e-9


class BoxEntry(BaseModel):
    """A box in the files' world and unit.

    size : full lengths along the box's own axes, which are the world's before the turn; the turn is at most one of
    yaw_deg : about the axis that points up, counter-clockwise seen from above; rotation : `world_from_box`, by rows;
    quaternion_xyzw : the same, the real part last.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[int, Field(ge=0, le=np.iinfo(np.int32).max, strict=True)]
    label: str
    center: Three
    size: Three
    yaw_deg: Finite | None = None
    rotation: tuple[Three, Three, Three] | None = None
    quaternion_xyzw: tuple[Finite, Finite, Finite, Finite] | None = None

    @model_validator(mode="after")
    def _one_turn(self) -> Self:
        if sum(turn is not None for turn in (self.yaw_deg, self.rotation, self.quaternion_xyzw)) > 1:
            raise ValueError("more than one of yaw_deg, rotation and quaternion_xyzw")
        return self


def read_boxes(data: bytes, name: str, settings: Settings, counts: Counter[str]) -> list[LabelledBox]:
    """The boxes in the world (metres, z up); why others were left out goes to `counts`.

    Raises DataError for a file that is not of this form, and where no box is left.
    """
    listed = parse_json(data, name)
    if not isinstance(listed, list):
        raise DataError(f"{name}: expected a JSON list of boxes; see the page on rgbd")
    entries = [checked(BoxEntry, entry, f"{name}: box {i}") for i, entry in enumerate(listed)]
    boxes: list[LabelledBox] = []
    taken: set[int] = set()
    for entry in entries:
        file_from_box = _turn(entry, settings)
        if entry.id in taken:
            counts[TAKEN_ID] += 1
        elif file_from_box is None:
            counts[NO_ROTATION] += 1
        elif min(entry.size) < 0 or sum(side > 0 for side in entry.size) < 2:  # a picture may be flat
            counts[NO_SIZE] += 1
        else:
            taken.add(entry.id)
            unit, turn = settings.metres_per_unit, settings.world_from_file
            axes = (turn @ file_from_box).T
            center = turn @ np.array(entry.center) * unit
            box = box_from_axes(center, np.array(entry.size) * unit, axes)
            boxes.append(LabelledBox(entry.id, entry.label, LabelMap().normalise(entry.label), box))
    if not boxes:
        raise DataError(f"{name}: no usable box ({told(counts)}); write at least one")
    return boxes


def _turn(entry: BoxEntry, settings: Settings) -> Array | None:
    """The rotation (3, 3) `file_from_box`, None where what is written is none, up to rounding."""
    from scipy.spatial.transform import Rotation

    if entry.quaternion_xyzw is not None:
        if abs(np.linalg.norm(entry.quaternion_xyzw) - 1) > _TOLERANCE:
            return None
        turn: Array = Rotation.from_quat(entry.quaternion_xyzw).as_matrix()
    elif entry.rotation is not None:
        written = np.array(entry.rotation)
        if np.abs(written @ written.T - np.eye(3)).max() > _TOLERANCE:
            return None
        u, _, vt = np.linalg.svd(written)
        turn = u @ vt  # maybe mirrored: a box is the same then
    else:
        up = settings.world_from_file[2]  # the axis of the files' world that points up
        turn = Rotation.from_rotvec(np.radians(entry.yaw_deg or 0.0) * up).as_matrix()
    whole = np.rint(turn)
    return np.where(np.abs(turn - whole) < _EXACT, whole, turn)  # upright boxes are exactly that
