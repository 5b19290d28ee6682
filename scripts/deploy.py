#!/usr/bin/env python3
"""Compares deploy/ with the repository: files, versions, and variables that the documents name.

    scripts/deploy.py COMPOSED.json…      what Docker Compose makes of the files, each as one JSON

Needs PyYAML, which yamllint brings along.
"""

import json
import pathlib
import re
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
problems = []


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def names_in_table(text):
    """First cells of a table's rows that name variables: `A`, `B`."""
    rows = re.findall(r"^\| (`[A-Z][A-Z0-9_]*`(?:, `[A-Z][A-Z0-9_]*`)*) \|", text, re.M)
    return {name for row in rows for name in re.findall(r"`([A-Z0-9_]+)`", row)}


SERVER = names_in_table(read("docs/environment.md"))
CONTAINERS = names_in_table(read("docs/deployment.md"))


def named(names, where, known=SERVER | CONTAINERS):
    for name in sorted(set(names) - known):
        problems.append(f"{where}: {name} is in no table of the documents")


def dockerfile():
    text = read("deploy/Dockerfile")
    arguments = re.findall(r"^ARG ([A-Z0-9_]+)", text, re.M)
    named(arguments, "deploy/Dockerfile", CONTAINERS)
    last = text[text.index(" AS runtime\n") :]
    variables = re.search(r"^ENV DATA_DIR=.*?[^\\]$", last, re.M | re.S).group()
    named(re.findall(r"([A-Z0-9_]+)=", variables), "deploy/Dockerfile")

    seen = [line for line in read("deploy/Dockerfile.dockerignore").splitlines() if line.startswith("!")]
    seen = [line[1:] for line in seen]
    for source in re.findall(r"^COPY (?!--from)(?:--\S+ )*(.+) \S+$", text, re.M):
        for path in source.split():
            if not (ROOT / path).exists():
                problems.append(f"deploy/Dockerfile: {path} does not exist")
            if not any(path == shown or path.startswith(shown + "/") for shown in seen):
                problems.append(f"deploy/Dockerfile.dockerignore hides {path}")


def versions():
    dockerfile = read("deploy/Dockerfile")
    rust = re.search(r'channel = "(.+)"', read("rust-toolchain.toml")).group(1)
    if f"ARG RUST_VERSION={rust}\n" not in dockerfile:
        problems.append(f"deploy/Dockerfile: RUST_VERSION is not {rust}, which rust-toolchain.toml says")
    version = re.search(r'^version = "(.+)"', read("Cargo.toml"), re.M).group(1)
    chart = yaml.safe_load(read("deploy/helm/airis/Chart.yaml"))
    if str(chart["appVersion"]) != version:
        problems.append(f"deploy/helm/airis/Chart.yaml: appVersion is not {version}")
    tags = set()
    for path in sorted(DEPLOY.glob("*")):
        if path.is_file():
            tags.update(re.findall(r"OLLAMA_TAG(?::-|=)([0-9][0-9.]*)", path.read_text(encoding="utf-8")))
    if len(tags) != 1:
        problems.append(f"deploy: several versions of Ollama: {', '.join(sorted(tags))}")


