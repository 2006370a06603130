"""Sample facts."""

from tests.wording.fact_parts import Sample

SAMPLES: dict[str, Sample] = {}
