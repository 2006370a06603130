"""The files beside the shards, all made from the manifest: the dataset card, the table of licences, the checksums."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from factory.exports.release.manifest import MANIFEST, Count, Manifest, Rows

CARD, LICENCES, CHECKSUMS = "README.md", "LICENSES.md", "SHA256SUMS"
ALL: dict[Rows, str] = {"qa": "all", "web_qa": "all_web"}
_SPLITS = {"train": "train", "val": "validation", "test": "test"}
_SIZES = [(10**n, f"{low}<n<{high}") for n, low, high in (
    (3, "0", "1K"), (4, "1K", "10K"), (5, "10K", "100K"), (6, "100K", "1M"), (7, "1M", "10M"), (8, "10M", "100M"),
)]  # fmt: skip
_CITATIONS = """```bibtex
@article{zhang2025spar,
  title = {From Flatland to Space: Teaching Vision-Language Models to Perceive and Reason in 3D},
  author = {Zhang, Jiahui and Chen, Yurui and Zhou, Yanpeng and Xu, Yueming and Huang, Ze and Mei, Jilin and
            Chen, Junhui and Yuan, Yu-Jie and Cai, Xinyue and Huang, Guowei and Quan, Xingyue and
            Xu, Hang and Zhang, Li},
  journal = {arXiv preprint arXiv:2503.22976},
  year = {2025}
}
@inproceedings{liang2026hispatial,
  title = {HiSpatial: Taming Hierarchical 3D Spatial Understanding in Vision-Language Models},
  author = {Liang, Huizhi and Shen, Yichao and Deng, Yu and Xu, Sicheng and Feng, Zhiyuan and Zhang, Tong and
            Liang, Yaobo and Yang, Jiaolong},
  booktitle = {CVPR},
  year = {2026},
  note = {arXiv:2603.25411}
}
```"""


def split_name(split: str) -> str:
    """What Hugging Face calls a split."""
    return _SPLITS[split]


def render_card(manifest: Manifest) -> bytes:
    """`README.md`, with the front matter that Hugging Face reads."""
    parts = [_front_matter(manifest), f"# {manifest.name}", _summary(manifest)]
    if manifest.notes.strip():
        parts += ["## Notes", manifest.notes.strip()]
    parts += ["## Reading it", _reading(manifest), "## Images", _images(manifest), "## What is in it"]
    parts += [_counted(manifest.counts, "source", lambda one: one.source)]
    parts += [_counted(manifest.counts, "task", lambda one: one.task)]
    parts += [_counted(manifest.counts, "format", lambda one: one.format)]
    parts += ["## Answers", _answers(manifest)]
    parts += ["## What is not in it", _missing(manifest)]
    parts += [
        "## Licences",
        "Whose terms the questions stand under is in [LICENSES.md](LICENSES.md).",
        _terms(manifest),
    ]
    parts += ["## Provenance", _provenance(manifest), "## Citation", _CITATIONS]
    return ("\n\n".join(parts) + "\n").encode()


def render_licences(manifest: Manifest) -> bytes:
    """`LICENSES.md`."""
    parts = [
        "# Licences",
        "Images and scans are not part of this release: it refers to them. They belong to the owners of their data "
        "sets, whose terms also bind what is derived from them; read those terms before use. The generator's code is "
        "under the Apache License 2.0.",
        _terms(manifest),
    ]
    for one in manifest.data_sets.values():
        lines = [f"Licence: {one.licence}.", f"May be passed on: {one.redistribution}.", one.terms, one.url]
        parts += [f"## {one.title}", "\n\n".join(line for line in lines if line)]
    if manifest.models:
        rows = [(use.role, use.name, use.licence, use.sha256 or "none") for use in manifest.models]
        parts += ["## Models", _table(("role", "weights", "licence", "sha256"), rows)]
    return ("\n\n".join(parts) + "\n").encode()


def render_checksums(digests: Mapping[str, str]) -> bytes:
    """`SHA256SUMS`, as `sha256sum -c` reads it; digests by path."""
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items())).encode()


def _front_matter(manifest: Manifest) -> str:
    globs: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for table, task, split in sorted({(one.table, one.task, one.split) for one in manifest.files}):
        for config in (ALL[table], task):
            globs[config][split].append(f"data/{task}/{split}-*.parquet")
    total = sum(one.rows for one in manifest.counts)
    size = next((name for limit, name in _SIZES if total < limit), "100M<n<1B")
    lines = ["---", f"pretty_name: {json.dumps(manifest.name)}", "license: other", "license_name: by-source"]
    lines += ["license_link: LICENSES.md"]
    lines += ["task_categories:", "- visual-question-answering", "language:", "- en", "size_categories:", f"- {size}"]
    lines += ["tags:", "- spatial-reasoning", "- 3d", "configs:"]
    order = sorted(globs, key=lambda name: (name not in ALL.values(), name))
    for config in order:
        lines += [f"- config_name: {config}", *(["  default: true"] if config == order[0] else []), "  data_files:"]
        for name in (name for name in _SPLITS if name in globs[config]):
            lines += [f"  - split: {split_name(name)}", "    path:"]
            lines += [f"    - {json.dumps(glob)}" for glob in globs[config][name]]
    return "\n".join([*lines, "---"])


def _summary(manifest: Manifest) -> str:
    rows = sum(one.rows for one in manifest.counts)
    tasks = len({(one.table, one.task) for one in manifest.counts})
    kinds = Counter("scenes" if one.table == "qa" else "shards of pictures" for one in manifest.places)
    places = " and ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items()))
    return (
        f"{rows:,} questions about space with their answers, of {tasks} tasks, from {places}. Every answer was "
        "computed from geometry. Rows are mixed from all scenes: the head of any shard is a fair sample of its task. "
        "A scene, and a room that was scanned several times, is in one split only."
    )


def _reading(manifest: Manifest) -> str:
    first = manifest.files[0]
    everything = " and ".join(f"`{ALL[table]}`" for table in sorted({file.table for file in manifest.files}))
    return (
        "```python\nfrom datasets import load_dataset\n\n"
        f'rows = load_dataset("path/to/this/folder", "{first.task}", split="{split_name(first.split)}")\n```\n\n'
        f"A configuration per task, and {everything} for all. Any Parquet reader takes the files as well: `pyarrow`, "
        "DuckDB (`FROM 'data/*/train-*.parquet'`), pandas. `question` holds no options: they are in `options`, of "
        "which the letter in `answer` chooses one. `images` are shown in their order, `marks` are drawn on them (0 to "
        "1000 per axis), `values` are exact answers. `sha256sum -c SHA256SUMS` checks the files."
    )


def _images(manifest: Manifest) -> str:
    lines = ["Only references to images are here. `images` are paths below the input root of their `source`:"]
    for source, names in manifest.sources.items():
        sets = [manifest.data_sets[name] for name in names]
        how = " ".join(f"{one.title}: {one.images}" for one in sets) or "of your own, as it was given to the build."
        lines.append(f"- `{source}`: {how}")
    return "\n".join([lines[0], "", *lines[1:]])


def _counted(counts: Sequence[Count], title: str, key: Callable[[Count], str]) -> str:
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for one in counts:
        rows[key(one)][one.split] += one.rows
    splits = [split for split in _SPLITS if any(split in row for row in rows.values())]
    body = [(name, *(f"{row[split]:,}" for split in splits)) for name, row in sorted(rows.items())]
    return _table((title, *splits), body)


def _answers(manifest: Manifest) -> str:
    def percent(value: float | None) -> str:
        return "" if value is None else f"{value:.1f}"

    head = ("task", "format", "rows", "looked at", "balance", "random", "most frequent", "best constant")
    totals: Counter[tuple[str, str, str]] = Counter()
    for one in manifest.counts:
        totals[one.table, one.task, one.format] += one.rows
    rows = [
        (
            *(one.task, one.format, f"{totals[one.table, one.task, one.format]:,}", f"{one.rows:,}", one.balance),
            *(percent(value) for value in (one.random, one.frequent, one.constant)),
        )
        for one in manifest.answers
    ]
    return "The last columns are scored without looking, in percent.\n\n" + _table(head, rows)


def _missing(manifest: Manifest) -> str:
    lines = [f"- {count:,} {reason}" for reason, count in sorted(manifest.left_out.items())]
    lines += [f"- `{one.source}/{one.scene}`: {' '.join(one.reason.split())}" for one in manifest.missing]
    chosen = {name: value for name, value in manifest.selection if value is not None}
    if chosen:
        lines.append(f"- what was not selected: {json.dumps(chosen)}")
    return "\n".join(lines) or "Nothing of the lake is left out."


def _terms(manifest: Manifest) -> str:
    rows = []
    for source, names in manifest.sources.items():
        for one in [manifest.data_sets[name] for name in names]:
            rows.append((source, one.title, one.licence, one.redistribution, one.url))
        if not names:
            rows.append((source, "unknown", "unknown: ask who provided the images", "unknown", ""))
    return _table(("source", "data set", "licence", "may be passed on", "where"), rows)


def _provenance(manifest: Manifest) -> str:
    shown = {
        name: values
        for name, values in manifest.versions.items()
        if name.startswith("task ") or not name.startswith(("wording ", "quota ", "parameter ", "languages "))
    }
    rows = [(name, ", ".join(values)) for name, values in shown.items()]
    return (
        f"Lake `{manifest.lake_digest}`. All versions, quotas, parameters and digests of wordings, and the scenes by "
        f"split, are in `{MANIFEST}`.\n\n" + _table(("part", "version"), rows)
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)
