"""The course's step 4.6 on a real cluster, as it is printed: every mistake in it is found.

Its files (`tests/fixtures/course`) and commands are taken word for word, but for the names of the two
namespaces: prod and dev are in use.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.services.core.workspace import Workspace
from tests.cluster.conftest import daca_ops, kubectl, rolled_out
from tests.cluster.deployed import printed_in
from tests.cluster.test_doctor import found
from tests.stack.waiting import wait_until

NAMES = {"prod": "course-prod", "dev": "course-dev"}
CHOSEN = [word for name in NAMES.values() for word in ("-n", name)]
pytestmark = pytest.mark.timeout(400)

DECLARED = {
    "service-missing",
    "components-in-config-map",
    "store-without-volume",
    "no-memory-limit",
    "runs-as-root",
}
# Of an image that is named latest, the API server makes one that is pulled each time.
LATEST = {"image-not-pulled", "image-not-pinned"}
COMPONENTS = {"redis-password-missing", "stream-unbounded"}
# What no agent at all brings with it, in each namespace.
FOLLOWS = {"agent-not-ready", "sidecar-not-ready", "store-not-reached", "probe-failing"}
# What the course's own code sends through its sidecar: no metadata, so no type of its own.
PUBLISH = """
import urllib.request
url = "http://127.0.0.1:3500/v1.0/publish/daca-pubsub/user-chat"
body = b'{"actor_id": "user1", "type": "ConversationUpdated"}'
urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": "application/json"}), timeout=10)
"""


def wait_for(workspace: Workspace, *, in_both: set[str], in_dev: set[str], besides: set[str]) -> None:
    """Until the doctor finds exactly these, and maybe some of `besides`."""
    wanted = {(rule, name) for rule in in_both for name in NAMES.values()}
    wanted |= {(rule, NAMES["dev"]) for rule in in_dev}

    def same() -> bool:
        seen = {each for each in found(workspace, *NAMES.values()) if each[0] not in besides}
        return seen == wanted

    wait_until(same, seconds=120, what=f"exactly {sorted(wanted)}")


@pytest.fixture(scope="module")
def course(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the printed files are, with the namespaces' other names; steps 1, 3 and 4 are done."""
    with printed_in(NAMES, tmp_path_factory.mktemp("course")) as folder:
        yield folder


def test_the_printed_commands_alone_leave_dapr_without_a_component(
    workspace: Workspace, course: Path
) -> None:
    """They put the Components in a ConfigMap, and name an image that is nowhere."""
    in_both = DECLARED | LATEST | {"actor-state-store-missing"}
    wait_for(workspace, in_both=in_both, in_dev=set(), besides=FOLLOWS)


def test_the_printed_components_bring_their_own_mistakes(workspace: Workspace, course: Path) -> None:
    """Among them the pub/sub that dev's Subscription names and nobody has."""
    for printed in NAMES:
        kubectl("apply", "-f", str(course / "components" / printed))
    in_both = DECLARED | COMPONENTS | LATEST
    wait_for(workspace, in_both=in_both, in_dev={"subscription-pubsub-missing"}, besides=FOLLOWS)


def test_an_event_as_the_course_publishes_it_has_not_the_type_that_its_rule_wants(
    workspace: Workspace, course: Path
) -> None:
    """With an image that exists, as the course's comment asks; all that is left is in its text."""
    for printed, name in NAMES.items():
        file = course / f"chat-agent-{printed}.yaml"
        kubectl("delete", "-f", str(file))  # an image named latest has left its pull policy there
        file.write_text(file.read_text().replace("chat-agent:latest", "chat-agent:dev"))
        kubectl("apply", "-f", str(file))
        rolled_out(name, "deployment/chat-agent")
        kubectl("-n", name, "exec", "deploy/chat-agent", "-c", "chat-agent", "--", "python", "-c", PUBLISH)
    in_both = DECLARED | COMPONENTS | {"event-type-never-published"}
    wait_for(workspace, in_both=in_both, in_dev={"subscription-pubsub-missing"}, besides=set())


def test_the_agent_is_talked_to_without_the_service_that_the_course_forgets(course: Path) -> None:
    sent = daca_ops("send", "Hi there", "--actor", "user1", "--cluster", "kubernetes", *CHOSEN, "--json")
    assert sent.returncode == 0, sent.stderr
    assert sent.stdout.count("Got your message: Hi there") >= len(NAMES)
