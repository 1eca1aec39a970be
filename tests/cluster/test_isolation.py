"""The proof on a real cluster: two namespaces, each with its own Redis behind the same Service name."""

from __future__ import annotations

import json

from dashboard.services.chat.sending import Chat
from dashboard.services.core.workspace import Workspace
from dashboard.services.isolation.prover import Prover
from dashboard.services.stores import keys as stores
from tests.cluster.conftest import daca_ops

BOTH = ("prod", "dev")


def test_prod_and_dev_are_proven_isolated_and_left_as_they_were(chat: Chat, workspace: Workspace) -> None:
    result = Prover(chat).prove(BOTH)
    assert result.proven, result.proof.sentence
    assert result.proof.left_out == ()
    for name in BOTH:
        assert stores.keys(workspace, name, contains=result.actor_id).keys == ()


def test_the_command_wants_the_protected_namespace_unlocked(cluster: None) -> None:
    words = ("verify", "-n", "prod", "-n", "dev", "--json", "--cluster", "kubernetes")
    refused = daca_ops(*words)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "prod is protected" in refused.stderr
    proof = daca_ops(*words, "--unlock", "prod")
    assert proof.returncode == 0, proof.stderr
    assert json.loads(proof.stdout)["verdict"] == "isolated"
