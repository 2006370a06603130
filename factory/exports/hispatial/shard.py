"""WebDataset shards: plain tars whose bytes depend on their samples alone."""

import io
import re
import tarfile
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path

_PLAIN = re.compile(r"[^A-Za-z0-9_-]")


def open_shard(path: Path) -> tarfile.TarFile:
    """A new shard; closing it ends the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return tarfile.open(path, mode="w", format=tarfile.GNU_FORMAT)


def add_sample(shard: tarfile.TarFile, members: Mapping[str, bytes]) -> None:
    """Appends the files of a sample by name, in their order: readers want them together."""
    for name, data in members.items():
        # every other field of the header has a fixed default: mode 644, owner 0, time 0
        entry = tarfile.TarInfo(name)
        entry.size = len(data)
        shard.addfile(entry, io.BytesIO(data))


def sample_keys(ids: Sequence[str]) -> list[str]:
    """A key per picture of a shard, unique whatever their case.

    Readers take a name up to its first dot as the key, skip names that start with two underscores, and CA-1M's lower
    the case: all but letters, digits, `_` and `-` becomes `-`, and ids that would clash get a digest.
    """
    bases = [_PLAIN.sub("-", image_id) for image_id in ids]
    seen = Counter(base.lower() for base in bases)
    keys = []
    for image_id, base in zip(ids, bases, strict=True):
        if seen[base.lower()] > 1 or base.startswith("__") or not base:
            base = f"{base.lstrip('_')}-{blake2b(image_id.encode(), digest_size=8).hexdigest()}"
        keys.append(base)
    return keys
