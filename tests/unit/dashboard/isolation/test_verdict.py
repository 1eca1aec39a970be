"""Presence elsewhere is a leak; absence proves something only where presence would have shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.model.isolation.proof import SHARED, SURFACES, Observation, Observations, Probes, Surface
from dashboard.model.isolation.verdict import judge

NAMES = ("prod", "dev", "test")
PROBES = Probes("isolation-1", {name: f"mark-{name}" for name in NAMES}, 2)
BOTH = NAMES[:2]


def observations(name: str, **by_surface: Observation) -> Observations:
    """A namespace that holds exactly its own, but for `observations`."""
    own = {surface: Observation(PROBES.all_of(name), "its own") for surface in SURFACES}
    seen = {surface: by_surface.get(surface, observation) for surface, observation in own.items()}
    return Observations(
        namespace=name,
        by_surface=seen,
        agents=frozenset({f"agent of {name}"}),
        server=f"server of {name}",
        database=0,
        address=f"{name}:6379",
    )


def seeing(*names: str) -> Observation:
    return Observation(frozenset().union(*map(PROBES.all_of, names)))


@st.composite
def worlds(draw: st.DrawFn) -> list[Observations]:
    """Any probes anywhere, any reading failed."""
    found = st.frozensets(st.sampled_from(sorted(PROBES.all)))
    readings = st.builds(Observation, found=found, failure=st.sampled_from(["", "", "unreachable"]))
    every = st.fixed_dictionaries(dict.fromkeys(SURFACES, readings))
    servers = st.sampled_from(["", "one", "two", "three"])
    return [replace(observations(name), by_surface=draw(every), server=draw(servers)) for name in NAMES]


def is_diagonal(observed: Iterable[Observations]) -> bool:
    return all(
        not s.of(surface).failure and s.of(surface).found & PROBES.all == PROBES.all_of(s.namespace)
        for s in observed
        for surface in SHARED
    ) and all(
        not s.of("answer").failure and PROBES.all_of(s.namespace) <= s.of("answer").found for s in observed
    )


@given(worlds())
def test_isolated_means_each_holds_its_own_everywhere_and_nothing_else(observed: list[Observations]) -> None:
    known = [(s.server, s.database) for s in observed if s.server]
    apart = len(set(known)) == len(known)
    assert (judge(observed, PROBES).verdict == "isolated") == (is_diagonal(observed) and apart)


@given(worlds(), st.sampled_from(SHARED), st.sampled_from(sorted(PROBES.all)), st.integers(0, 2))
def test_what_is_found_where_it_must_not_be_is_never_isolated(
    observed: list[Observations], surface: Surface, probe: tuple[str, int], index: int
) -> None:
    where = observed[index]
    observation = replace(where.of(surface), found=where.of(surface).found | {probe})
    observed[index] = replace(where, by_surface={**where.by_surface, surface: observation})
    leaks = probe[0] != where.namespace and surface != "group"
    assert not leaks or judge(observed, PROBES).verdict == "broken"


@given(worlds(), st.permutations(range(3)))
def test_the_order_of_namespaces_changes_no_check(observed: list[Observations], order: list[int]) -> None:
    turned = judge([observed[index] for index in order], PROBES)
    assert set(turned.checks) == set(judge(observed, PROBES).checks)
    assert turned.verdict == judge(observed, PROBES).verdict


@given(worlds())
def test_every_leak_is_explained_by_a_way_and_every_pair_is_checked(observed: list[Observations]) -> None:
    proof = judge(observed, PROBES)
    leaked = {frozenset((c.origin, c.namespace)) for c in proof.checks if c.state == "leaked"}
    assert leaked <= {frozenset(way.namespaces) for way in proof.ways}
    assert len(proof.checks) == len(NAMES) ** 2 * len(SHARED) + len(NAMES)


def test_a_healthy_pair_is_isolated_in_one_line() -> None:
    proof = judge([observations("prod"), observations("dev")], PROBES)
    assert proof.sentence == "prod and dev are isolated: 26 checks, none found a leak."
    assert [proof.pair("prod", "prod"), proof.pair("prod", "dev")] == ["held", "apart"]


def test_one_namespace_alone_proves_nothing() -> None:
    assert judge([observations("prod")], PROBES).verdict == "not proven"


@pytest.mark.parametrize("surface", SURFACES)
def test_a_probe_missing_at_home_or_unread_proves_nothing(surface: Surface) -> None:
    for observation in (Observation(), Observation(seeing("dev").found, failure="unreachable: it is down")):
        proof = judge([observations("prod"), observations("dev", **{surface: observation})], PROBES)
        assert proof.verdict == "not proven"
        assert proof.pair("dev", "dev") == "not proven"
        assert proof.sentence.startswith("Not proven for prod and dev: ")


def test_what_is_left_out_is_said() -> None:
    proof = judge([observations("prod", log=Observation()), observations("dev")], PROBES, left_out=["log"])
    assert proof.sentence.endswith("agent logs left out.")


def test_one_database_under_two_names() -> None:
    dev = replace(observations("dev", state=seeing(*BOTH)), server="server of prod", address="localhost:6379")
    (way,) = judge([observations("prod"), dev], PROBES).ways
    assert way.name == "one-database"
    assert "run_id server of prod" in way.words
    assert "prod:6379 and localhost:6379: one server under two names" in way.words


def test_two_databases_of_one_server_are_isolated_with_a_note() -> None:
    proof = judge(
        [observations("prod"), replace(observations("dev"), server="server of prod", database=1)], PROBES
    )
    assert proof.verdict == "isolated"
    assert "databases 0 and 1 of one Redis server (run_id server of prod)" in proof.notes[0]


def test_one_actor_is_told_by_the_history_and_hosted_where_the_state_is() -> None:
    both = seeing(*BOTH)
    prod = observations(
        "prod", history=both, state=Observation(), stream=Observation(), received=Observation()
    )
    dev = observations("dev", history=both, state=both, stream=both, received=both)
    (way,) = judge([prod, dev], PROBES).ways
    assert (way.name, "one actor of dev answers for both" in way.words) == ("one-actor", True)


@pytest.mark.parametrize(
    ("received", "said"), [(("prod",), "consumer group"), (BOTH, "receive each other's events")]
)
def test_one_topic_is_told_by_the_events_alone(received: tuple[str, ...], said: str) -> None:
    prod = observations("prod", stream=seeing(*BOTH), received=seeing(*received))
    dev = observations(
        "dev",
        stream=Observation(),
        group=Observation(),
        received=seeing("dev", *received[1:], *received[:-1]),
    )
    (way,) = judge([prod, dev], PROBES).ways
    assert (way.name, said in way.words) == ("one-topic", True)


def test_one_agent_under_two_names() -> None:
    both = dict.fromkeys(("history", "received"), seeing(*BOTH))
    prod, dev = observations("prod", **both), observations("dev", **both)
    (way,) = judge([prod, replace(dev, agents=prod.agents)], PROBES).ways
    assert (way.name, "agent of prod" in way.words) == ("one-agent", True)


def test_a_shared_group_is_a_leak_though_no_event_went_astray() -> None:
    shared = frozenset({"chat-agent of one/0"})
    proof = judge([replace(observations(name), groups=shared) for name in BOTH], PROBES)
    assert {check.surface for check in proof.checks if check.state == "leaked"} == {"group"}
    assert [way.name for way in proof.ways] == ["one-topic"]


def test_a_leak_of_no_known_way_says_where_it_showed() -> None:
    (way,) = judge([observations("prod"), observations("dev", log=seeing(*BOTH))], PROBES).ways
    assert (way.name, "agent logs" in way.words) == ("unknown", True)


@given(st.lists(st.sampled_from(sorted(PROBES.all)), unique=True))
def test_probes_are_found_by_their_texts_whatever_is_around_them(sent: list[tuple[str, int]]) -> None:
    texts = [f'{{"content": "Got your message: {PROBES.text(probe)}"}}' for probe in sent]
    assert PROBES.found_in(texts) == frozenset(sent)
