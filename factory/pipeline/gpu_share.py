"""How much of a GPU an actor takes."""

from typing import Annotated

from pydantic import AfterValidator

_TOLERANCE = 0.05  # in actors per GPU: 0.33 means a third


def whole_per_gpu(share: float) -> float:
    """A share of a GPU as exactly 1/k, or 0 for none. Raises ValueError for others.

    Those cannot be placed well: of 0.4, two fit into a GPU and a fifth of it lies idle.
    """
    if share == 0:
        return 0.0
    per_gpu = round(1 / share) if 0 < share <= 1 else 0
    if not per_gpu or abs(1 / share - per_gpu) > _TOLERANCE:
        raise ValueError(f"{share:g} of a GPU cannot be placed: give 0, 1 or a share such as 0.5, 0.33 or 0.25")
    return 1 / per_gpu


GpuShare = Annotated[float, AfterValidator(whole_per_gpu)]
