"""All tasks that the audit can re-derive, by name."""

from factory.audit import depth, distance, matching, relation, view_change
from factory.audit.case import TaskAudit

_FAMILIES = (depth, distance, relation, matching, view_change)

AUDITS: dict[str, TaskAudit] = {}
for _family in _FAMILIES:
    for _audit in _family.AUDITS:
        if _audit.name in AUDITS:
            raise ValueError(f"two audits for task {_audit.name}")
        AUDITS[_audit.name] = _audit