def scripts():
    text = read("deploy/start.sh")
    files = re.search(r"^secrets=\((.*)\)$", text, re.M).group(1).split()
    named(files, "deploy/start.sh", SERVER)
    named(re.findall(r"\$\{([A-Z][A-Z0-9_]+)", text), "deploy/start.sh", SERVER | CONTAINERS | {"LD_LIBRARY_PATH", "BASH_SOURCE"})
    named(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", read("deploy/env.example"), re.M), "deploy/env.example")
    named(re.findall(r"^Environment=([A-Z0-9_]+)=", read("deploy/airis.service"), re.M), "deploy/airis.service")


def compose(files):
    for path in sorted(DEPLOY.glob("docker-compose*.yaml")):
        named(re.findall(r"\$\{([A-Z0-9_]+)", path.read_text(encoding="utf-8")), f"deploy/{path.name}")
    for file in files:
        text = pathlib.Path(file).read_text(encoding="utf-8")
        if not text:  # Docker Compose has said why
            continue
        composed = json.loads(text)
        kind = pathlib.Path(file).stem
        ours = {name: service for name, service in composed["services"].items() if service["image"] == "airis"}
        if len(ours) != (3 if kind == "ha" else 1):
            problems.append(f"{kind}: {len(ours)} instances")
        for name, service in composed["services"].items():
            for volume in service.get("volumes", []):
                source = volume["source"]
                # Folders for data are made by whoever runs it.
                if volume["type"] == "bind" and "/data/" not in source + "/" and not pathlib.Path(source).exists():
                    problems.append(f"{kind}: {name}: {source} does not exist")
        for name, service in ours.items():
            named(service["environment"], f"{kind}: {name}")
            build = service["build"]
            if not (pathlib.Path(build["context"]) / build["dockerfile"]).exists():
                problems.append(f"{kind}: {name}: {build['dockerfile']} does not exist")
            named(build["args"], f"{kind}: {name}", set(re.findall(r"^ARG ([A-Z0-9_]+)", read("deploy/Dockerfile"), re.M)))
            grace = int(re.search(r"`SHUTDOWN_GRACE` \| whole number \| `(\d+)`", read("docs/environment.md")).group(1))
            if service["stop_grace_period"] != "45s" or grace > 40:
                problems.append(f"{kind}: {name}: it is killed before SHUTDOWN_GRACE is over")
        if kind == "ha":
            balancer(composed, ours)


def balancer(composed, ours):
    """Every instance gets requests, at the port that it listens on, and none is preferred."""
    text = read("deploy/nginx.conf")
    servers = set(re.findall(r"^\s+server (\S+):8080 ", text, re.M))
    if servers != set(ours):
        problems.append(f"deploy/nginx.conf: it spreads over {sorted(servers)}, there are {sorted(ours)}")
    if re.search(r"ip_hash|sticky|hash ", text):
        problems.append("deploy/nginx.conf: nobody has to come back to the same instance")
    published = {port["target"] for port in composed["services"]["nginx"]["ports"]}
    if f"listen {published.pop()};" not in text:
        problems.append("deploy/nginx.conf: it does not listen at the port that is published")
    shared = [
        {volume["source"] for volume in service["volumes"] if volume["target"].endswith("/uploads")}
        for service in ours.values()
    ]
    if any(places != {"uploads"} for places in shared):
        problems.append("ha: instances do not share uploads")


def collector():
    """airis speaks to a port that the collector listens at, and no pipeline names a part that is not there."""
    config = yaml.safe_load(read("deploy/otel/collector.yaml"))
    endpoint = re.search(r"http://collector:(\d+)", read("deploy/docker-compose.otel.yaml")).group(1)
    grpc = config["receivers"]["otlp"]["protocols"]["grpc"]["endpoint"]
    if grpc.rpartition(":")[2] != endpoint:
        problems.append(f"deploy/otel/collector.yaml: it does not listen at {endpoint}, where airis looks for it")
    pipelines = config["service"]["pipelines"]
    if set(pipelines) != {"traces", "metrics", "logs"}:
        problems.append(f"deploy/otel/collector.yaml: pipelines for {', '.join(pipelines)}")
    for name, pipeline in pipelines.items():
        for kind, parts in pipeline.items():
            for part in set(parts) - set(config[kind]):
                problems.append(f"deploy/otel/collector.yaml: {name}: {part} is not among the {kind}")


def chart():
    values = yaml.safe_load(read("deploy/helm/airis/values.yaml"))
    for path in sorted((DEPLOY / "helm/airis/templates").iterdir()):
        text = path.read_text(encoding="utf-8")
        for dotted in re.findall(r"\.Values\.([A-Za-z.]+)", text):
            place = values
            for part in dotted.split("."):
                if not isinstance(place, dict) or part not in place:
                    problems.append(f"{path.name}: .Values.{dotted} is not in values.yaml")
                    break
                place = place[part]
        named(re.findall(r"- name: ([A-Z][A-Z0-9_]+)$", text, re.M), path.name, SERVER)
        named(re.findall(r"^  ([A-Z][A-Z0-9_]+): ", text, re.M), path.name, SERVER)


dockerfile()
versions()
scripts()
compose(sys.argv[1:])
collector()
chart()
for problem in problems:
    print(problem, file=sys.stderr)
sys.exit(1 if problems else 0)
