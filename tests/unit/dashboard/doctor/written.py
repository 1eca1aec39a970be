"""YAML as people write it, a mistake at a time, and what the doctor says of it."""

from __future__ import annotations

from pathlib import Path

from dashboard.model.doctor.report import DoctorReport
from dashboard.services.doctor.checkup import check_folder

DAPR = '{dapr.io/enabled: "true", dapr.io/app-id: worker, dapr.io/app-port: "3000"}'
REFERENCE = "{secretKeyRef: {name: redis, key: password}}"
GUARDED = f"{{name: redisPassword, {REFERENCE[1:]}"


ROUTED = (
    "{pubsubname: p, topic: t, routes: {default: /x, rules: [{match: 'event.type == \"a=b\"', path: /a}]}}"
)
LABELLED = '{app: worker, dapr.io/enabled: "true"}'
VARIABLE = f"env: [{{name: A, valueFrom: {REFERENCE}}}]"


def worker(
    kind: str = "Deployment",
    annotations: str = DAPR,
    labels: str = "{app: worker}",
    more: str = "",
    name: str = "worker",
) -> str:
    return f"""
apiVersion: apps/v1
kind: {kind}
metadata: {{name: {name}}}
spec:
  selector: {{matchLabels: {{app: worker}}}}
  template:
    metadata: {{labels: {labels}, annotations: {annotations}}}
    spec:
      containers:
      - name: worker
        image: example/worker:1
        ports: [{{containerPort: 3000, name: web}}]
        {more}
---
"""


def cron(annotations: str) -> str:
    pod = f"{{metadata: {{annotations: {annotations}}}, spec: {{containers: [{{name: a, image: 'a:1'}}]}}}}"
    return f"""
apiVersion: batch/v1
kind: CronJob
metadata: {{name: nightly}}
spec: {{schedule: "0 3 * * *", jobTemplate: {{spec: {{template: {pod}}}}}}}
---
"""


def component(
    type_: str = "state.redis", metadata: str = f'[{{name: redisHost, value: "redis:6379"}}, {GUARDED}]',
    version: str = "version: v1, ", name: str = "store", besides: str = "",
) -> str:  # fmt: skip
    return f"""
apiVersion: dapr.io/v1alpha1
kind: Component
metadata: {{name: {name}}}
spec: {{type: {type_}, {version}metadata: {metadata}{besides}}}
---
"""


def subscription(spec: str, version: str = "v2alpha1") -> str:
    return f"apiVersion: dapr.io/{version}\nkind: Subscription\nmetadata: {{name: s}}\nspec: {spec}\n---\n"


def of_dapr(kind: str, spec: str, version: str = "v1alpha1") -> str:
    return f"apiVersion: dapr.io/{version}\nkind: {kind}\nmetadata: {{name: other}}\nspec: {spec}\n---\n"


def service(selector: str = "{app: worker}", port: str = "{port: 80, targetPort: web}") -> str:
    spec = f"{{selector: {selector}, ports: [{port}]}}"
    return f"apiVersion: v1\nkind: Service\nmetadata: {{name: worker}}\nspec: {spec}\n---\n"


def policy(rules: str, selector: str = "matchLabels: {app: worker}") -> str:
    spec = f"{{podSelector: {{{selector}}}, ingress: {rules}}}"
    head = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\n"
    return f"{head}spec: {spec}\n---\n"


def hosts(names: str) -> str:
    """A Component on these servers, beside an app and one of them."""
    entries = f'[{{name: redisType, value: cluster}}, {{name: redisHost, value: "{names}"}}, {GUARDED}]'
    return worker() + component(metadata=entries) + service("{}", "{port: 6379}").replace("worker", "redis-0")


def secret(data: str) -> str:
    return f"apiVersion: v1\nkind: Secret\nmetadata: {{name: redis}}\nstringData: {data}\n---\n"


def dapr(**said: str) -> str:
    """Annotations in which one says something else; "_" is "-"."""
    told = {"enabled": '"true"', "app-id": "worker"} | {name.replace("_", "-"): v for name, v in said.items()}
    return "{" + ", ".join(f"dapr.io/{name}: {value}" for name, value in told.items()) + "}"


def look(folder: Path, **files: str) -> DoctorReport:
    """What the doctor says of files; "__" in a name is "/", and ".yaml" ends it."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return check_folder(folder)
