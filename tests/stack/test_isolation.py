"""The proof on real parts: it passes where namespaces are isolated, and says by which way they are not."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import redis

from dashboard.model.core.errors import Rejected, WriteRefused
from dashboard.model.core.names import TOPIC, history_key
from dashboard.model.isolation.result import STEPS, ProofResult, Step
from dashboard.services.access.audit import AuditLog
from dashboard.services.access.audited_write import open_writes
from dashboard.services.access.write_policy import WritePolicy
from dashboard.services.chat.sending import Chat
from dashboard.services.core.settings import Settings
from dashboard.services.core.workspace import Workspace, open_workspace
from dashboard.services.isolation.prover import Prover
from tests.contract.test_clusters import static_file
from tests.stack.running_stack import RunningStack
from tests.stack.test_cli import daca_ops
from tests.stack.waiting import wait_until
from tests.stack.wired import Wiring, wired

BOTH = ("prod", "dev")


@pytest.fixture
def workspace(stack: RunningStack) -> Iterator[Workspace]:
    with closing(open_workspace(Settings(data=stack.data))) as opened:
        yield opened


@contextmanager
def static(file: Path) -> Iterator[Workspace]:
    with closing(open_workspace(Settings(cluster="static", static_file=file, data=file.parent))) as opened:
        yield opened


def proven(workspace: Workspace, **options: float) -> ProofResult:
    return Prover(Chat(open_writes(workspace, WritePolicy())), **options).prove(BOTH)


def left_behind(workspace: Workspace, result: ProofResult) -> list[str]:
    """Keys and entries of the probes that are still in any of the stores."""
    left: list[str] = []
    for endpoint in workspace.endpoints():
        where = endpoint.redis
        assert where is not None
        client: Any = redis.Redis(where.host, where.port, where.db, where.password, decode_responses=True)
        with closing(client):
            left += client.scan_iter(f"*{result.actor_id}*", count=1000)
            left += [entry for entry, fields in client.xrange(TOPIC) if result.actor_id in str(fields)]
    return left


def test_a_healthy_stack_is_proven_and_left_as_it_was(workspace: Workspace, stack: RunningStack) -> None:
    before = {name: (stack.redis(name).dbsize(), stack.redis(name).xlen(TOPIC)) for name in BOTH}
    steps: list[Step] = []
    result = Prover(Chat(open_writes(workspace, WritePolicy()))).prove(BOTH, steps.append)
    assert result.proven, result.proof.sentence
    assert result.proof.pair("prod", "dev") == result.proof.pair("dev", "prod") == "apart"
    assert left_behind(workspace, result) == []
    assert before == {name: (stack.redis(name).dbsize(), stack.redis(name).xlen(TOPIC)) for name in BOTH}
    assert [(step.name, step.state) for step in steps if step.state == "done"] == [(n, "done") for n in STEPS]
    run_ids = {str(stack.redis(name).info()["run_id"]) for name in BOTH}
    seen = " ".join(check.seen for check in result.proof.checks)
    assert all(run_id in seen for run_id in run_ids)
    logged = [check for check in result.proof.checks if check.surface == "log"]
    assert [check.state for check in logged] == ["held", "apart", "apart", "held"]
    assert logged[0].seen == "4 lines name the actor, 1 its activation; received: 3 of prod."


def test_others_data_is_never_touched(workspace: Workspace, stack: RunningStack, actor_id: str) -> None:
    stack.say("prod", actor_id, "mine")
    held, length = stack.stored("prod", actor_id), stack.redis("prod").xlen(TOPIC)
    assert proven(workspace).proven
    assert (stack.stored("prod", actor_id), stack.redis("prod").xlen(TOPIC)) == (held, length)


def test_every_write_is_in_the_audit_log(workspace: Workspace) -> None:
    result = proven(workspace)
    entries = [
        entry
        for entry in AuditLog(workspace.settings.audit_file).newest()
        if entry.actor_id == result.actor_id
    ]
    assert sorted((entry.namespace, entry.action) for entry in entries) == sorted(
        (name, action) for name in BOTH for action in ("send", "send", "send", "remove probes")
    )


def test_nothing_is_sent_where_writing_is_refused(workspace: Workspace, stack: RunningStack) -> None:
    refused = Prover(Chat(open_writes(workspace, WritePolicy(read_only=True))))
    before = stack.redis("prod").dbsize()
    with pytest.raises(WriteRefused):
        refused.prove(BOTH)
    with pytest.raises(Rejected, match="between namespaces"):
        Prover(Chat(open_writes(workspace, WritePolicy()))).prove(["prod", "prod"])
    assert stack.redis("prod").dbsize() == before


def test_one_that_does_not_answer_proves_nothing_and_the_other_is_cleaned(
    workspace: Workspace, stack: RunningStack
) -> None:
    with stack.held("dev", "agent"):
        result = proven(workspace, patience=0)
    assert result.proof.verdict == "not proven"
    assert "did not answer" in result.proof.sentence
    prod, dev = result.removals
    assert (prod.entries, prod.left) == (3, ())
    assert dev.left == (f"what was not answered may still be stored, as {result.actor_id}",)
    assert not result.clean
    assert not [key for key in stack.redis("prod").scan_iter(f"*{result.actor_id}*")]


def test_what_is_stored_after_the_removal_is_removed_too(workspace: Workspace, stack: RunningStack) -> None:
    pid = int(stack.namespace("dev")["agent"]["pid"])

    def wake_the_agent(step: Step) -> None:
        if (step.name, step.state) == ("remove", "waiting"):
            os.kill(pid, signal.SIGCONT)

    with stack.held("dev", "agent"):
        result = Prover(Chat(open_writes(workspace, WritePolicy())), patience=0).prove(BOTH, wake_the_agent)
    assert result.proof.verdict == "not proven"
    assert [(removal.keys, removal.entries) for removal in result.removals] == [(1, 3), (1, 1)]
    assert result.clean
    assert left_behind(workspace, result) == []


def test_what_comes_later_still_is_removed_by_the_command_that_is_told(
    workspace: Workspace, stack: RunningStack, tmp_path: Path
) -> None:
    dev, others = stack.redis("dev"), "isolation-of-someone"
    stack.say("dev", others, f"isolation-{'0' * 12}")
    with stack.held("dev", "agent"):
        told = daca_ops("verify", "--wait", "0", "--data", str(stack.data))
    command = shlex.split(told.stderr.splitlines()[-1])
    assert command[:3] == ["daca-ops", "verify", "--remove"]
    key = history_key(command[3])
    wait_until(lambda: dev.exists(key), what="dev has stored what it had not answered")
    assert daca_ops(*command[1:]).returncode == 0
    assert not dev.exists(key)
    assert stack.stored("dev", others)
    assert not [1 for _, fields in dev.xrange(TOPIC) if command[3] in str(fields)]
    refused = daca_ops("verify", "--remove", others, "--data", str(stack.data))
    assert "is no actor of a proof" in refused.stderr
    dev.delete(history_key(others))


def test_a_proof_that_is_broken_off_cleans_up(stack: RunningStack) -> None:
    known = set(stack.redis("prod").scan_iter("*isolation-*"))
    with stack.held("dev", "agent"):
        command = [sys.executable, "-m", "dashboard", "verify", "--data", str(stack.data)]
        # What runs in the background of a shell inherits that SIGINT is ignored.
        heeding = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdout=pipe, stderr=pipe, preexec_fn=heeding) as running:
            prod = stack.redis("prod")
            wait_until(lambda: set(prod.scan_iter("*isolation-*")) - known, what="prod has a probe")
            running.send_signal(signal.SIGINT)
            assert b"daca-ops verify --remove isolation-" in running.communicate(timeout=40)[1]
            assert running.returncode != 0
    assert set(stack.redis("prod").scan_iter("*isolation-*")) == known


def test_a_store_that_is_away_when_it_is_to_be_cleaned_is_told(
    workspace: Workspace, stack: RunningStack
) -> None:
    with ExitStack() as until_then:

        def stop_the_store(step: Step) -> None:
            if (step.name, step.words) == ("remove", ""):
                until_then.enter_context(stack.held("dev", "redis"))

        result = Prover(Chat(open_writes(workspace, WritePolicy()))).prove(BOTH, stop_the_store)
    assert result.proof.verdict == "isolated"
    assert not result.proven
    assert ["did not answer" in removal.failure for removal in result.removals] == [False, True]
    stack.redis("dev").delete(history_key(result.actor_id))


ONE_PLACEMENT = {name: Wiring(name, "default") for name in BOTH}
BROKEN = {
    "one Redis": ({name: Wiring("prod", name) for name in BOTH}, "one-database", "database: 0 of run_id"),
    "one Redis under two names": (
        {"prod": Wiring("prod", "prod"), "dev": Wiring("prod", "dev", host="localhost")},
        "one-database",
        "one server under two names",
    ),
    "one database": (
        {name: Wiring("prod", name, db=3) for name in BOTH},
        "one-database",
        "database: 3 of run_id",
    ),
    "one placement without namespaces": (ONE_PLACEMENT, "one-actor", "without telling namespaces apart"),
    "one topic": (
        {"prod": Wiring("prod", "prod"), "dev": Wiring("dev", "dev", topic="prod")},
        "one-topic",
        "publish to one topic",
    ),
}


@pytest.mark.parametrize(("wirings", "way", "words"), BROKEN.values(), ids=BROKEN)
def test_broken_isolation_is_told_with_its_way(
    tmp_path: Path, wirings: dict[str, Wiring], way: str, words: str
) -> None:
    with wired(tmp_path, wirings) as file, static(file) as workspace:
        result = proven(workspace)
        assert result.proof.verdict == "broken", result.proof.sentence
        assert [(found.name, words in found.words) for found in result.proof.ways] == [(way, True)]
        assert result.proof.pair("prod", "dev") == "leaked" or result.proof.pair("dev", "prod") == "leaked"
        assert left_behind(workspace, result) == []


def test_two_databases_of_one_server_are_isolated_with_a_note(tmp_path: Path) -> None:
    wirings = {"prod": Wiring("prod", "prod", db=1), "dev": Wiring("prod", "dev", db=2)}
    with wired(tmp_path, wirings) as file, static(file) as workspace:
        result = proven(workspace)
        assert result.proven, result.proof.sentence
        assert "databases 1 and 2 of one Redis server" in result.proof.notes[0]
        assert left_behind(workspace, result) == []


def test_one_agent_under_two_names_is_told(stack: RunningStack, tmp_path: Path) -> None:
    file = static_file(stack, tmp_path)
    prod = stack.namespace("prod")
    text = file.read_text().replace(stack.namespace("dev")["agent"]["url"], prod["agent"]["url"])
    file.write_text(text.replace(stack.namespace("dev")["sidecar"]["url"], prod["sidecar"]["url"]))
    with static(file) as workspace:
        result = proven(workspace)
    assert [way.name for way in result.proof.ways] == ["one-agent"]
    assert result.proof.left_out == ("log",)  # a static cluster has none


def test_the_command_line(stack: RunningStack, tmp_path: Path) -> None:
    data = ("--data", str(stack.data))
    proof = daca_ops("verify", "--json", *data)
    assert proof.returncode == 0, proof.stderr
    found = json.loads(proof.stdout)
    assert (found["verdict"], found["namespaces"], len(found["pairs"])) == ("isolated", ["prod", "dev"], 4)
    report = daca_ops("verify", "--format", "markdown", "-n", "dev", "-n", "prod", *data)
    assert report.stdout.startswith("# Isolation of dev, prod: ✓ isolated")
    text = daca_ops("verify", *data)
    assert text.stdout.splitlines()[-1].startswith("prod and dev are isolated: ")
    assert daca_ops("verify", "-n", "prod", *data).returncode == 1
    assert "not there" in daca_ops("verify", "-n", "prod", "-n", "elsewhere", *data).stderr
