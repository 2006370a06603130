"""Dashboard, alerts and Prometheus: every metric that is asked for is exported, under the name that is asked for."""

import inspect
import json
import re
from typing import Any

import pytest
from ray.dashboard.modules.metrics.dashboards import default_dashboard_panels
from ray.dashboard.modules.reporter.reporter_agent import METRICS_GAUGES

from factory.pipeline.metrics import METRICS, Metric
from tests.infra.checkout import INFRA, load

DASHBOARD = json.loads((INFRA / "monitoring" / "grafana-dashboard.json").read_text())
PANELS = DASHBOARD["panels"]
RULES = [rule for group in load("monitoring/alerts.yml")["groups"] for rule in group["rules"]]
QUERIES = [(panel["title"], target["expr"]) for panel in PANELS for target in panel["targets"]]
QUERIES += [(rule["alert"], rule["expr"]) for rule in RULES]
QUERIES += [(item["name"], item["query"]) for item in DASHBOARD["templating"]["list"] if "ray_" in item["query"]]
# Labels of Ray and of Prometheus that a query may group by.
LABELS_OF_RAY = {"instance", "GpuIndex", "Location", "node_type", "le"}


def exported() -> dict[str, Metric]:
    """Our metrics, by the names that Prometheus sees."""
    names: dict[str, Metric] = {}
    for name, metric in METRICS.items():
        ends = ["_bucket", "_count", "_sum"] if metric.kind == "Histogram" else [""]
        names |= {f"ray_{name}{end}": metric for end in ends}
    return names


def metrics_of_ray() -> set[str]:
    """What Ray's nodes report, and what Ray's own dashboard asks for."""
    asked = re.findall(r"\bray_\w+", inspect.getsource(default_dashboard_panels))
    return {f"ray_{name}" for name in METRICS_GAUGES} | set(asked)


@pytest.mark.parametrize(("title", "query"), QUERIES, ids=[f"{title}-{i}" for i, (title, _) in enumerate(QUERIES)])
def test_a_query_asks_for_what_is_exported(title: str, query: str) -> None:
    names = set(re.findall(r"\bray_\w+", query))
    assert names
    ours = exported()
    assert names <= set(ours) | metrics_of_ray()
    own = [ours[name] for name in names if name in ours]
    known = {label for metric in own for label in metric.labels} | LABELS_OF_RAY
    grouped = {label.strip() for labels in re.findall(r"\bby \(([^)]*)\)", query) for label in labels.split(",")}
    assert grouped <= known
    if own:
        assert set(re.findall(r"\{{?(\w+)=", query)) <= known


@pytest.mark.parametrize(("title", "query"), QUERIES, ids=[f"{title}-{i}" for i, (title, _) in enumerate(QUERIES)])
def test_what_counts_up_is_asked_for_by_its_rate(title: str, query: str) -> None:
    rated = set(re.findall(r"(?:rate|increase)\((ray_\w+)", query))
    if "label_values" in query:
        return
    gauges = {f"ray_{name}" for name in METRICS_GAUGES}  # ray_node_mem_total is one
    counters = {name for name in re.findall(r"\bray_\w+", query) if name.endswith(("_total", "_bucket"))} - gauges
    assert rated == counters
    assert query.count("(") == query.count(")") and query.count("{") == query.count("}")


def test_our_metrics_are_all_on_the_dashboard() -> None:
    shown = " ".join(target["expr"] for panel in PANELS for target in panel["targets"])
    assert [name for name in METRICS if f"ray_{name}" not in shown] == []


def test_panels_have_places_of_their_own() -> None:
    def cells(panel: dict[str, Any]) -> set[tuple[int, int]]:
        place = panel["gridPos"]
        return {(place["x"] + i, place["y"] + j) for i in range(place["w"]) for j in range(place["h"])}

    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        assert not taken & cells(panel) and max(x for x, _ in cells(panel)) < 24
        taken |= cells(panel)
    assert len({panel["id"] for panel in PANELS}) == len({panel["title"] for panel in PANELS}) == len(PANELS)
    wanted = ("Scenes per second", "Rows per second", "Quarantine", "Scenes left", "GPU use", "Object store", "Nodes")
    assert set(wanted) <= {panel["title"] for panel in PANELS}


def test_prometheus_finds_the_nodes_and_the_alerts() -> None:
    config = load("monitoring/prometheus.yml")
    ((scrape,),) = [config["scrape_configs"]]
    assert scrape["file_sd_configs"][0]["files"] == ["/tmp/ray/prom_metrics_service_discovery.json"]
    for file in config["rule_files"]:
        assert (INFRA / "monitoring" / file).is_file()
    for rule in RULES:
        assert rule["annotations"]["summary"] and rule["labels"]["severity"] in ("warning", "critical")
        used = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
        assert used <= {
            label.strip() for by in re.findall(r"by \(([^)]*)\)", rule["expr"]) for label in by.split(",")
        } | {"instance"}
