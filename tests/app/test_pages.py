"""What a click does, and what comes after it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, repeat
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.model.chat.messages import Turn
from dashboard.services.core.workspace import Workspace
from tests.app.conftest import MadeUpCluster, MadeUpNamespace, page_file


def texts(app: AppTest) -> list[str]:
    return [element.value for element in app.text]


def captions(app: AppTest) -> str:
    return "\n".join(element.value for element in app.caption)


def button(app: AppTest, label: str) -> Any:  # noqa: ANN401
    return labelled(app.button, label)


def labelled(elements: Iterable[Any], label: str) -> Any:  # noqa: ANN401
    return next(element for element in elements if element.label == label)


def may_send(app: AppTest) -> bool:
    return not app.chat_input[0].disabled


def test_a_message_reaches_both_and_both_answers_are_shown(app: AppTest, cluster: MadeUpCluster) -> None:
    app.run()
    app.chat_input[0].set_value("Hi there").run()
    assert not app.exception
    assert [n.sent[0][0] for n in cluster.namespaces.values()] == ["Hi there", "Hi there"]
    assert texts(app).count("Got your message: Hi there") == 3, (
        "of each, and once in the turn that is the same"
    )
    assert ":material/check:] turn 1" in captions(app)


def test_one_that_fails_says_why_and_sends_again_under_the_same_id(
    app: AppTest, cluster: MadeUpCluster
) -> None:
    dev = cluster.namespaces["dev"]
    dev.down = True
    app.run()
    app.chat_input[0].set_value("Hi").run()
    assert "Nothing listens where the agent should be." in texts(app)
    assert "Got your message: Hi" in texts(app)
    dev.down = False
    button(app, "Send again").click().run()
    first, again = dev.sent
    assert first == again
    assert len(cluster.namespaces["prod"].sent) == 1
    assert "Send again" not in [element.label for element in app.button]


def test_texts_are_never_markup(app: AppTest, cluster: MadeUpCluster) -> None:
    hostile = "<img src=x onerror=alert(1)> **b** [x](javascript:1)"
    cluster.namespaces["prod"].turns.append(Turn(number=1, user=hostile, answer=hostile))
    app.run()
    assert texts(app).count(hostile) == 2
    assert not [element for element in app.markdown if "onerror" in element.value]


def test_only_differences_hides_what_is_the_same(app: AppTest, cluster: MadeUpCluster) -> None:
    for name, namespace in cluster.namespaces.items():
        namespace.turns += [
            Turn(number=1, user="both", answer="b"),
            Turn(number=2, user=f"only {name}", answer="o"),
        ]
    app.run()
    assert "both" in texts(app)
    app.toggle(key="differences").set_value(True).run()
    assert "both" not in texts(app)
    assert "only prod" in texts(app)


def test_older_turns_and_back(app: AppTest, cluster: MadeUpCluster) -> None:
    for namespace in cluster.namespaces.values():
        namespace.turns += [Turn(number=n, user=f"turn {n}.", answer="a") for n in range(1, 81)]
    app.run()
    assert "turn 80." in texts(app)
    assert "turn 1." not in texts(app)
    button(app, "Older 50 turns").click().run()
    assert "turn 30." in texts(app)
    app.session_state["fold-1"] = True
    app.run()
    assert "turn 1." in texts(app)
    button(app, "Newest turns").click().run()
    assert "turn 80." in texts(app)


def test_what_is_the_same_is_folded_and_what_differs_never(app: AppTest, cluster: MadeUpCluster) -> None:
    for name, namespace in cluster.namespaces.items():
        namespace.turns += [
            Turn(number=n, user=f"turn {n}.", answer=name if n == 20 else "a") for n in range(1, 41)
        ]
    app.run()
    folds = [fold.label for fold in app.expander]
    assert [label.partition("] ")[2] for label in folds] == [
        "12 same, turns 21 to 32",
        "19 same, turns 1 to 19",
    ]
    assert texts(app).count("turn 20.") == 2
    assert "turn 33." in texts(app)
    assert "turn 32." not in texts(app)
    app.session_state["fold-21"] = True
    app.run()
    assert "turn 32." in texts(app)
    assert "turn 19." not in texts(app)


def test_another_page_and_back_keeps_the_view(app: AppTest) -> None:
    app.run()
    app.selectbox(key="actor").set_value("user2").run()
    app.multiselect(key="ns").set_value(["dev"]).run()
    for page in ("overview", "store", "activity", "compare"):
        app.switch_page(page_file(page)).run()
        assert not app.exception
    assert app.selectbox(key="actor").value == "user2"
    assert app.multiselect(key="ns").value == ["dev"]


def test_the_actor_of_a_link_stays_in_the_url(app: AppTest) -> None:
    app.query_params["actor"] = "somebody-else"
    app.run()
    assert app.selectbox(key="actor").value == "somebody-else"
    app.switch_page("views/access/activity.py").run()
    app.switch_page("views/chat/compare.py").run()
    assert app.query_params["actor"] == "somebody-else"


def test_a_wrong_actor_id_says_what_one_is(app: AppTest) -> None:
    app.query_params["actor"] = "a b"
    app.run()
    assert any("1 to 64" in text for text in texts(app))
    assert not app.chat_input


def test_no_namespaces_says_what_to_do(app: AppTest, cluster: MadeUpCluster) -> None:
    cluster.namespaces = {}
    for page in ("compare", "overview", "store"):
        app.switch_page(page_file(page)).run()
        assert app.code[0].value == "make demo"


def test_overview_shows_the_part_that_is_down(app: AppTest, cluster: MadeUpCluster) -> None:
    cluster.namespaces["dev"].down = True
    app.switch_page("views/health/overview.py").run()
    headings = [element.value for element in app.markdown if element.value.startswith("**")]
    assert "all well" in headings[0]
    assert "down" in headings[1]
    assert "Nothing listens where the agent should be." in texts(app)


def test_a_message_is_not_lost_as_a_namespace_comes_or_goes(
    app: AppTest, cluster: MadeUpCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.run()
    words = chain([0], repeat(1))
    monkeypatch.setattr(Workspace, "change_token", lambda *_: next(words))
    app.chat_input[0].set_value("Hi there").run()
    assert [n.sent[0][0] for n in cluster.namespaces.values()] == ["Hi there", "Hi there"]


def test_a_key_is_shown_decoded(app: AppTest) -> None:
    app.switch_page("views/stores/store.py").run()
    labelled(app.text_input, "Key").set_value("chat-agent||ChatAgent||user1||history-user1").run()
    assert '"total": 2' in app.json[0].value or '"total":2' in app.json[0].value
    assert "version 3" in captions(app)


def test_a_turn_that_differs_shows_where(app: AppTest, cluster: MadeUpCluster) -> None:
    for name, answer in (("prod", "5 euros"), ("dev", "6 euros")):
        cluster.namespaces[name].turns.append(Turn(number=1, user="price?", answer=answer))
    app.run()
    (shown,) = [code.value for code in app.code if "euros" in code.value]
    assert "- [-5-] euros\n+ {+6+} euros" in shown


def test_a_difference_that_cannot_be_seen_is_shown(app: AppTest, cluster: MadeUpCluster) -> None:
    for name, answer in (("prod", "5 euros"), ("dev", "5 euros\n")):
        cluster.namespaces[name].turns.append(Turn(number=1, user="price?", answer=answer))
    app.run()
    assert any("euros{+\\n+}" in code.value for code in app.code)


def test_a_long_difference_is_shown_whole_on_demand(app: AppTest, cluster: MadeUpCluster) -> None:
    for name, word in (("prod", "a"), ("dev", "b")):
        cluster.namespaces[name].turns.append(Turn(number=1, user="hi", answer=f"{word * 1500} end"))
    app.run()
    (shown,) = [code.value for code in app.code if "bbb" in code.value]
    assert "more characters" in shown
    app.toggle(key="difference-0").set_value(True).run()
    (shown,) = [code.value for code in app.code if "bbb" in code.value]
    assert "b" * 1500 in shown


def test_a_namespace_that_cannot_be_asked_again_is_not_said_to_lack_a_turn(
    app: AppTest, cluster: MadeUpCluster
) -> None:
    for namespace in cluster.namespaces.values():
        namespace.turns.append(Turn(number=1, user="before", answer="b"))
    app.run()
    cluster.namespaces["dev"].down = True
    cluster.namespaces["prod"].turns.append(Turn(number=2, user="after", answer="a"))
    app.run()
    assert "not known: dev last read 0 s ago" in captions(app)
    assert "only in prod" not in captions(app)
    assert "dev: not known" in captions(app)
    assert "2 turns, 1 same, 1 not known" in "".join(m.value for m in app.markdown)
    app.toggle(key="differences").set_value(True).run()
    assert any("No turn is known to differ" in m.value for m in app.markdown)
    cluster.namespaces["dev"].down = False
    app.run()
    assert "only in prod" in captions(app)


@pytest.mark.parametrize(
    ("linked", "shown"), [(["prod", "nowhere"], ["prod"]), (["nowhere"], ["prod", "dev"])]
)
def test_a_link_to_a_namespace_that_is_not_there_writes_nothing_before_the_reader_chose(
    app: AppTest, cluster: MadeUpCluster, linked: list[str], shown: list[str]
) -> None:
    app.query_params["ns"] = linked
    app.run()
    assert "There is no namespace nowhere in this cluster." in texts(app)
    assert not may_send(app)
    app.run()
    assert not may_send(app)
    button(app, f"Go on with {' and '.join(shown)}").click().run()
    assert may_send(app)
    app.chat_input[0].set_value("Hi").run()
    assert [name for name, namespace in cluster.namespaces.items() if namespace.sent] == shown
    assert not any("nowhere" in text for text in texts(app))


def test_choosing_namespaces_answers_the_link(app: AppTest) -> None:
    app.query_params["ns"] = ["nowhere"]
    app.run()
    app.multiselect(key="ns").set_value(["dev"]).run()
    assert may_send(app)
    assert not any("nowhere" in text for text in texts(app))


def test_a_link_to_more_namespaces_than_fit_says_which_are_not_shown(
    app: AppTest, cluster: MadeUpCluster
) -> None:
    cluster.namespaces |= {f"n{number}": MadeUpNamespace() for number in range(4)}
    app.query_params["ns"] = list(cluster.namespaces)
    app.run()
    assert not may_send(app)
    assert any("Not among those chosen" in text for text in texts(app))


@pytest.mark.parametrize(
    ("view", "parameter"), [("topics/events", "events_ns"), ("stores/store", "store_ns")]
)
def test_a_link_to_one_namespace_that_is_not_shown_says_so(app: AppTest, view: str, parameter: str) -> None:
    app.run()
    app.switch_page(f"views/{view}.py")
    app.query_params[parameter] = "nowhere"
    app.run()
    assert "There is no namespace nowhere in this cluster." in texts(app)
    button(app, "Go on with prod and dev").click().run()
    assert not any("nowhere" in text for text in texts(app))
