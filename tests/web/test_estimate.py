from dataclasses import dataclass, replace

import numpy as np
import pytest

from factory.geometry.gravity import gravity_frame
from factory.web.depth_png import decode_depth
from factory.web.estimate import NO_DEPTH, EstimateParameters, estimate_pictures, resize_mask
from factory.web.estimators.box_masks import BoxMaskParameters, BoxMasks
from factory.web.estimators.model import Machine
from factory.web.estimators.protocols import DepthMap, Detected, Orientation
from factory.web.estimators.stack import Stack
from factory.web.masks import decode_mask
from schemas.web import ModelUse, WebImageRecord

FOCAL = 700.0
DOWN = gravity_frame(np.array([0.1, 0.9, 0.2]))


@dataclass
class Decoded:
    rgb: np.ndarray
    width: int
    height: int
    intrinsics: np.ndarray | None = None
    sensed: DepthMap | None = None


def picture(width=800, height=600, shade=100, rgb_scale=1.0, intrinsics=None) -> Decoded:
    rgb = np.full((round(height * rgb_scale), round(width * rgb_scale), 3), shade, dtype=np.uint8)
    return Decoded(rgb, width, height, intrinsics)


def pinhole(focal, width, height) -> np.ndarray:
    return np.array([[focal, 0, (width - 1) / 2], [0, focal, (height - 1) / 2], [0, 0, 1.0]])


class Fake:
    """One estimator for all roles; what it was given is kept."""

    def __init__(self, boxes=((80.0, 60.0, 240.0, 300.0),), labels=("chair",), scores=(0.9,), full=False):
        self.boxes, self.labels, self.scores, self.full = np.array(boxes, float).reshape(-1, 4), labels, scores, full
        self.told_intrinsics: np.ndarray | None = None
        self.depth_m = np.full((30, 40), 2.0, dtype=np.float32)
        self.seen: dict[str, list] = {}

    def models(self):
        return [ModelUse(role="depth", name="Fake", sha256="00", licence="MIT")]

    def close(self):
        pass

    def not_a_photograph(self, pictures):
        return ["web site" if rgb[0, 0, 0] == 255 else "" for rgb in pictures]

    def detect(self, pictures):
        self.seen.setdefault("detect", []).append([rgb.shape for rgb in pictures])
        shares = np.array([rgb.shape[1] / 800 for rgb in pictures])
        return [Detected(self.labels, np.array(self.scores), self.boxes * share, self.full) for share in shares]

    def orient(self, picture, boxes, masks):
        return [Orientation(30.0, 5.0, -2.0, 1) if i == 0 else None for i in range(len(boxes))]


class FakeDepth(Fake):
    def estimate(self, pictures, intrinsics):
        self.seen.setdefault("depth", []).append(intrinsics)
        return [DepthMap(self.depth_m, self.told_intrinsics) for _ in pictures]


class FakeGravity(Fake):
    def estimate(self, pictures, intrinsics):
        self.seen.setdefault("gravity", []).append(intrinsics)
        return [DOWN if i % 2 == 0 else None for i in range(len(pictures))]


@pytest.fixture
def stack() -> Stack:
    masks = BoxMasks({}, BoxMaskParameters(), Machine(folder=None))
    return Stack("fake", depth=FakeDepth(), detector=Fake(), segmenter=masks, classifier=Fake())


def one(stack, of=None, **parameters):
    (found,) = estimate_pictures(stack, [of or picture()], EstimateParameters(**parameters))
    return found


def test_columns_make_a_record(stack):
    columns = one(stack).columns()
    record = WebImageRecord(
        source="s", shard_id="0", image_id="i", split="train", image="i.jpg", sha256="", phash="", width=800,
        height=600, caption=None, scene_id=None, frame_id=None, **columns,
    )  # fmt: skip
    assert record.stack == "fake" and record.is_data and record.depth_source == "model"
    assert len(record.models) == 3  # depth, detector, classifier


