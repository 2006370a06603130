"""Walks of RxR (Room-across-Room) through the houses of Matterport3D, told by guides in English, Hindi and Telugu.

The input root is that of Matterport3D (see `factory.sources.matterport3d.source`); a mesh is not needed. In the root,
in `rxr-data/` or `rxr/` in it, or beside the root lie

    rxr_train_guide.jsonl.gz rxr_val_seen_guide.jsonl.gz rxr_val_unseen_guide.jsonl.gz      (or unpacked)
    pose_traces/rxr_<list>/<instruction>_guide_pose_trace.npz      where guides looked, if they were downloaded

and, in the root or beside it, the simulator's `connectivity/<scan>_connectivity.json`: where it is there, paths must
go along its edges.

A house is for training or held out as a whole: it is held out where `scenes_{val,test}.txt` or the list of unseen
houses (val_unseen) has it. Instructions of val_seen are about houses for training, and stay with them.
"""

from collections import Counter
from functools import cached_property
from threading import Lock

import numpy as np

from factory.errors import DataError
from factory.sources.base import FileHasher
from factory.sources.inputs import MISSING, find_table
from factory.sources.matterport3d.connectivity import read_connectivity
from factory.sources.matterport3d.source import Matterport3DSource
from factory.sources.rxr.guides import Guide, HouseGuides, index_guides, read_guides
from factory.sources.rxr.looks import Looks, looks_along, looks_of_trace
from factory.sources.rxr.traces import CORRUPT, TraceFolder, read_trace, trace_name
from factory.sources.rxr.views import MAX_VIEWS, Viewpoint, viewpoint_of, views_of
from factory.store.hashing import digest_of
from factory.store.storage import Storage
from schemas.scene import Frame, NavigationPath, Scene, Split

_NO_IMAGE = "path: a viewpoint without images"
_OFF_GRAPH = "path: no way in the simulator's graph"
_TOO_LONG = f"path: more than {MAX_VIEWS} views from as many places"
_CORRUPT, _BAD_TRACE = "path: pose trace known to be corrupt", "path: pose trace unreadable"
_OTHER_TRACE = "path: pose trace of another walk"
_OFF_PATHS = "frame: on no path"


