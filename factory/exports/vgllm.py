"""The same questions as VG-LLM's loader takes them: one file, image placeholders in the text, marks as a string."""

import json
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

from factory.exports.spar_reader import SparItem, placeholders, read_export

FOLDER = "vgllm"


def vgllm_row(item: SparItem) -> dict[str, Any]:
    """A row of the SPAR tree in this form; image paths are relative to the folder of the export."""
    row = item.row
    human, gpt = row["conversations"]
    # frames are counted from 0, as the questions count them
    text = placeholders(row["type"], len(row["image"]), first=0) + human["value"]
    info = {key: value for key, value in row.items() if key.endswith(("_point", "_bbox", "_list", "_img_idx"))}
    return {
        "id": row["id"],
        "conversations": [{**human, "value": text}, gpt],
        "images": [f"spar/{item.source}/images/{name}" for name in row["image"]],
        "spar_info": json.dumps(info | {"type": row["type"]}),
    }


def write_vgllm(export: Path) -> Counter[str]:
    """Writes `vgllm/<split>.jsonl` for each split of a SPAR tree into its folder; returns the rows per split."""
    (export / FOLDER).mkdir()
    counts: Counter[str] = Counter()
    with ExitStack() as stack:
        files: dict[str, TextIO] = {}
        for item in read_export(export, check_images=False):
            if item.split not in files:
                path = export / FOLDER / f"{item.split}.jsonl"
                files[item.split] = stack.enter_context(path.open("w", encoding="utf-8"))
            files[item.split].write(json.dumps(vgllm_row(item)) + "\n")
            counts[item.split] += 1
    return counts
