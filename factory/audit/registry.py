"""All tasks that the audit can re-derive, by name."""

from factory.audit import (
    appearance,
    camera_motion,
    counting,
    depth,
    distance,
    extremes,
    imagination,
    listed,
    map,
    matching,
    navigation,
    relation,
    room,
    view_change,
    volume,
)
from factory.audit.case import TaskAudit

_FAMILIES = (
    depth,
    distance,
    extremes,
    listed,
    relation,
    imagination,
    map,
    matching,
    view_change,
    camera_motion,
    volume,
    appearance,
    counting,
    room,
    navigation,
)

AUDITS: dict[str, TaskAudit] = {}
for _family in _FAMILIES:
    for _audit in _family.AUDITS:
        if _audit.name in AUDITS:
            raise ValueError(f"two audits for task {_audit.name}")
        AUDITS[_audit.name] = _audit
