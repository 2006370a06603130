"""Findings about the records of one picture."""

from factory.audit.findings import Finding, Kind


class Notes:
    """Collects what is wrong with a picture and its objects."""

    def __init__(self, image_id: str) -> None:
        self.findings: list[Finding] = []
        self._image_id = image_id

    def expect(self, holds: bool, item: str, stored: object, derived: object, kind: Kind = Kind.RECORD) -> bool:
        """Adds a finding about an item of the picture unless the condition holds; returns the condition."""
        if not holds:
            self.findings.append(Finding(kind, "", "", f"{self._image_id} {item}", str(stored), str(derived)))
        return bool(holds)
