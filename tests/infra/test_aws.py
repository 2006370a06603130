"""The launcher's file for AWS, against Ray's own schema and checks, and against the rest of the project."""

import contextlib
import copy
import json
import re
from pathlib import Path
from typing import Any

import boto3
import jsonschema
import pytest
import ray.autoscaler
from moto import mock_aws
from ray.autoscaler._private.aws.config import bootstrap_aws
from ray.autoscaler._private.aws.node_provider import AWSNodeProvider
from ray.autoscaler._private.util import prepare_config, validate_config
from ray.autoscaler.tags import TAG_RAY_NODE_KIND, TAG_RAY_NODE_NAME, TAG_RAY_USER_NODE_TYPE

from tests.infra.checkout import INFRA, load, pinned

CONFIG = load("aws/cluster.yaml")
NODES = CONFIG["available_node_types"]
SCHEMA = json.loads((Path(ray.autoscaler.__file__).parent / "ray-schema.json").read_text())


def test_ray_accepts_it() -> None:
    jsonschema.Draft7Validator(SCHEMA).validate(CONFIG)
    prepared = prepare_config(copy.deepcopy(CONFIG))
    validate_config(prepared)
    assert prepared["head_setup_commands"] == prepared["worker_setup_commands"] == []  # Ray's defaults would install


@pytest.mark.parametrize(
    "change",
    [{"max_workers": "many"}, {"spot": True}, {"available_node_types": {"head": {"resources": {}}}}],
)
def test_ray_would_refuse_a_wrong_one(change: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(SCHEMA).validate(CONFIG | change)


def test_the_head_is_kept_and_works_on_no_scenes() -> None:
    head = NODES[CONFIG["head_node_type"]]
    assert head["resources"] == {"CPU": 0, "GPU": 0}
    assert "InstanceMarketOptions" not in head["node_config"]
    start = next(command for command in CONFIG["head_start_ray_commands"] if "--head" in command)
    assert "--num-cpus=0" in start and "--autoscaling-config=~/ray_bootstrap_config.yaml" in start


def test_workers_are_spot_instances_that_come_and_go() -> None:
    workers = {name: node for name, node in NODES.items() if name != CONFIG["head_node_type"]}
    assert {name: node["resources"].get("GPU", 0) for name, node in workers.items()} == {"cpu": 0, "gpu": 1}
    for node in workers.values():
        assert node["min_workers"] == 0 < node["max_workers"]
        assert node["node_config"]["InstanceMarketOptions"] == {"MarketType": "spot"}
    assert CONFIG["max_workers"] == sum(node["max_workers"] for node in workers.values())
    assert NODES["gpu"]["node_config"]["InstanceType"] != NODES["cpu"]["node_config"]["InstanceType"]


@pytest.mark.chaos
def test_the_launcher_starts_such_nodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ray's own launcher against an imitation of AWS."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))  # where the launcher keeps its key pair
    region = CONFIG["provider"]["region"]
    with mock_aws():
        for node in NODES.values():
            with contextlib.suppress(boto3.client("iam").exceptions.EntityAlreadyExistsException):
                name = node["node_config"]["IamInstanceProfile"]["Name"]
                boto3.client("iam").create_instance_profile(InstanceProfileName=name)
        config = bootstrap_aws(prepare_config(copy.deepcopy(CONFIG)))
        provider = AWSNodeProvider(config["provider"], config["cluster_name"])
        for name, node in config["available_node_types"].items():
            tags = {TAG_RAY_USER_NODE_TYPE: name, TAG_RAY_NODE_NAME: name, TAG_RAY_NODE_KIND: "worker"}
            provider.create_node(node["node_config"], tags, 1)
        reservations = boto3.client("ec2", region).describe_instances()["Reservations"]
    started = {
        instance["InstanceType"]: (
            instance.get("InstanceLifecycle", "on demand"),
            instance["IamInstanceProfile"]["Arn"].rpartition("/")[2],
            instance["ImageId"].partition(":/")[0],
        )
        for reservation in reservations
        for instance in reservation["Instances"]
    }
    assert started == {
        "m7i.xlarge": ("on demand", "spatial-qa-head", "resolve:ssm"),
        "m7i.4xlarge": ("spot", "spatial-qa-worker", "resolve:ssm"),
        "g6.2xlarge": ("spot", "spatial-qa-worker", "resolve:ssm"),
    }


def test_images_hold_the_pinned_ray() -> None:
    images = [CONFIG["docker"]["image"], NODES["gpu"]["docker"]["worker_image"]]
    assert [image.rpartition(":")[2] for image in images] == [f"{kind}-ray{pinned('ray')}" for kind in ("cpu", "gpu")]
    assert any("NVIDIA_DRIVER_CAPABILITIES" in option for option in NODES["gpu"]["docker"]["worker_run_options"])


def test_the_launcher_finds_what_it_needs_in_the_image() -> None:
    dockerfile = (INFRA / "docker" / "Dockerfile.cpu").read_text()
    assert re.search(r"uv pip install .* boto3\b", dockerfile)  # starts the workers, from the head
    assert re.search(r"apt-get install[^&]* rsync\b", dockerfile)  # brings the cluster's file into the container


def test_nodes_have_roles_and_no_keys() -> None:
    for node in NODES.values():
        assert node["node_config"]["IamInstanceProfile"]["Name"]
        assert node["node_config"]["MetadataOptions"]["HttpTokens"] == "required"
    text = (INFRA / "aws" / "cluster.yaml").read_text()
    assert not re.search(r"AKIA|SECRET|ssh_private_key|aws_access_key", text, re.IGNORECASE)


def test_every_node_exports_its_metrics() -> None:
    starts = [*CONFIG["head_start_ray_commands"], *CONFIG["worker_start_ray_commands"]]
    assert all("--metrics-export-port=8080" in start for start in starts if start.startswith("ray start"))


def test_the_object_store_fits_into_shared_memory() -> None:
    assert "--shm-size=2g" in CONFIG["docker"]["run_options"]
    (start,) = (command for command in CONFIG["worker_start_ray_commands"] if "ray start" in command)
    assert int(re.search(r"--object-store-memory=(\d+)", start)[1]) < 2 << 30
