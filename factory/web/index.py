"""First stage: the pictures of a shard -> a row each, with digests, and why a picture is left out."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

import imagehash
from PIL import Image

from factory.web.decode import DecodeLimits, UnusablePicture, decode_picture
from factory.web.inputs.base import RawPicture, WebInput
from factory.web.screening import LONG_SIDE, NOT_A_PHOTOGRAPH, ScreeningLimits, is_graphic, shrink
from schemas.web import WebIndexRecord

VERSION = 1  # raised when the same bytes and limits would give other rows


@dataclass(frozen=True)
class IndexLimits:
    """Which pictures are used."""

    decode: DecodeLimits = field(default_factory=DecodeLimits)
    screening: ScreeningLimits = field(default_factory=ScreeningLimits)

    def versions(self) -> dict[str, str]:
        """The numbers by name, for fingerprints."""
        return {**self.decode.versions(), **self.screening.versions()}


class ShardIndex(NamedTuple):
    """rows : in the order of the input; counts : `kept: pictures`, `rejected: <reason>`, and of the kept ones
    `note: <what was done>`."""

    rows: list[WebIndexRecord]
    counts: Counter[str]


def index_shard(source: str, pictures: WebInput, shard_id: str, limits: IndexLimits) -> ShardIndex:
    """Reads and decodes all pictures of a shard, one at a time.

    `sha256` is of the encoded bytes, empty where there are none; `phash` the perceptual hash of the picture at
    512 px, 64 bits, empty for what is left out. Raises DataError when the shard as a whole cannot be used.
    """
    rows, counts = [], Counter[str]()
    for raw in pictures.read(shard_id):
        row, notes = index_picture(source, shard_id, raw, limits)
        rows.append(row)
        counts[f"rejected: {row.reason}" if row.reason else "kept: pictures"] += 1
        counts.update(f"note: {note}" for note in notes)
    return ShardIndex(rows, counts)


def index_picture(
    source: str, shard_id: str, raw: RawPicture, limits: IndexLimits
) -> tuple[WebIndexRecord, tuple[str, ...]]:
    """The row of one picture, and what was done to it where it is kept."""
    sha256, phash, width, height, reason = "", "", 0, 0, raw.reason
    notes: tuple[str, ...] = ()
    if raw.data is not None:
        sha256 = hashlib.sha256(raw.data).hexdigest()
        try:
            decoded = decode_picture(raw.data, limits.decode, enough=LONG_SIDE)
        except UnusablePicture as error:
            reason, width, height = error.reason, error.width, error.height
        else:
            width, height = decoded.width, decoded.height
            small = shrink(decoded.rgb)
            if is_graphic(small, limits.screening):
                reason = NOT_A_PHOTOGRAPH
            else:
                phash, notes = str(imagehash.phash(Image.fromarray(small))), decoded.notes
    row = WebIndexRecord(
        source=source,
        shard_id=shard_id,
        image_id=raw.image_id,
        image=raw.uri,
        sha256=sha256,
        phash=phash,
        width=width,
        height=height,
        reason=reason,
    )
    return row, notes