class RxRSource:
    """Houses with the instructions that guide through them."""

    name = "rxr"
    version = 1

    def __init__(self, root: Storage) -> None:
        self._root = root
        self._houses = Matterport3DSource(root)
        self._traces: dict[str, TraceFolder] = {}
        self._lock = Lock()

    def __reduce__(self) -> tuple[type["RxRSource"], tuple[Storage]]:
        return type(self), (self._root,)

    def list_scenes(self) -> list[str]:
        """Ids of the houses that have instructions, sorted."""
        houses = set(self._houses.list_scenes())
        return [house for house in self._index if house in houses]

    def room_of(self, scene_id: str) -> str:
        """The house itself."""
        return self._houses.room_of(scene_id)

    def input_digests(self, scene_id: str, hasher: FileHasher) -> dict[str, str]:
        """Those of the house and its instructions; pose traces by name and size, as images."""
        digests = self._houses.input_digests(scene_id, hasher)
        try:
            guides = self._guides(scene_id)
        except DataError:
            guides = HouseGuides("unreadable", False, ())
        digests["house reader"] = str(self._houses.version)
        digests["guides"] = guides.digest
        sizes = [f"{name}\t{size}" for name, size in self._trace_sizes(guides)]
        graph = find_table(self._root, _graph_file(scene_id))
        digests["graph"] = MISSING if graph is None else digest_of([graph])
        digests["pose traces"] = digest_of(sizes) if sizes else MISSING
        digests["split"] = _held_out_farthest(digests["split"], guides)
        return digests

    def load(self, scene_id: str) -> Scene:
        """The house with its walks, and of its frames those along them."""
        annotated = self._houses.is_annotated(scene_id)
        house = self._houses.load(scene_id) if annotated else self._houses.load_views(scene_id)
        guides, left_out = read_guides(self._root, scene_id)
        counts = Counter(house.rejected) + Counter(left_out)
        viewpoints = _viewpoints(house.frames)
        graph = find_table(self._root, _graph_file(scene_id))
        if graph is not None:
            connectivity = read_connectivity(graph, _graph_file(scene_id))
            walkable = [guide for guide in guides if connectivity.is_walkable(guide.path)]
            counts[_OFF_GRAPH] += len(guides) - len(walkable)
            guides = walkable
        paths = [path for guide in guides if (path := self._path(guide, viewpoints, counts))]
        if not paths:
            told = ", ".join(f"{reason}: {n}" for reason, n in sorted(counts.items())) or "no instruction"
            raise DataError(
                f"{scene_id}: expected instructions along viewpoints with images, found none ({told}); download "
                "undistorted_camera_parameters and undistorted_color_images of this house"
            )
        walked = {frame_id for path in paths for frame_id in path.frame_ids}
        frames = [frame for frame in house.frames if frame.frame_id in walked]
        counts[_OFF_PATHS] += len(house.frames) - len(frames)
        return Scene(
            source=self.name,
            scene_id=scene_id,
            split=_held_out_farthest(house.split, self._guides(scene_id)),
            mesh=house.mesh,
            objects=house.objects,
            frames=frames,
            axis_aligned=house.axis_aligned,
            capture=house.capture,
            paths=paths,
            rejected={reason: n for reason, n in sorted(counts.items()) if n},
        )

    def read_media(self, uri: str) -> tuple[bytes, str]:
        """Images and depth of the house."""
        return self._houses.read_media(uri)

    # inside

    @property
    def _index(self) -> dict[str, HouseGuides]:
        with self._lock:  # digests are asked for by many threads, and reading the lists takes seconds
            return self._indexed

    @cached_property
    def _indexed(self) -> dict[str, HouseGuides]:
        return index_guides(self._root)

    def _guides(self, house: str) -> HouseGuides:
        return self._index.get(house, HouseGuides(MISSING, False, ()))

    def _path(self, guide: Guide, viewpoints: dict[str, Viewpoint], counts: Counter[str]) -> NavigationPath | None:
        places = [viewpoints.get(pano) for pano in guide.path]
        known = [place for place in places if place is not None]
        if len(known) < len(places):
            counts[_NO_IMAGE] += 1
            return None
        positions = np.stack([viewpoint.position for viewpoint in known])
        looks = self._looks(guide, positions, counts) or looks_along(positions, guide.heading)
        frame_ids = views_of(looks, known)
        if frame_ids is None:
            counts[_TOO_LONG] += 1
            return None
        return NavigationPath(
            id=str(guide.instruction_id), language=guide.language, text=guide.text, frame_ids=frame_ids
        )

    def _looks(self, guide: Guide, positions: np.ndarray, counts: Counter[str]) -> Looks | None:
        """Those of the guide, None where there is no trace that can be used."""
        name = trace_name(guide.instruction_id)
        folder = self._trace_folder(guide.list_name)
        if name not in folder.sizes:
            return None
        if guide.instruction_id in CORRUPT:
            counts[_CORRUPT] += 1
            return None
        try:
            with folder.open(name) as file:
                looks = looks_of_trace(read_trace(file, name), positions)
        except DataError:
            counts[_BAD_TRACE] += 1
            return None
        counts[_OTHER_TRACE] += looks is None
        return looks

    def _trace_sizes(self, guides: HouseGuides) -> list[tuple[str, int]]:
        found = []
        for list_name, instruction_id in guides.ids:
            sizes, name = self._trace_folder(list_name).sizes, trace_name(instruction_id)
            if name in sizes:
                found.append((f"{list_name}/{name}", sizes[name]))
        return found

    def _trace_folder(self, list_name: str) -> TraceFolder:
        with self._lock:  # a folder holds the traces of all houses
            if list_name not in self._traces:
                self._traces[list_name] = TraceFolder.find(self._root, list_name)
            return self._traces[list_name]


def _graph_file(house: str) -> str:
    return f"connectivity/{house}_connectivity.json"


def _viewpoints(frames: list[Frame]) -> dict[str, Viewpoint]:
    """By panorama, whose id a frame's begins with."""
    by_pano: dict[str, list[Frame]] = {}
    for frame in frames:
        by_pano.setdefault(frame.frame_id.rsplit("_", 2)[0], []).append(frame)
    return {pano: viewpoint_of(shots) for pano, shots in by_pano.items()}


def _held_out_farthest(listed: str, guides: HouseGuides) -> Split:
    """The split of a house: that of the houses' own lists, or val where only RxR holds it out."""
    if listed == "test":
        return "test"
    return "val" if listed == "val" or guides.held_out else "train"