def test_boxes_and_intrinsics_count_pixels_of_the_whole_picture(stack):
    """Whether the models see all of its pixels, fewer, or as few as the decoder left."""
    large = {"width": 1600, "height": 1200, "intrinsics": pinhole(FOCAL, 1600, 1200)}
    whole = one(stack, picture(**large))
    assert whole.detections[0].box == pytest.approx([160.0, 120.0, 480.0, 600.0])
    assert whole.intrinsics == pytest.approx(pinhole(FOCAL, 1600, 1200).ravel())
    assert whole.intrinsics_source == "exif"
    for other in (one(stack, picture(**large), seen_side=400), one(stack, picture(**large, rgb_scale=0.5))):
        assert other.detections[0].box == pytest.approx(whole.detections[0].box)
        assert other.intrinsics == pytest.approx(whole.intrinsics)
    seen = [shape for call in stack.detector.seen["detect"] for shape in call]
    assert seen == [(960, 1280, 3), (300, 400, 3), (600, 800, 3)]
    known = [call[0] for call in stack.depth.seen["depth"]]
    for matrix, (height, width, _) in zip(known, seen, strict=True):
        assert matrix == pytest.approx(pinhole(FOCAL * width / 1600, width, height))


@pytest.mark.parametrize(
    ("size", "expected"), [((800, 600), (480, 640)), ((320, 240), (240, 320)), ((900, 1600), (640, 360))]
)
def test_maps_are_the_picture_scaled_down_never_up(stack, size, expected):
    found = one(stack, picture(*size))
    assert decode_depth(found.depth).shape == expected
    assert [tuple(detection.mask.size) for detection in found.detections] == [expected]


def test_masks_lie_over_their_boxes(stack):
    detection = one(stack).detections[0]
    rows, columns = np.nonzero(decode_mask(detection.mask))
    scale = 640 / 800
    assert [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1] == pytest.approx(
        [value * scale for value in detection.box], abs=1
    )


def test_intrinsics_come_from_the_file_then_the_model_then_the_field_of_view(stack):
    assert one(stack).intrinsics_source == "default"
    assert one(stack).intrinsics[0] == pytest.approx(400 / np.tan(np.radians(30)))
    assert one(stack).intrinsics[2] == pytest.approx(399.5)
    stack.depth.told_intrinsics = pinhole(FOCAL, 800, 600)
    told = one(stack)
    assert (told.intrinsics_source, told.intrinsics[0]) == ("model", pytest.approx(FOCAL))
    exif = one(stack, picture(intrinsics=pinhole(650, 800, 600)))
    assert (exif.intrinsics_source, exif.intrinsics[0]) == ("exif", pytest.approx(650))


def test_gravity_is_asked_with_the_intrinsics_that_are_stored(stack):
    stack = replace(stack, gravity=FakeGravity())
    first, second = estimate_pictures(stack, [picture(), picture(intrinsics=pinhole(650, 800, 600))])
    assert first.gravity_from_camera == pytest.approx(DOWN.ravel()) and first.gravity_source == "model"
    assert second.gravity_from_camera is None and second.gravity_source is None
    asked = stack.gravity.seen["gravity"][0]
    assert asked[0].ravel() == pytest.approx(first.intrinsics) and asked[1].ravel() == pytest.approx(second.intrinsics)


def test_without_a_model_there_is_no_gravity_and_no_orientation(stack):
    found = one(stack)
    assert found.gravity_from_camera is None
    assert found.detections[0].azimuth is None and found.detections[0].symmetry is None


def test_orientation_goes_with_its_detection(stack):
    found = one(replace(stack, orientation=Fake()))
    detection = found.detections[0]
    assert (detection.azimuth, detection.elevation, detection.rotation, detection.symmetry) == (30.0, 5.0, -2.0, 1)


