"""The manifests for Kubernetes, against the rest of the project and, with KUBERAY_CRDS, against KubeRay's schemas.

KUBERAY_CRDS : a folder with ray.io_rayclusters.yaml and ray.io_rayjobs.yaml, such as
helm-chart/kuberay-operator/crds of KubeRay.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.infra.checkout import instructions, load, parse_job, pinned

CLUSTER = load("kuberay/raycluster.yaml")
JOBS = load("kuberay/rayjob.yaml")["items"]
MONITOR = load("kuberay/podmonitor.yaml")
SPEC = CLUSTER["spec"]
GROUPS = {group["groupName"]: group for group in SPEC["workerGroupSpecs"]}
RESOURCES = {"RayCluster": "rayclusters", "RayJob": "rayjobs"}


def pods() -> list[dict[str, Any]]:
    return [part["template"]["spec"] for part in [SPEC["headGroupSpec"], *GROUPS.values()]]


def container(pod: dict[str, Any]) -> dict[str, Any]:
    (only,) = pod["containers"]
    return only


def test_a_job_brings_the_cluster_that_stands_in_its_own_file() -> None:
    assert [job["spec"]["rayClusterSpec"] for job in JOBS] == [SPEC, SPEC]


def test_every_node_runs_the_pinned_ray() -> None:
    assert SPEC["rayVersion"] == pinned("ray")
    tags = [container(pod)["image"].rpartition(":")[2] for pod in pods()]
    assert tags == [f"{kind}-ray{pinned('ray')}" for kind in ("cpu", "cpu", "gpu")]


def test_no_scene_runs_on_the_head_and_workers_come_and_go() -> None:
    assert SPEC["headGroupSpec"]["rayStartParams"]["num-cpus"] == "0"
    assert SPEC["enableInTreeAutoscaling"] is True and SPEC["autoscalerOptions"]["version"] == "v2"
    for group in GROUPS.values():
        assert group["minReplicas"] == group["replicas"] == 0 < group["maxReplicas"]


def test_pods_get_what_they_ask_for() -> None:
    for pod in pods():
        resources = container(pod)["resources"]
        assert resources["requests"] == resources["limits"]
    (asked,) = (
        name for name, group in GROUPS.items() if "nvidia.com/gpu" in str(container(group["template"]["spec"]))
    )
    assert asked == "gpu"
    gpu = GROUPS["gpu"]["template"]["spec"]
    assert container(gpu)["resources"]["limits"]["nvidia.com/gpu"] == "1"
    assert "nvidia.com/gpu" in [toleration["key"] for toleration in gpu["tolerations"]]
    assert {"name": "NVIDIA_DRIVER_CAPABILITIES", "value": "compute,graphics,utility"} in container(gpu)["env"]


def test_the_object_store_fits_into_shared_memory() -> None:
    for pod in pods():
        mounts = {mount["mountPath"]: mount["name"] for mount in container(pod)["volumeMounts"]}
        volumes = {volume["name"]: volume["emptyDir"] for volume in pod["volumes"]}
        assert set(mounts.values()) == set(volumes)
        assert volumes[mounts["/dev/shm"]] == {"medium": "Memory", "sizeLimit": "2Gi"}
    for group in GROUPS.values():
        assert int(group["rayStartParams"]["object-store-memory"]) < 2 << 30


def test_pods_are_not_root_and_hold_no_keys() -> None:
    (home,) = (rest for op, rest in instructions("Dockerfile.cpu") if op == "RUN" and "useradd" in rest)
    for pod in pods():
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert f"--uid {pod['securityContext']['runAsUser']} " in home
        assert pod["serviceAccountName"]
        assert not [name for name in (entry["name"] for entry in container(pod)["env"]) if "KEY" in name]
    assert SPEC["authOptions"] == {"mode": "token"}


def test_the_port_of_the_metrics_is_scraped() -> None:
    (endpoint,) = MONITOR["spec"]["podMetricsEndpoints"]
    for part in [SPEC["headGroupSpec"], *GROUPS.values()]:
        ports = {port["name"]: port["containerPort"] for port in container(part["template"]["spec"])["ports"]}
        assert str(ports[endpoint["port"]]) == part["rayStartParams"]["metrics-export-port"]
    (expression,) = MONITOR["spec"]["selector"]["matchExpressions"]
    assert expression == {"key": "ray.io/node-type", "operator": "In", "values": ["head", "worker"]}


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job["metadata"]["name"])
def test_entry_points_are_right_and_a_failed_job_goes_on(job: dict[str, Any]) -> None:
    spec = job["spec"]
    options = parse_job(spec["entrypoint"])
    assert options.input.startswith("s3://") and options.root.startswith("s3://")
    assert not options.plan
    assert ("WORKDIR", "/app") in instructions("Dockerfile.cpu") and " /app/jobs/" in spec["entrypoint"]
    assert spec["backoffLimit"] >= 1 and spec["shutdownAfterJobFinishes"] is True
    assert spec["activeDeadlineSeconds"] > spec["preRunningDeadlineSeconds"] > 0


def test_the_two_builds_have_jobs_and_gpus_are_shared_evenly() -> None:
    assert [job["metadata"]["name"] for job in JOBS] == ["build-spar7m", "build-web"]
    share = parse_job(JOBS[0]["spec"]["entrypoint"]).rasterizer_gpus
    assert (1 / share).is_integer()  # other shares cannot be spread over several GPUs


@pytest.mark.parametrize("manifest", [CLUSTER, *JOBS], ids=lambda manifest: manifest["metadata"]["name"])
def test_kuberay_knows_every_field(manifest: dict[str, Any]) -> None:
    folder = os.environ.get("KUBERAY_CRDS")
    if not folder:
        pytest.skip("no schemas of KubeRay here (set KUBERAY_CRDS to the folder of its CRDs)")
    assert manifest["apiVersion"] == "ray.io/v1"
    text = (Path(folder) / f"ray.io_{RESOURCES[manifest['kind']]}.yaml").read_text()
    versions = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["spec"]["versions"]
    (schema,) = (version["schema"]["openAPIV3Schema"] for version in versions if version["name"] == "v1")
    jsonschema.Draft202012Validator(schema).validate(manifest)
    assert list(unknown(manifest, schema, "")) == []


def unknown(value: Any, schema: dict[str, Any], place: str) -> Iterator[str]:
    """Fields that a schema does not know; Kubernetes would drop them in silence."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from unknown(item, schema.get("items", {}), f"{place}[{number}]")
    elif isinstance(value, dict) and not schema.get("x-kubernetes-preserve-unknown-fields"):
        known, more = schema.get("properties", {}), schema.get("additionalProperties")
        for key, item in value.items():
            if key in known:
                yield from unknown(item, known[key], f"{place}.{key}")
            elif isinstance(more, dict):
                yield from unknown(item, more, f"{place}.{key}")
            elif place != ".metadata":  # of Kubernetes itself, not in the schema
                yield f"{place}.{key}"
