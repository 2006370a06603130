"""Rows in the layout of SPAR-Bench: one Parquet file, marks drawn on the images."""

import io
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image, UnidentifiedImageError

from factory.errors import DataError
from factory.exports.spar import official_row, question_text
from factory.exports.spar_markers import draw_markers
from schemas.qa import QARow

_JPEG_QUALITY = 95
_IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
_TEXTS = ("img_type", "format_type", "task", "source", "question", "answer")
# What tells Hugging Face's loader that the bytes are pictures.
_FEATURES = {
    "id": {"dtype": "int32", "_type": "Value"},
    **{name: {"dtype": "string", "_type": "Value"} for name in _TEXTS},
    "image": {"feature": {"_type": "Image"}, "_type": "List"},
}
SCHEMA = pa.schema(
    [("id", pa.int32()), *((name, pa.string()) for name in _TEXTS[:4]), ("image", pa.list_(_IMAGE))]
    + [(name, pa.string()) for name in _TEXTS[4:]],
    metadata={"huggingface": json.dumps({"info": {"features": _FEATURES}})},
)
_ROWS_PER_GROUP = 64  # pictures are large, and viewers read a group at a time


def write_benchmark(path: Path, rows: Sequence[QARow], read_image: Callable[[str, str], bytes]) -> None:
    """Writes rows in order, numbered from 0; read_image : source and URI -> the encoded image.

    The file appears when it is complete. Raises DataError for an image that cannot be read.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    try:
        with pq.ParquetWriter(partial, SCHEMA, compression="zstd") as writer:
            for group in _groups(rows):
                table = [_official(number, row, read_image) for number, row in group]
                writer.write_table(pa.Table.from_pylist(table, schema=SCHEMA))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _groups(rows: Sequence[QARow]) -> Iterator[list[tuple[int, QARow]]]:
    numbered = list(enumerate(rows))
    for start in range(0, len(numbered), _ROWS_PER_GROUP):
        yield numbered[start : start + _ROWS_PER_GROUP]


def _official(number: int, row: QARow, read_image: Callable[[str, str], bytes]) -> dict[str, object]:
    images = [_decode(read_image(row.source, uri), uri) for uri in row.images]
    drawn = draw_markers(images, official_row(row, str(number), depth=False))
    return {
        "id": number,
        "img_type": "single_view" if len(images) == 1 else "multi_view",
        "format_type": row.format,
        "task": row.task,
        "source": row.source,
        "image": [{"bytes": _encode(image), "path": None} for image in drawn],
        "question": question_text(row),
        "answer": row.answer,
    }


def _decode(data: bytes, uri: str) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data)).convert("RGB")
    except (UnidentifiedImageError, OSError) as error:
        raise DataError(f"{uri}: expected an image ({error}); give --input as it was given to the build") from error


def _encode(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
    return buffer.getvalue()
