"""Shares of a GPU that can be placed."""

import pytest

from factory.pipeline.gpu_share import whole_per_gpu


@pytest.mark.parametrize(("given", "share"), [(0, 0), (1, 1), (0.5, 0.5), (0.33, 1 / 3), (0.25, 0.25), (0.1, 0.1)])
def test_a_gpu_holds_a_whole_number_of_actors(given: float, share: float) -> None:
    assert whole_per_gpu(given) == share


@pytest.mark.parametrize("given", [-0.5, 0.3, 0.4, 0.7, 1.5, 2, 30, float("nan"), float("inf")])
def test_other_shares_are_refused(given: float) -> None:
    with pytest.raises(ValueError, match="give 0, 1 or a share such as"):
        whole_per_gpu(given)
