"""Lifting against solids whose geometry is known."""

import numpy as np
import pytest

from factory.web.lifting.lift import lift
from factory.web.lifting.parameters import DEFAULTS, LiftParameters
from factory.web.lifting.percentiles import bulk
from tests.web.lifting.analytic import BACK, FLOOR, Ball, Block, Wall, look, of_first, picture, seen_as

CRATE = Block((0.3, 0.85, 3.0), (0.8, 0.7, 0.6), yaw=30)
SCENE = [CRATE, FLOOR, BACK]


def only(image, parameters: LiftParameters = DEFAULTS):
    objects, rejects = lift(image, parameters)
    assert len(objects) == 1, rejects
    return objects[0]


def in_gravity(image, center) -> np.ndarray:
    return np.array(image.gravity_from_camera).reshape(3, 3) @ center


@pytest.mark.parametrize("pitch", [0.0, 15.0, 30.0])
@pytest.mark.parametrize("yaw", [0.0, 20.0, 45.0, 75.0])
def test_a_crate_on_the_floor_is_found_where_it_stands(pitch, yaw):
    crate = Block((0.3, 0.85, 3.0), (0.8, 0.7, 0.6), yaw)
    image = of_first([crate, FLOOR, BACK], pitch=pitch, roll=5.0)
    found = only(image)
    assert np.linalg.norm(in_gravity(image, found.center) - crate.center) < 0.12
    assert np.linalg.norm(found.center) == pytest.approx(np.linalg.norm(crate.center), rel=0.03)
    # its height does not depend on how the camera is held, nor its width along x
    width, height, _ = np.subtract(found.gravity_max, found.gravity_min)
    c, s = abs(np.cos(np.radians(yaw))), abs(np.sin(np.radians(yaw)))
    assert height == pytest.approx(0.7, rel=0.07)
    assert width == pytest.approx(0.8 * c + 0.6 * s, rel=0.12)


@pytest.mark.parametrize("x", [-0.6, 0.0, 0.5])
def test_a_ball_in_the_open(x):
    ball = Ball((x, 0.2, 2.5), 0.3)
    image = of_first([ball, FLOOR, BACK], pitch=10)
    found = only(image)
    assert np.linalg.norm(found.center) == pytest.approx(np.linalg.norm(ball.center), rel=0.05)
    width, height, depth = np.subtract(found.gravity_max, found.gravity_min)
    # a strip of 6.5 % of its diameter at either end holds 2 % of a disc
    assert width == pytest.approx(0.6 * 0.87, rel=0.05) and height == pytest.approx(0.6 * 0.87, rel=0.05)
    assert 0.35 < depth < 0.65


def test_a_picture_on_the_wall_does_not_reach_into_it():
    painting = Block((0.2, -0.1, 3.0), (0.9, 0.6, 0.02))
    found = only(of_first([painting, Wall(2, 3.02), FLOOR]))
    assert found.center == pytest.approx(painting.center, abs=0.02)
    assert found.aabb_max[2] - found.aabb_min[2] < 0.06


def test_what_stands_free_is_as_deep_as_it_well_may_be():
    front = Block((0.0, 0.3, 3.0), (0.8, 0.8, 0.6))  # seen from straight ahead: its front alone
    free, walled = (only(of_first([front, FLOOR, wall])) for wall in (BACK, Wall(2, 3.3)))
    assert np.linalg.norm(free.center) == pytest.approx(np.linalg.norm(front.center), rel=0.02)
    assert free.gravity_max[2] - free.gravity_min[2] == pytest.approx(DEFAULTS.depth_share * 0.8, abs=0.06)
    assert walled.center[2] <= 3.02  # what is beside it bounds it, if loosely: at 3.3 m


def test_boxes_hold_the_bulk_of_the_stored_points_and_lie_evenly_about_the_center():
    image = of_first(SCENE, pitch=20, roll=-7)
    found = only(image)
    points = np.array(found.points).reshape(-1, 3)
    assert found.point_count == len(points) <= DEFAULTS.stored_points
    assert (points == points.astype(np.float32)).all()
    gravity_from_camera = np.array(image.gravity_from_camera).reshape(3, 3)
    for low, high, cloud, center in (
        (found.aabb_min, found.aabb_max, points, np.array(found.center)),
        (found.gravity_min, found.gravity_max, points @ gravity_from_camera.T, in_gravity(image, found.center)),
    ):
        near, far = bulk(cloud, DEFAULTS.percentiles)
        assert (np.array(low) <= near + 1e-9).all() and (np.array(high) >= far - 1e-9).all()
        assert np.add(low, high) / 2 == pytest.approx(center, abs=1e-9)


def test_without_gravity_there_is_no_gravity_box():
    image = of_first(SCENE).model_copy(update={"gravity_from_camera": None, "gravity_source": None})
    found = only(image)
    assert found.gravity_min is None and found.gravity_max is None
    assert np.linalg.norm(found.center) == pytest.approx(np.linalg.norm(CRATE.center), rel=0.03)


def test_twice_the_depth_is_twice_the_size():
    view = look(SCENE, pitch=15)
    seen = [seen_as(view.shown == 0)]
    one, two = only(picture(view, seen)), only(picture(view, seen, depth_m=2 * view.depth_m))
    assert two.center == pytest.approx(2 * np.array(one.center), rel=0.01)
    sizes = [np.subtract(found.gravity_max, found.gravity_min) for found in (one, two)]
    assert sizes[1] == pytest.approx(2 * sizes[0], rel=0.02)


