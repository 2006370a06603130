"""The command line of all jobs: long options, any of which may stand in a TOML file, and errors in one line."""

import argparse
import os
import re
import sys
import threading
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError
from rich.console import Console
from rich.markup import escape
from rich.progress import track

from factory.errors import DataError, EnvironmentFailure
from factory.pipeline.gpu_share import whole_per_gpu
from factory.store.lake import Track

# What is wrong with the input, the disk or the bucket, not with this program: said in one line, without traceback.
EXPECTED_ERRORS = (DataError, EnvironmentFailure, OSError, BotoCoreError)
BUILD_STATUS = (
    "exit status: 0 all is built, 1 wrong input, or the disk, bucket or machine fails, 2 wrong usage, "
    "3 something is in quarantine; whatever ended a build, the same command goes on where it stopped"
)

_NAME = re.compile(r"[\w-]+")


class JobParser(argparse.ArgumentParser):
    """A parser with `--config FILE`; what the command line says wins over the file."""

    def __init__(self, description: str | None, epilog: str | None = None) -> None:
        super().__init__(description=(description or "").strip().split("\n")[0], epilog=epilog, allow_abbrev=False)
        self.add_argument("--config", type=Path, metavar="FILE", help="TOML file that holds any of these options")

    def parse_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:
        """As argparse; options of the file are read as if they stood before those of the command line."""
        given = list(sys.argv[1:] if args is None else args)
        finder = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
        finder.add_argument("--config", type=Path)
        file = finder.parse_known_args(given)[0].config
        return super().parse_args([*self._options_of(file), *given] if file else given, namespace)

    def _options_of(self, file: Path) -> list[str]:
        try:
            values = tomllib.loads(file.read_text())
        except (OSError, tomllib.TOMLDecodeError) as error:
            self.error(f"--config {file}: {error}; a TOML file of options is expected, such as seed = 1")
        options = []
        for name, value in values.items():
            option = "--" + name.replace("_", "-")
            if option not in self._option_string_actions:
                self.error(f"--config {file}: no option {name}; --help lists them")
            if value is True:
                options.append(option)
            elif value is not False:
                text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
                options.append(f"{option}={text}")
        return options


def add_worker_options(parser: argparse.ArgumentParser, parts: str) -> None:
    """`--workers` and `--scene-timeout` of a build; parts : what it works on, `scenes` or `shards`."""
    parser.add_argument(
        "--workers", type=_count, metavar="N", help=f"{parts} worked on at once (default: the CPUs of the cluster)"
    )
    parser.add_argument(
        "--scene-timeout",
        type=_seconds,
        default=1800.0,
        metavar="SECONDS",
        help=f"what a stage may take for one of the {parts} until its worker is ended; tried again, and in "
        "quarantine after the third time (default: 1800)",
    )


def gpu_share(text: str) -> float:
    """A share of a GPU. Raises ArgumentTypeError for one that is not 1/k."""
    try:
        return whole_per_gpu(float(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _count(text: str) -> int:
    if not text.strip().isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text}: a whole number from 1 is expected")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < threading.TIMEOUT_MAX:
        raise argparse.ArgumentTypeError(f"{text}: seconds above 0 are expected")
    return seconds


def add_endpoint_options(parser: argparse.ArgumentParser) -> None:
    """`--base-url`, `--model` and `--key-variable` of a language model; see `require_endpoint`."""
    parser.add_argument(
        "--base-url",
        default=os.environ.get("OPENAI_BASE_URL"),
        help="endpoint, such as http://localhost:8000/v1 (default: $OPENAI_BASE_URL)",
    )
    parser.add_argument("--model", required=True, help="name of the model at the endpoint")
    parser.add_argument(
        "--key-variable",
        default="OPENAI_API_KEY",
        metavar="NAME",
        help="environment variable that holds the key (default: OPENAI_API_KEY)",
    )


def require_endpoint(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Ends the program, as for any wrong usage, when no endpoint is given."""
    if not options.base_url:
        parser.error("--base-url or the environment variable OPENAI_BASE_URL is needed")


def scenes_bar(console: Console) -> Track:
    """A progress bar over partitions."""

    def bar(partitions: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        yield from track(partitions, description="scenes", console=console)

    return bar


def complain(error: BaseException) -> int:
    """Says what is wrong; the exit status."""
    Console(stderr=True).print(f"[red]error:[/red] {escape(str(error))}", soft_wrap=True, highlight=False)
    return 1


def named_inputs(text: str) -> dict[str, str] | None:
    """URLs by name of `NAME=URL,NAME=URL`; None for what is one URL."""
    parts = [part.strip().partition("=") for part in text.split(",")]
    if not all(equals and _NAME.fullmatch(name) for name, equals, _ in parts):
        return None
    return {name: url for name, _, url in parts}


def inputs_by_source(text: str, sources: Sequence[str]) -> dict[str, str]:
    """Where the input of each source is: `URL` for one source, `NAME=URL,NAME=URL` for several.

    Raises DataError when a source has none.
    """
    named = named_inputs(text)
    if named is None:
        named = {sources[0]: text} if len(sources) == 1 else {}
    missing = [name for name in sources if name not in named]
    if missing:
        raise DataError(
            f"--input says nothing of {', '.join(missing)}: give NAME=URL,NAME=URL, or one source with --source"
        )
    return {name: named[name] for name in sources}


def absolute(url: str) -> str:
    """A URL as it is, a local folder by its absolute path, so that workers find it."""
    return url if "://" in url else str(Path(url).expanduser().resolve())
