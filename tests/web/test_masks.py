import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from factory.errors import DataError
from factory.web.masks import decode_mask, encode_mask, mask_area
from schemas.web import Mask

maps = st.tuples(st.integers(1, 40), st.integers(1, 40)).flatmap(lambda shape: arrays(bool, shape))


@settings(max_examples=200, deadline=None)
@given(maps)
def test_what_is_encoded_decodes_to_the_same_map(mask):
    stored = encode_mask(mask)
    assert stored.size == list(mask.shape)
    assert decode_mask(stored).dtype == bool
    assert (decode_mask(stored) == mask).all()
    assert mask_area(stored) == mask.sum()


def test_runs_go_down_the_columns_as_coco_counts_them():
    from pycocotools import mask as coco

    mask = np.zeros((3, 4), dtype=bool)
    mask[1:, 2] = True  # column-major: 3 + 3 + 1 off, 2 on, 3 off
    runs = coco.frPyObjects({"size": [3, 4], "counts": [7, 2, 3]}, 3, 4)
    assert encode_mask(mask).counts == runs["counts"].decode()


@pytest.mark.parametrize("size", [[10, 10], [480, 640]])
def test_runs_that_do_not_fill_their_map_are_refused(size):
    stored = encode_mask(np.random.default_rng(0).random((48, 64)) > 0.5)
    with pytest.raises(DataError, match="do not fill"):
        decode_mask(Mask(size=size, counts=stored.counts))


def test_no_runs_at_all_are_refused():
    with pytest.raises(DataError, match="do not fill"):
        decode_mask(Mask(size=[4, 4], counts=""))
