"""A tripod's stations: the same 18 images from each, as building scanners take them."""

from dataclasses import dataclass, replace

import numpy as np

from factory.sources.procedural.scene import ProceduralScene
from factory.sources.procedural.walk import Camera, poses_from_angles
from factory.tasks.rng import rng_for

Array = np.ndarray

HEIGHT = 1.5  # of the lens over the floor [m]
TILTS_DEG = (35.0, 0.0, -35.0)  # up, level, down
TURNS = 6
IMAGES = len(TILTS_DEG) * TURNS


@dataclass(frozen=True)
class Station:
    """Where a tripod stood: position (3,) [m, world], and the yaw from world x of its first image [rad].

    Images turn clockwise, seen from above, by a sixth of a turn; camera `tilt * 6 + turn` of a station.
    """

    position: Array
    first_yaw: float

    @property
    def cameras(self) -> list[Camera]:
        """Its 18 cameras, by tilt (`TILTS_DEG`) and then by turn."""
        yaws = np.tile(self.first_yaw - np.arange(TURNS) * 2 * np.pi / TURNS, len(TILTS_DEG))
        tilts = np.repeat(np.radians(TILTS_DEG), TURNS)
        eyes = np.tile(self.position, (IMAGES, 1))
        return [Camera(pose, True, None) for pose in poses_from_angles(eyes, yaws, tilts, np.zeros(IMAGES))]


def stations(scene: ProceduralScene, spacing: float = 1.6) -> list[Station]:
    """Stations along the scene's walk, no two nearer than `spacing` [m], in the order of the walk."""
    rng = rng_for(scene.seed, "procedural", "stations")
    places: list[Array] = []
    for camera in scene.cameras:
        place = camera.world_from_camera[:2, 3]
        if all(np.linalg.norm(place - other) >= spacing for other in places):
            places.append(place)
    return [Station(np.append(place, HEIGHT), float(rng.uniform(-np.pi, np.pi))) for place in places]


def filmed_from(scene: ProceduralScene, places: list[Station]) -> ProceduralScene:
    """The scene with the stations' cameras instead of those of the walk: 18 per station, in order."""
    return replace(scene, cameras=[camera for place in places for camera in place.cameras])


def in_sight(scene: ProceduralScene, places: list[Station]) -> Array:
    """(n, n) bool: whether one can walk straight from station to station, nothing between at two heights."""
    import open3d

    caster = open3d.t.geometry.RaycastingScene(nthreads=1)
    tensor = open3d.core.Tensor.from_numpy
    caster.add_triangles(tensor(scene.mesh.vertices), tensor(scene.mesh.faces.astype(np.uint32)))
    positions = np.array([place.position for place in places]).reshape(-1, 3)
    clear = ~np.eye(len(places), dtype=bool)
    way = positions[None] - positions[:, None]  # t = 1 is the other station
    for height in (HEIGHT, 0.5):
        origins = np.broadcast_to(positions[:, None] + (0, 0, height - HEIGHT), way.shape)
        rays = np.concatenate([origins, way], axis=-1).astype(np.float32)
        clear &= caster.cast_rays(tensor(np.ascontiguousarray(rays)), nthreads=1)["t_hit"].numpy() > 1
    return clear & clear.T
