"""Adding sentences to template files: at the end of a list, everything else stays as it is."""

import json
import re
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

from factory.errors import DataError

_BEGIN = re.compile(r"text\s*=\s*\[\s*")


def with_sentences(content: str, table: str, sentences: Sequence[str], file: str) -> str:
    """A template file's content with sentences added to `[table] text`, which has one sentence per line.

    Raises DataError where the layout is another, so that nothing but the list could ever change.
    """
    lines = content.split("\n")
    try:
        header = lines.index(f"[{table}]")
        begin = next(i for i in range(header + 1, len(lines)) if _BEGIN.fullmatch(lines[i]))
        end = lines.index("]", begin)
    except (ValueError, StopIteration):
        raise DataError(_complaint(file, table)) from None
    old = _parsed(content, table, file)
    last = next((i for i in range(end - 1, begin, -1) if not lines[i].lstrip().startswith("#")), begin)
    if last > begin and not lines[last].endswith(","):
        lines[last] += ","
    lines[end:end] = [f"    {json.dumps(sentence, ensure_ascii=False)}," for sentence in sentences]
    changed = "\n".join(lines)
    if _parsed(changed, table, file) != (old[0], [*old[1], *sentences]):
        raise DataError(_complaint(file, table))
    return changed


def replace_file(path: Path, content: str) -> None:
    """Writes a file in one step: a reader sees the old content or the new one."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=".", delete=False) as file:
        file.write(content)
    try:
        Path(file.name).chmod(path.stat().st_mode)
        Path(file.name).replace(path)
    except OSError:
        Path(file.name).unlink()
        raise


def _parsed(content: str, table: str, file: str) -> tuple[str, list[str]]:
    """Everything but the list, as text to compare, and the list."""
    try:
        parsed = tomllib.loads(content)
        place = parsed
        for name in table.split("."):
            place = place[name]
        sentences = place.pop("text")
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise DataError(_complaint(file, table)) from error
    return json.dumps(parsed), sentences


def _complaint(file: str, table: str) -> str:
    return f"{file}: [{table}]: expected `text = [`, then one sentence per line, then `]` alone"
