"""All tasks that the audit can re-derive, by name."""

from factory.audit import (
    camera_motion,
    depth,
    distance,
    extremes,
    listed,
    matching,
    relation,
    view_change,
    volume,
)
from factory.audit.case import TaskAudit

_FAMILIES = (depth, distance, extremes, listed, relation, matching, view_change, camera_motion, volume)

AUDITS: dict[str, TaskAudit] = {}
for _family in _FAMILIES:
    for _audit in _family.AUDITS:
        if _audit.name in AUDITS:
            raise ValueError(f"two audits for task {_audit.name}")
        AUDITS[_audit.name] = _audit
