"""Room size: the floor area of the scene.

The area comes from the mesh, which the tables do not hold: here it is only compared with the stored `floor_area`, and
that with what a room can have.
"""

from factory.audit.case import Case, TaskAudit, video_frames
from factory.audit.findings import Kind
from factory.audit.numeric import check_number, check_values

MIN_AREA_M2 = 1.0


def check_room(case: Case) -> None:
    """The area in square metres."""
    area = case.evidence.floor_area
    if not case.expect(area is not None, Kind.MISSING, "no floor_area in the table scenes", "the area asked about"):
        return
    assert area is not None
    case.expect(area > MIN_AREA_M2, Kind.RULE, f"{area:.2f} square metres", f"more than {MIN_AREA_M2}")
    case.expect(not case.row["object_ids"], Kind.OBJECT, f"objects {case.row['object_ids']}", "none")
    check_values(case, [area])
    check_number(case, area)


AUDITS = (
    TaskAudit(
        name="room_size",
        level="high",
        view="video",
        relation="none",
        unit="m2",
        formats=("fill", "select", "sentence"),
        options=4,
        images=32,
        has_margin=False,
        marks=(),
        check=check_room,
        frames=video_frames,
    ),
)
