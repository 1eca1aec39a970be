"""One proof of isolation from its first read to its last: probes sent, looked for everywhere, removed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from dashboard.model.core.endpoints import Endpoint
from dashboard.model.core.errors import NotThere, Rejected
from dashboard.model.core.failure import Failure
from dashboard.model.isolation.proof import Observation, Observations, Probe, Probes, Surface, listed
from dashboard.model.isolation.result import ProofResult, Removal, Step, StepState
from dashboard.model.isolation.verdict import judge
from dashboard.services.chat.sending import Chat
from dashboard.services.core.fan_out import Outcome, attempt, fan_out
from dashboard.services.core.workspace import Workspace
from dashboard.services.isolation import probes as probe_steps
from dashboard.services.isolation.probes import Received, Sent, Start, Streamed
from dashboard.services.topics import delivery

T = TypeVar("T")
SETTLE_SECONDS = 1.0
POLL_SECONDS = 0.25
CLOCKS_APART_SECONDS = 60
LOG_LINES = 5_000
# What was sent and not answered is looked for again after the time that the agent itself gives a turn
# (`turn_deadline` in agent/settings.py).
LATE_SECONDS = 10.0
ReportStep = Callable[[Step], None]


@dataclass(kw_only=True)
class ProofRun:
    """What is known so far. `patience` is how long (seconds) events may take to arrive."""

    chat: Chat
    endpoints: Mapping[str, Endpoint]
    probes: Probes
    report: ReportStep
    patience: float
    started_at: float = field(default_factory=time.time)
    starts: dict[str, Start] = field(default_factory=dict)
    sent: dict[str, Sent] = field(default_factory=dict)
    received: dict[str, Received] = field(default_factory=dict)
    streams: dict[str, Streamed] = field(default_factory=dict)
    observations: dict[tuple[str, Surface], Observation] = field(default_factory=dict)

    def run(self) -> ProofResult:
        """A namespace that fails is part of the result. What was written is removed, whatever happens."""
        try:
            self._find_starts()
            sent = self._send()
            self._wait(sent)
            self._look()
            left_out = self._look_at_logs()
        finally:
            removals = self._remove()
        observed = [self._observations(name) for name in self.namespaces]
        proof = judge(observed, self.probes, left_out=left_out)
        return ProofResult(
            cluster=self._workspace.title,
            actor_id=self.probes.actor_id,
            started_at=self.started_at,
            ended_at=time.time(),
            proof=proof,
            removals=removals,
            who=self.chat.writes.policy.person.who,
        )

    @property
    def namespaces(self) -> tuple[str, ...]:
        return tuple(self.endpoints)

    @property
    def _workspace(self) -> Workspace:
        return self.chat.writes.workspace

    def _start(self, name: str) -> Start:
        """Where a stream is read from if it could not be asked before: a minute before all began."""
        return self.starts.get(name) or Start("", f"{int((self.started_at - CLOCKS_APART_SECONDS) * 1000)}-0")

    def _each(
        self, step: str, call: Callable[[str], T], seconds: float = 0.0, names: Sequence[str] = ()
    ) -> Iterator[Outcome[T]]:
        """`call` for `names`, or every namespace, side by side, telling how many are done.

        It may take as long as one call, or `seconds`.
        """
        self.report(Step(step, "working"))
        names, failed = names or self.namespaces, 0
        deadline = max(seconds, self._workspace.deadline) + 1
        for done, outcome in enumerate(fan_out(names, call, deadline=deadline), 1):
            yield outcome
            failed += outcome.failure is not None
            words = f"{done} of {len(names)} namespaces" + (f", {failed} failed" if failed else "")
            end: StepState = "failed" if failed else "done"
            self.report(Step(step, "working" if done < len(names) else end, words))

    def _find_starts(self) -> None:
        def find(name: str) -> Start:
            return probe_steps.find_start(self._workspace, name)

        for outcome in self._each("before", find):
            if outcome.value is not None:
                self.starts[outcome.namespace] = outcome.value

    def _send(self) -> frozenset[Probe]:
        """The probes that were answered."""

        def send(name: str) -> Observation:
            sent = self.sent.setdefault(name, Sent())
            probe_steps.send(self.chat, self.probes, name, sent)
            return sent.observation()

        for outcome in self._each("send", send, self.probes.count * self.chat.turn_deadline):
            self.observations[outcome.namespace, "answer"] = outcome.value or _failed(outcome.failure)
        failed = sum(bool(observation.failure) for observation in self.observations.values())
        if failed:
            self.report(Step("send", "failed", f"{failed} of {len(self.namespaces)} namespaces failed"))
        return frozenset().union(*(observation.found for observation in self.observations.values()))

    def _wait(self, sent: frozenset[Probe]) -> None:
        """Until each probe is received somewhere, and a moment more for what comes late where it must not."""
        ends = time.monotonic() + self.patience
        while not sent <= self._receive(sent, "working") and time.monotonic() < ends:
            time.sleep(POLL_SECONDS)
        time.sleep(SETTLE_SECONDS)
        arrived = self._receive(sent, "working")
        self._receive(sent, "done" if sent and sent <= arrived else "failed")

    def _receive(self, sent: frozenset[Probe], state: StepState) -> frozenset[Probe]:
        def read(name: str) -> Observation:
            received = self.received.setdefault(name, Received(namespace=name))
            received.add(delivery.inboxes(self._workspace, name), self.probes)
            return received.observation()

        for outcome in fan_out(self.namespaces, read, deadline=self._workspace.deadline):
            self.observations[outcome.namespace, "received"] = outcome.value or _failed(outcome.failure)
        arrived = frozenset[Probe]().union(*(received.found for received in self.received.values()))
        self.report(Step("wait", state, f"{len(arrived)} of {len(sent)} probes received"))
        return arrived

    def _look(self) -> None:
        for outcome in self._each("look", self._look_in, 3 * self._workspace.deadline):
            for surface in ("history", "state", "stream", "group"):
                self.observations.setdefault((outcome.namespace, surface), _failed(outcome.failure))

    def _look_in(self, name: str) -> None:
        workspace, start = self._workspace, self._start(name)
        self.observations[name, "history"] = _observed(
            lambda: probe_steps.look_at_history(workspace, name, self.probes)
        )
        self.observations[name, "state"] = _observed(
            lambda: probe_steps.look_at_state(workspace, name, self.probes, start)
        )
        found, failure = attempt(lambda: probe_steps.look_at_stream(workspace, name, self.probes, start))
        if found is not None:
            self.streams[name] = found
        self.observations[name, "stream"] = found.observation() if found else _failed(failure)
        self.observations[name, "group"] = found.look_at_groups() if found else _failed(failure)

    def _look_at_logs(self) -> tuple[Surface, ...]:
        """The surfaces to leave out. A log names events by id; whose each is, streams and receivers told."""
        whose = {event_id: {probe} for s in self.streams.values() for _, event_id, probe in s.entries}
        for received in self.received.values():
            for event_id, found in received.events.items():
                whose.setdefault(event_id, set()).update(found)

        def read(name: str) -> Observation:
            since = self.started_at - CLOCKS_APART_SECONDS
            log = self._workspace.cluster.logs(name, "agent", since=since, lines=LOG_LINES)
            if log.older:
                raise Rejected(
                    f"{name} wrote more than {LOG_LINES:,} lines meanwhile: not all could be read."
                )
            return probe_steps.look_at_log([line.raw for line in log.whole()], name, self.probes, whose)

        words = set[str]()
        for outcome in self._each("log", read):
            self.observations[outcome.namespace, "log"] = outcome.value or _failed(outcome.failure)
            words.add(outcome.failure.word if outcome.failure else "")
        return ("log",) if words == {NotThere.word} else ()

    def _remove(self) -> tuple[Removal, ...]:
        """Also after a break in the middle of sending: what is under way may be stored after the removal."""
        for sent in self.sent.values():
            sent.stopped = True
        late = [name for name, sent in self.sent.items() if sent.undecided]
        found = self._take_away(self.namespaces)
        if late:
            self._wait_for_late(late)
            for name, again in self._take_away(late).items():
                found[name] = again.after(found[name])
                self.sent[name].undecided &= not again.keys
        return tuple(self._with_what_may_come(found[name]) for name in self.namespaces)

    def _take_away(self, names: Sequence[str]) -> dict[str, Removal]:
        def remove(name: str) -> Removal:
            return probe_steps.remove(self.chat, name, self.probes.actor_id, self._start(name))

        found: dict[str, Removal] = {}
        for outcome in self._each("remove", remove, 3 * self._workspace.deadline, names):
            name = outcome.namespace
            found[name] = outcome.value or Removal(namespace=name, failure=_failed(outcome.failure).failure)
        return found

    def _wait_for_late(self, late: Sequence[str]) -> None:
        words = f"{LATE_SECONDS:g} s at most for what {listed(late)} may still store without an answer"
        self.report(Step("remove", "waiting", words))
        ends = time.monotonic() + LATE_SECONDS
        while any(self.sent[name].undecided for name in late) and time.monotonic() < ends:
            time.sleep(POLL_SECONDS)

    def _with_what_may_come(self, removal: Removal) -> Removal:
        """What could not be removed: an unanswered probe stored late, an event that is nowhere yet."""
        sent = self.sent.get(removal.namespace, Sent())
        streamed = {probe for s in self.streams.values() for _, _, probe in s.entries}
        missing = sent.answered - streamed
        may_come = []
        if sent.undecided:
            may_come.append(f"what was not answered may still be stored, as {self.probes.actor_id}")
        if missing:
            may_come.append(f"{len(missing)} events, in no stream that was read")
        return replace(removal, left=(*removal.left, *may_come))

    def _observations(self, name: str) -> Observations:
        endpoint = self.endpoints[name]
        redis, topics = endpoint.redis, endpoint.at_its_topics.redis
        start, streamed = self.starts.get(name), self.streams.get(name)
        server, database = (start.server if start else ""), (redis.db if redis else 0)
        where = f"{start.broker}/{topics.db}" if start and start.broker and topics else ""
        groups = streamed.stream.groups if where and streamed and streamed.stream else ()
        received = self.received.get(name)
        return Observations(
            namespace=name,
            by_surface={
                surface: observation for (of, surface), observation in self.observations.items() if of == name
            },
            agents=frozenset(received.agents if received else ()),
            server=server,
            database=database,
            address=f"{redis.host}:{redis.port}" if redis else "",
            groups=frozenset(f"{group.name} of {where}" for group in groups),
        )


def _failed(failure: Failure | None) -> Observation:
    return Observation(failure=f"{failure.word}: {failure.what}" if failure else "it gave nothing")


def _observed(call: Callable[[], Observation]) -> Observation:
    observation, failure = attempt(call)
    return observation or _failed(failure)
