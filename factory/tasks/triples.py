"""Three views of one question: they overlap with each other, and none repeats another."""

from functools import lru_cache

import numpy as np

from factory.tasks.pairs import near_duplicates, shared_objects
from factory.tasks.parameters import Parameters
from factory.tasks.records import SceneRecords
from factory.tasks.sampling import Pool, first_of_each

Array = np.ndarray


@lru_cache(maxsize=4)  # all tasks of a scene ask for the same
def _partners(records: SceneRecords, eligible: bytes, parameters: Parameters) -> tuple[Array, Array]:
    """Views that have a partner (m,), and (m, m) which of them are partners.

    Partners share an object that may be asked about in both, and are no near-duplicates.
    """
    shared, _ = shared_objects(records, np.frombuffer(eligible, dtype=bool))
    pairs = np.argwhere(np.triu(shared, k=1) > 0)
    pairs = pairs[~near_duplicates(records, pairs, parameters)]
    partners = np.zeros(shared.shape, dtype=bool)
    partners[pairs[:, 0], pairs[:, 1]] = partners[pairs[:, 1], pairs[:, 0]] = True
    views = np.flatnonzero(partners.any(axis=0))
    return views, partners[np.ix_(views, views)]


def draw_triples(
    records: SceneRecords, eligible: Array, count: int, parameters: Parameters, rng: np.random.Generator
) -> Array:
    """(n, 3) at most `count` triples of views, each two of them partners, in random order; some may come twice.

    eligible : (S,) bool, the sightings that may be asked about.
    """
    views, partners = _partners(records, eligible.tobytes(), parameters)
    pairs = np.argwhere(np.triu(partners))
    if not len(pairs):
        return np.zeros((0, 3), dtype=np.int64)
    drawn = pairs[rng.integers(len(pairs), size=count)]
    common = partners[drawn[:, 0]] & partners[drawn[:, 1]]
    number = common.sum(axis=1)
    rank = np.cumsum(number) - number + np.floor(rng.random(count) * number).astype(np.int64)
    complete = number > 0
    third = np.flatnonzero(common)[rank[complete]] % len(views)
    triples = np.column_stack([drawn[complete], third])
    return rng.permuted(views[triples], axis=1)


def pool_in_three_views(
    records: SceneRecords,
    eligible: Array,
    size: int,
    quota: int,
    parameters: Parameters,
    rng: np.random.Generator,
    *,
    main_too: bool = True,
) -> Pool:
    """Sets of `size` different objects, each drawn among those that may be asked about in its own image.

    The objects are spread over the three images as evenly as their number allows; without `main_too` the first image,
    which is the observer's view, shows none of them.
    """
    triples = draw_triples(records, eligible, parameters.pool_size(quota), parameters, rng)
    places = np.tile(np.arange(3) if main_too else np.arange(1, 3), (len(triples), 1))
    rounds = -(-size // places.shape[1])
    images = np.concatenate([rng.permuted(places, axis=1) for _ in range(rounds)], axis=1)[:, :size]
    views = np.take_along_axis(triples, images, axis=1)
    rows = np.flatnonzero(eligible)  # sorted by view
    start = np.searchsorted(records.sighting_view[rows], np.arange(len(records.frame_ids) + 1))
    shown = start[views + 1] - start[views]
    drawn = rows[start[views] + np.floor(rng.random(views.shape) * shown).astype(np.int64)]
    objects = records.sighting_object[drawn]
    ordered = np.sort(objects, axis=1)
    different = (ordered[:, 1:] != ordered[:, :-1]).all(axis=1)
    keys = np.concatenate([triples, objects, images], axis=1)[different]
    keys = keys[first_of_each(keys)]
    return Pool(keys[:, :3], keys[:, 3 : 3 + size], keys[:, 3 + size :])
