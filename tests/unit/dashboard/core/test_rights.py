"""A refusal is read as the API server words it, and answered with the lines that grant the right."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.model.core.rights import Right, grant, missing

ACCOUNT = "system:serviceaccount:ops:daca-ops"
NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True)


def worded(right: Right) -> str:
    where = f'in the namespace "{right.namespace}"' if right.namespace else "at the cluster scope"
    name = f' "{right.name}"' if right.name else ""
    return (
        f'{right.resource}{name} is forbidden: User "{right.user}" cannot {right.verb} resource '
        f'"{right.resource}" in API group "{right.group}" {where}'
    )


@given(
    st.builds(
        Right,
        user=st.one_of(NAMES, st.just(ACCOUNT)),
        verb=st.sampled_from(["get", "list", "watch", "create"]),
        resource=st.sampled_from(["pods", "deployments", "components", "services/proxy"]),
        group=st.sampled_from(["", "apps", "dapr.io"]),
        namespace=st.one_of(st.just(""), NAMES),
        name=st.one_of(st.just(""), NAMES),
    )
)
def test_whatever_is_refused_is_read_back_and_granted(right: Right) -> None:
    assert missing(worded(right)) == right
    for line in grant(right).splitlines():
        words = shlex.split(line)
        assert words[:2] == ["kubectl", "create"]
        assert ("-n" in words) is bool(right.namespace)


def test_an_account_may_list_deployments_everywhere_after_two_lines() -> None:
    right = missing(
        worded(Right(user=ACCOUNT, verb="list", resource="deployments", group="apps", namespace=""))
    )
    assert right is not None
    assert grant(right) == (
        "kubectl create clusterrole daca-ops-list-deployments --verb=list,watch --resource=deployments.apps\n"
        "kubectl create clusterrolebinding daca-ops-list-deployments "
        "--clusterrole=daca-ops-list-deployments --serviceaccount=ops:daca-ops"
    )


def test_a_secret_is_granted_by_its_name_alone() -> None:
    right = missing(
        worded(Right(user="ann", verb="get", resource="secrets", group="", namespace="prod", name="redis"))
    )
    assert right is not None
    assert "--verb=get --resource=secrets --resource-name=redis" in grant(right)
    assert "--user=ann" in grant(right)


def test_two_that_are_read_by_name_are_granted_by_two_roles() -> None:
    asked = [
        missing(
            worded(
                Right(user="ann", verb="get", resource="configmaps", group="", namespace="prod", name=name)
            )
        )
        for name in ("redis-config", "valkey")
    ]
    first, second = (grant(right) for right in asked if right)
    assert "kubectl create role ann-get-configmaps-redis-config -n prod" in first
    assert "--resource-name=redis-config" in first
    assert "kubectl create role ann-get-configmaps-valkey -n prod" in second


@pytest.mark.parametrize("message", ["", "Unauthorized", 'User "a" cannot do', "admission webhook denied it"])
def test_other_words_name_no_right(message: str) -> None:
    assert missing(message) is None
