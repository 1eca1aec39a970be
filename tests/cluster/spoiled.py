"""Many mistakes at once for a namespace that runs the base, and the rules that find them."""

from __future__ import annotations

from typing import Any


def annotated(**values: str) -> Any:
    told = {f"dapr.io/{name.replace('_', '-')}": value for name, value in values.items()}
    return {"spec": {"template": {"metadata": {"annotations": told}}}}


def agent(**change: Any) -> Any:
    return {"spec": {"template": {"spec": {"containers": [{"name": "chat-agent", **change}]}}}}


def put(path: str, value: Any, how: str = "replace") -> Any:
    return [{"op": how, "path": f"/spec/{path}", "value": value}]


STORE, TOPICS = ("components.dapr.io", "statestore"), ("components.dapr.io", "daca-pubsub")
SUBSCRIPTION, AGENT = ("subscriptions.dapr.io", "message-subscription"), ("deployment", "chat-agent")
# (kind, name, form of the patch, what is spoiled)
MISTAKES: list[tuple[str, str, str, Any]] = [
    (*STORE, "json", put("metadata/0/value", "redis-mastr:6379")),
    (*STORE, "json", put("metadata/2/value", "no")),
    (*STORE, "json", put("metadata/-", {"name": "keyPrefix", "value": "name"}, "add")),
    (*STORE, "merge", {"scopes": ["chat-agnet"]}),
    (*TOPICS, "json", put("metadata/0/name", "redisHst")),
    (*TOPICS, "json", [{"op": "remove", "path": "/spec/metadata/2"}]),
    (*TOPICS, "json", [{"op": "remove", "path": "/spec/metadata/1"}]),
    (*TOPICS, "merge", {"spec": {"version": "v9"}}),
    (*SUBSCRIPTION, "merge", {"spec": {"pubsubname": "dava-pubsub", "routes": {"default": None}}}),
    ("secret", "redis", "merge", {"data": {"redis-password": None}}),
    ("service", "chat-agent", "merge", {"spec": {"selector": {"app": "none"}}}),
    ("service", "redis-master", "json", put("ports/0/targetPort", "rdis")),
    (*AGENT, "merge", annotated(app_port="8080", config="chat-agnt", app_prot="http")),
    (*AGENT, "strategic", agent(resources={"limits": None})),
    (*AGENT, "strategic", agent(env=[{"name": "APP_API_TOKEN", "$patch": "delete"}])),
    (*AGENT, "merge", {"spec": {"template": {"spec": {"securityContext": None}}}}),
]
# What shuts daprd's port to the agent's pods, an autoscaler of a workload that is not there, one more app.
DECLARED: list[dict[str, Any]] = [
    {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "shut"},
        "spec": {
            "podSelector": {"matchLabels": {"app.kubernetes.io/name": "chat-agent"}},
            "policyTypes": ["Ingress"],
            "ingress": [{"ports": [{"port": 8000}]}],
        },
    },
    {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "chat-agent"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "chat-agnet"},
            "maxReplicas": 1,
        },
    },
    {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": "nightly"},
        "spec": {
            "schedule": "0 3 * * *",
            "suspend": True,
            "jobTemplate": {
                "spec": {
                    "template": {
                        "metadata": {
                            "annotations": {"dapr.io/app-id": "nightly", "dapr.io/app-prot": "8000"}
                        },
                        "spec": {
                            "restartPolicy": "Never",
                            "containers": [{"name": "nightly", "image": "chat-agent:dev"}],
                        },
                    }
                }
            },
        },
    },
]
FOUND = {
    "redis-host-not-there", "key-prefix-useless", "component-scoped-away", "component-metadata",
    "component-type", "subscription-pubsub-missing", "subscription-no-default", "secret-missing",
    "service-selects-nothing", "service-target-closed", "app-port-wrong", "configuration-missing",
    "annotation-unknown", "no-memory-limit", "app-token-unread", "runs-as-root", "store-on-empty-dir",
    "policy-shuts-dapr-out", "scale-target-missing", "store-told-to-evict", "sidecar-not-asked-for",
}  # fmt: skip
