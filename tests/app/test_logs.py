"""What a reader's choices on Logs do."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from dashboard.model.core.failure import Failure
from tests.app.conftest import MadeUpCluster
from tests.app.test_pages import captions, texts

ACTIVATING = "Activating actor for history-user1"
LOG = (
    f"2026-11-24T16:55:01.000Z INFO agent.actor {ACTIVATING}",
    "2026-11-24T16:55:02.000Z ERROR agent.actor ProcessMessage of actor user2 failed",
    "Traceback (most recent call last):",
    "ValueError: <b>no</b>",
)


def opened(app: AppTest, cluster: MadeUpCluster) -> AppTest:
    for namespace in cluster.namespaces.values():
        namespace.log = list(LOG)
    return app.switch_page("views/logs/logs.py").run()


def blocks(app: AppTest) -> list[str]:
    """The text of each pane; commands are code too, in a language."""
    return [element.value for element in app.code if element.language in (None, "", "plaintext")]


def test_both_logs_are_in_one_newest_first_with_tracebacks_in_their_order(
    app: AppTest, cluster: MadeUpCluster
) -> None:
    (block,) = blocks(opened(app, cluster))
    assert not app.exception
    lines = block.splitlines()
    assert ["user2" in line for line in lines] == [True, False, False] * 2 + [False] * 2
    assert lines[2].strip() == "ValueError: <b>no</b>"
    assert {" prod agent" in block, " dev agent" in block} == {True}


def test_side_by_side_each_has_a_pane(app: AppTest, cluster: MadeUpCluster) -> None:
    opened(app, cluster)
    app.segmented_control(key="view").set_value("side by side").run()
    first, second = blocks(app)
    assert first == second


def test_a_level_leaves_out_what_is_less_grave(app: AppTest, cluster: MadeUpCluster) -> None:
    opened(app, cluster)
    app.selectbox(key="level").set_value("error").run()
    assert ACTIVATING not in blocks(app)[0]
    assert blocks(app)[0].count("ValueError") == 2
    assert "6 of 8 lines, 2 errors" in captions(app)
    app.selectbox(key="level").set_value("fatal").run()
    assert "None of the 8 lines passes the filter." in texts(app)


def test_only_the_chosen_actors_lines_are_kept(app: AppTest, cluster: MadeUpCluster) -> None:
    opened(app, cluster)
    app.toggle(key="only").set_value(True).run()
    assert [ACTIVATING in line for line in blocks(app)[0].splitlines()] == [True, True]


def test_one_that_cannot_be_read_says_so_and_the_other_is_shown(app: AppTest, cluster: MadeUpCluster) -> None:
    cluster.namespaces["dev"].down = True
    opened(app, cluster)
    assert "Nothing listens where the agent should be." in texts(app)
    assert ACTIVATING in blocks(app)[0]
    assert " dev agent" not in blocks(app)[0]


def test_older_lines_are_named_and_reached_by_more_lines(app: AppTest, cluster: MadeUpCluster) -> None:
    opened(app, cluster)
    cluster.namespaces["dev"].log = ["2026-11-24T16:55:01.000Z INFO agent.actor the one", *LOG[:1] * 2000]
    app.text_input(key="text").set_value("the one").run()
    assert "None of the 2,004 lines passes the filter." in texts(app)
    assert "Read are the newest 2,000 lines of dev-agent; older ones exist." in captions(app)
    app.selectbox(key="lines").set_value(5000).run()
    assert "the one" in blocks(app)[0]
    assert "older ones exist" not in captions(app)


def test_a_replica_that_cannot_be_read_is_named_beside_the_lines_of_the_others(
    app: AppTest, cluster: MadeUpCluster
) -> None:
    cluster.namespaces["dev"].unread = {"chat-agent-2": Failure("unreachable", "The kubelet is away.")}
    opened(app, cluster)
    assert "dev-agent of chat-agent-2" in captions(app)
    assert "The kubelet is away." in texts(app)
    assert " dev agent" in blocks(app)[0]


def test_a_known_cause_is_named_once_for_each_namespace(app: AppTest, cluster: MadeUpCluster) -> None:
    opened(app, cluster)
    cluster.namespaces["dev"].log += [
        "2026-11-24T16:55:03.000Z WARNING x NOAUTH Authentication required."
    ] * 3
    app.run()
    (said,) = [text for text in texts(app) if "Redis wants a password." in text]
    assert [m.value for m in app.markdown if "troubleshoot" in m.value][0].endswith("**dev**")
    assert "3 lines" in said
    assert not app.exception
