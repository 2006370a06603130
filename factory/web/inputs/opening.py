"""Which kind of input lies under a URL."""

from factory.errors import DataError
from factory.store.storage import Storage
from factory.web.inputs.base import WebInput
from factory.web.inputs.folders import DEFAULT_BUCKETS, FolderInput, is_picture
from factory.web.inputs.listing import list_files
from factory.web.inputs.names import printable
from factory.web.inputs.parquet import ParquetInput
from factory.web.inputs.tars import TarInput

_EXPECTED = "expected WebDataset tars (*.tar), Parquet files (*.parquet) or pictures"


def open_input(url: str, buckets: int = DEFAULT_BUCKETS) -> WebInput:
    """The input under a folder, local or `s3://`. buckets : shards of a plain folder.

    The Parquet files that img2dataset writes beside its tars and folders are accounts of these, not inputs.
    Raises DataError when there is nothing to read, or more than one kind.
    """
    storage = Storage(url)
    try:
        paths = [file.path for file in list_files(storage)]
    except (FileNotFoundError, NotADirectoryError):
        raise DataError(f"{url}: no such folder; {_EXPECTED} in a folder") from None
    tars = [path for path in paths if path.endswith(".tar")]
    pictures = [path for path in paths if is_picture(path)]
    accounted = {path.removesuffix(".tar") for path in tars} | {path.rpartition("/")[0] for path in pictures}
    parquets = [p for p in paths if p.endswith(".parquet") and p.removesuffix(".parquet") not in accounted]
    found = {"tars": tars, "Parquet files": parquets, "pictures": pictures}
    kinds = [f"{len(files)} {kind} ({printable(files[0])})" for kind, files in found.items() if files]
    if not kinds:
        raise DataError(f"{url}: {_EXPECTED}, found {len(paths)} other files{_sample(paths)}")
    if len(kinds) > 1:
        raise DataError(f"{url}: {' and '.join(kinds)} lie below one folder; name the folder of one kind")
    unnamed = [path for path in tars + parquets if printable(path) != path]
    if unnamed:
        raise DataError(f"{url}: the name of {printable(unnamed[0])} is not UTF-8; rename the file")
    if tars:
        return TarInput(storage)
    return ParquetInput(storage) if parquets else FolderInput(storage, buckets)


def _sample(paths: list[str]) -> str:
    return f", such as {printable(paths[0])}" if paths else ""
