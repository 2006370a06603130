"""The run book: every command in it can be run as it stands, and its figures are those of the estimate."""

import re
import shlex
from pathlib import Path

import click
import pytest
import ray.scripts.scripts

from factory.pipeline.cost import read_prices
from factory.pipeline.metrics import METRICS
from jobs import estimate_cost
from tests.infra.checkout import INFRA, ROOT, instructions, load, parse_job

TEXT = (ROOT / "docs" / "run_book.md").read_text()
COMMANDS = [line[4:] for line in TEXT.splitlines() if line.startswith("    ")]
JOBS = [command for command in COMMANDS if re.search(r"jobs/\w+\.py", command)]


def of(program: str) -> list[list[str]]:
    return [shlex.split(command) for command in COMMANDS if command.startswith(f"{program} ")]


@pytest.mark.parametrize("command", JOBS)
def test_a_job_understands_its_command(command: str) -> None:
    try:
        parse_job(command)
    except SystemExit as end:
        assert end.code == 0 and command.endswith("--help"), command


def test_all_commands_are_of_programs_that_this_test_knows() -> None:
    programs = {Path(command.split()[0]).name for command in COMMANDS}
    assert programs == {"make", "python", "docker", "kubectl", "ray", "export", "prometheus", "duckdb"}
    assert len(JOBS) >= 8


@pytest.mark.parametrize("words", of("ray"), ids=lambda words: " ".join(words[1:3]))
def test_ray_understands_its_command(words: list[str]) -> None:
    command: click.Command = ray.scripts.scripts.cli
    rest = words[1:]
    context = click.Context(command)
    while isinstance(command, click.Group):
        name, *rest = rest
        found = command.get_command(context, name)
        assert found is not None, name
        command = found
    parsed = command.make_context(name, list(rest))
    files = [value for value in parsed.params.values() if str(value).endswith(".yaml")]
    assert all((ROOT / file).is_file() for file in files)


def test_images_are_built_as_the_clusters_ask_for_them() -> None:
    built = {words[words.index("-t") + 1]: words[words.index("-f") + 1] for words in of("docker") if "build" in words}
    spec = load("kuberay/raycluster.yaml")["spec"]
    groups = [spec["headGroupSpec"], *spec["workerGroupSpecs"]]
    asked = {group["template"]["spec"]["containers"][0]["image"] for group in groups}
    assert set(built) == asked == {words[2] for words in of("docker") if words[1] == "push"}
    assert {(ROOT / file).is_file() for file in built.values()} == {True}
    arguments = set(re.findall(r"--build-arg (\w+)=", TEXT))
    known = {rest.partition("=")[0] for op, rest in instructions("Dockerfile.gpu") if op == "ARG"}
    assert arguments == known


def test_files_and_objects_that_are_named_exist() -> None:
    for path in re.findall(r"(?<![\w.-])((?:infra|jobs)/[\w./-]*[\w/])", TEXT):
        assert (ROOT / path).exists(), path
    for link in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (ROOT / "docs" / link).exists(), link
    cluster = load("kuberay/raycluster.yaml")["metadata"]["name"]
    assert f"service/{cluster}-head-svc" in TEXT and f"get secret {cluster} " in TEXT
    assert set(re.findall(r"ray_(spatial_qa_\w+)", TEXT)) <= {f"{n}{e}" for n in METRICS for e in ("", "_sum")}


def test_the_costs_are_those_of_the_estimate() -> None:
    (command,) = (words for words in map(shlex.split, JOBS) if "jobs/estimate_cost.py" in words)
    options = estimate_cost.parse(command[2:])
    prices = read_prices(INFRA / "prices.toml")
    assert estimate_cost.table(prices, options.scenes, options.images, options.workers) in TEXT


def test_targets_of_make_exist() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {words[1] for words in of("make")} <= targets
