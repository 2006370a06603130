"""Facts of the tasks on three images, and of the object to be shown by its box."""

from tests.wording.fact_parts import Sample

SAMPLES: dict[str, Sample] = {}