def test_a_mirrored_picture_mirrors_x():
    view = look(SCENE, pitch=15)
    image = picture(view, [seen_as(view.shown == 0)])
    flipped = picture(view, [seen_as(view.shown[:, ::-1] == 0)], depth_m=view.depth_m[:, ::-1])
    one, two = only(image), only(flipped)
    assert two.center == pytest.approx(np.array(one.center) * (-1, 1, 1), abs=0.02)
    assert two.aabb_max[0] == pytest.approx(-one.aabb_min[0], abs=0.02)


def test_a_map_smaller_than_the_picture_gives_the_same_place():
    view = look(SCENE, pitch=15)
    seen = seen_as(view.shown == 0)
    image = picture(view, [seen])
    fx, _, cx, _, fy, cy, *_ = image.intrinsics
    doubled = picture(
        view,
        [seen.model_copy(update={"box": [2 * side for side in seen.box]})],
        width=2 * image.width,
        height=2 * image.height,
        intrinsics=[2 * fx, 0.0, 2 * cx + 0.5, 0.0, 2 * fy, 2 * cy + 0.5, 0.0, 0.0, 1.0],
    )
    assert only(doubled).center == pytest.approx(only(image).center, abs=1e-6)


def test_noise_of_the_depth_hardly_moves_an_object():
    view = look(SCENE, pitch=15)
    noise = 1 + 0.01 * np.random.default_rng(0).standard_normal(view.depth_m.shape)
    seen = [seen_as(view.shown == 0)]
    clean, noisy = only(picture(view, seen)), only(picture(view, seen, depth_m=view.depth_m * noise))
    assert noisy.center == pytest.approx(clean.center, abs=0.06)  # two standard deviations of a pixel
    assert np.subtract(noisy.aabb_max, noisy.aabb_min) == pytest.approx(
        np.subtract(clean.aabb_max, clean.aabb_min), abs=0.12
    )


def test_flying_pixels_do_not_move_the_box():
    view = look(SCENE, pitch=15)
    rng = np.random.default_rng(1)
    flying = (view.shown == 0) & (rng.random(view.shown.shape) < 0.01)
    depth = np.where(flying, rng.uniform(0.5, 6.0, view.shown.shape), view.depth_m)
    seen = [seen_as(view.shown == 0)]
    clean, dirty = only(picture(view, seen)), only(picture(view, seen, depth_m=depth))
    assert dirty.center == pytest.approx(clean.center, abs=0.03)
    assert np.subtract(dirty.aabb_max, dirty.aabb_min) == pytest.approx(
        np.subtract(clean.aabb_max, clean.aabb_min), abs=0.06
    )


def test_a_mask_that_takes_in_some_background_gives_the_same_box():
    view = look([Block((0.0, 0.0, 2.5), (0.6, 0.6, 0.4), 20), BACK])
    tight = view.shown == 0
    rows, columns = np.nonzero(tight)
    loose = tight.copy()
    loose[rows.min() : rows.min() + 20, columns.max() + 1 : columns.max() + 16] = True  # a patch of the wall
    loose[rows.min() - 1 : rows.max() + 2, columns.min() - 1] = True  # and a rim of it
    clean, dirty = only(picture(view, [seen_as(tight)])), only(picture(view, [seen_as(loose)]))
    assert dirty.center == pytest.approx(clean.center, abs=0.03)
    assert dirty.aabb_max == pytest.approx(clean.aabb_max, abs=0.04)


def test_a_table_behind_a_post_stays_one_thing():
    table = Block((0.0, 0.6, 3.0), (1.6, 0.1, 0.8))
    image = of_first([table, Block((0.0, 0.3, 2.2), (0.2, 2.0, 0.2)), FLOOR, BACK], count=2, pitch=20)
    objects, _ = lift(image)
    assert objects[0].center[0] == pytest.approx(0.0, abs=0.05)
    assert objects[0].aabb_max[0] - objects[0].aabb_min[0] == pytest.approx(1.6, rel=0.1)
    assert [one.occluded_by for one in objects] == [[1], []]


def test_the_same_input_gives_the_same_rows_whatever_else_is_detected():
    view = look([CRATE, Block((-1.0, 0.9, 3.5), (0.4, 0.6, 0.4)), FLOOR, BACK], pitch=15)
    first, second = seen_as(view.shown == 0, "crate", object_id=7), seen_as(view.shown == 1, "stool", object_id=3)
    both, rejects = lift(picture(view, [first, second]))
    assert (both, rejects) == lift(picture(view, [first, second]))
    assert [one.object_id for one in both] == [7, 3]
    assert lift(picture(view, [second, first]))[0] == both[::-1]
    assert lift(picture(view, [first]))[0] == both[:1]


def test_an_object_is_named_by_its_class_and_keeps_what_was_seen():
    view = look(SCENE, pitch=15)
    seen = seen_as(view.shown == 0, "crate", score=0.75, azimuth=20.0, elevation=10.0, rotation=3.0, symmetry=1)
    found = only(picture(view, [seen]))
    assert (found.object_id, found.label, found.score) == (0, "crate", 0.75)
    assert (found.box, found.mask) == (seen.box, seen.mask)
    assert (found.reference, found.reference_kind, found.reference_iou) == ("the crate", "class", None)
    assert (found.azimuth, found.elevation, found.rotation, found.symmetry) == (20.0, 10.0, 3.0, 1)
    assert not found.truncated and found.depth_fraction == 1.0 and found.visible_fraction is None