def test_reasons_stand_in_the_places_of_pictures(stack):
    pictures = [picture(shade=255), picture(), picture(shade=255), picture(width=400, height=300), picture()]
    for batch_size in (1, 2, 5, 9):
        found = estimate_pictures(replace(stack, batch_size=batch_size), pictures)
        assert [one if isinstance(one, str) else "" for one in found] == [
            "not a photograph: web site",
            "",
            "not a photograph: web site",
            "",
            "",
        ]
        assert decode_depth(found[3].depth).shape == (300, 400)


def test_only_photographs_reach_the_other_models_in_batches(stack):
    stack = replace(stack, batch_size=2)
    estimate_pictures(stack, [picture(shade=255), picture(shade=255), picture(), picture(), picture()])
    assert [len(call) for call in stack.detector.seen["detect"]] == [2, 1]


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
def test_a_picture_without_depth_is_left_out(stack, value):
    stack.depth.depth_m = np.full((30, 40), value, dtype=np.float32)
    assert one(stack) == NO_DEPTH


A, B, C = (0.0, 0.0, 100.0, 100.0), (300.0, 0.0, 400.0, 100.0), (0.0, 300.0, 100.0, 400.0)


def with_detections(stack, *detections, full=False) -> Stack:
    boxes, labels, scores = zip(*detections, strict=True)
    return replace(stack, detector=Fake(boxes, labels, scores, full))


def test_detections_below_the_score_are_counted_and_left_out(stack):
    found = one(with_detections(stack, (A, "chair", 0.9), (B, "chair", 0.3), (C, "chair", 0.29)))
    assert [detection.score for detection in found.detections] == [0.9, 0.3]
    assert found.counts == {"detection: score too low": 1}


def test_the_same_box_of_the_same_class_counts_once(stack):
    near = (0.0, 0.0, 100.0, 90.0)
    found = one(with_detections(stack, (near, "chair", 0.8), (A, "chair", 0.9), (near, "couch", 0.7)))
    assert [(detection.label, detection.score) for detection in found.detections] == [("chair", 0.9), ("couch", 0.7)]
    assert found.counts == {"detection: repeats another": 1}
    # a repetition is no doubt
    found = one(with_detections(stack, (near, "chair", 0.2), (A, "chair", 0.9)))
    assert found.closed_classes == ["chair"]


@pytest.mark.parametrize(
    ("scores", "closed"), [((0.9, 0.5), True), ((0.9, 0.49), False), ((0.9, 0.16), False), ((0.45, 0.4), False)]
)
def test_a_class_is_closed_when_nothing_of_it_is_in_doubt(stack, scores, closed):
    found = one(with_detections(stack, (A, "cup", scores[0]), (B, "cup", scores[1]), (C, "dog", 0.8)))
    assert found.closed_classes == (["cup", "dog"] if closed else ["dog"])


def test_a_full_detector_closes_nothing(stack):
    assert one(with_detections(stack, (A, "cup", 0.9), full=True)).closed_classes == []


def test_a_mask_that_vanishes_in_the_map_leaves_its_class_open(stack):
    thin = (500.0, 500.0, 500.3, 510.0)
    found = one(with_detections(stack, (A, "cup", 0.9), (thin, "cup", 0.8)))
    assert len(found.detections) == 1
    assert found.closed_classes == []
    assert found.counts == {"detection: empty mask": 1}


def test_a_picture_of_nothing(stack):
    found = one(replace(stack, detector=Fake((), (), ())))
    assert found.detections == [] and found.closed_classes == []


def test_masks_are_scaled_by_area():
    mask = np.zeros((40, 40), dtype=bool)
    mask[:20, :19] = True  # columns 18, 19 make one of two pixels: a half
    small = resize_mask(mask, 20, 20)
    assert small[:10, :10].all() and not small[10:].any() and not small[:, 10:].any()
    assert np.array_equal(resize_mask(mask, 40, 40), mask)
