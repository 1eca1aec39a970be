"""Actor: four witnesses, the one that disagrees, and what changes when it does no more."""

from __future__ import annotations

from dataclasses import replace

from streamlit.testing.v1 import AppTest

from dashboard.model.chat.messages import Turn
from tests.app.conftest import MadeUpCluster
from tests.app.test_pages import button, captions, labelled, texts

TURN = Turn(
    number=1,
    user="Hi there",
    answer="Got your message: Hi there",
    time="2025-01-01T00:00:00+00:00",
    event_id="e1",
)


def everything(app: AppTest) -> str:
    return "\n".join([*texts(app), *(element.value for element in app.markdown)])


def test_four_that_agree_and_one_that_does_not(app: AppTest, cluster: MadeUpCluster) -> None:
    prod, dev = cluster.namespaces.values()
    for namespace in (prod, dev):
        namespace.turns.append(TURN)
    prod.carry(TURN)
    app.switch_page("views/actors/actor.py").run()
    assert not app.exception
    headings = [element.value for element in app.markdown if element.value.startswith("**")]
    assert "all agree in 1 turn" in headings[0]
    assert "something is wrong: another writer" in headings[1]
    stores = [element.value for element in app.markdown if element.value.endswith("Store holds")]
    assert ["green" in stores[0], "red" in stores[1]] == [True, True]
    app.toggle(key="disagreeing").set_value(True).run()
    assert texts(app).count("Hi there") == 1
    dev.carry(TURN)
    app.run()
    assert "something is wrong" not in everything(app)
    assert "Hi there" not in texts(app)
    assert "No turn disagrees" in everything(app)


def test_a_pending_event_is_on_its_way(app: AppTest, cluster: MadeUpCluster) -> None:
    for namespace in cluster.namespaces.values():
        namespace.turns.append(TURN)
        namespace.carry(TURN)
    dev = cluster.namespaces["dev"]
    dev.awaited = [dev.topic[0][0]]
    app.switch_page("views/actors/actor.py").run()
    assert "on its way: pending" in everything(app)
    assert "Delivered 2 times to chat-agent of group chat-agent, unacknowledged since 4 s." in texts(app)
    dev.awaited = []
    app.run()
    assert "pending" not in everything(app)


def test_an_agent_that_is_down_hides_no_other_witness(app: AppTest, cluster: MadeUpCluster) -> None:
    dev = cluster.namespaces["dev"]
    dev.turns.append(TURN)
    dev.carry(TURN)
    dev.down = True
    app.switch_page("views/actors/actor.py").run()
    assert "not known: agent, received cannot be read" in everything(app)
    assert "Hi there" in texts(app)


def test_texts_and_causes_are_never_markup(app: AppTest, cluster: MadeUpCluster) -> None:
    hostile = "<img src=x onerror=alert(1)> **b**"
    prod = cluster.namespaces["prod"]
    prod.turns.append(replace(TURN, user=hostile))
    app.switch_page("views/actors/actor.py").run()
    assert hostile in texts(app)
    assert not [element for element in app.markdown if "onerror" in element.value]


def test_older_turns_of_a_long_history_are_reached_and_the_url_says_which(
    app: AppTest, cluster: MadeUpCluster
) -> None:
    for name, count in (("prod", 65), ("dev", 30)):
        for number in range(1, count + 1):
            turn = replace(TURN, number=number, user=f"turn {number} of {name}.", event_id=f"e{number}")
            cluster.namespaces[name].turns.append(turn)
            cluster.namespaces[name].carry(turn)
    app.switch_page("views/actors/actor.py").run()
    assert {"The newest 20 of 65 turns", "The newest 20 of 30 turns"} <= set(captions(app).split("\n"))
    button(app, "Older 20 turns").click().run()
    assert app.query_params["until"] == "45"
    assert "Turns 26 to 45 of 65" in captions(app)
    assert everything(app).count("all agree in 20 turns") == 2
    assert "The newest 20 of 30 turns" in captions(app)
    button(app, "Older 20 turns").click().run()
    button(app, "Older 5 turns").click().run()
    assert {"turn 1 of prod.", "turn 1 of dev."} <= set(texts(app))
    assert everything(app).count("all agree in 5 turns") == 2
    assert not [element for element in app.button if element.label.startswith("Older")]
    button(app, "Newest turns").click().run()
    assert "until" not in app.query_params
    assert "turn 65 of prod." in texts(app)
    labelled(app.number_input, "Up to turn").set_value(3).run()
    assert "Turns 1 to 3 of 65" in captions(app)


def test_it_says_on_top_whether_the_namespaces_agree_with_each_other(
    app: AppTest, cluster: MadeUpCluster
) -> None:
    prod, dev = cluster.namespaces.values()
    for namespace in (prod, dev):
        namespace.turns.append(TURN)
        namespace.carry(TURN)
    app.switch_page("views/actors/actor.py").run()
    assert "The turn shown is the same in prod and dev" in texts(app)
    more = replace(TURN, number=2, user="only here", event_id="e2")
    prod.turns.append(more)
    prod.carry(more)
    app.run()
    assert "1 of the 2 turns shown is the same in prod and dev; 1 only in prod: turn 2" in texts(app)
    assert everything(app).count("all agree in") == 2


def test_one_namespace_alone_has_nobody_to_agree_with(app: AppTest) -> None:
    app.query_params["ns"] = "dev"
    app.switch_page("views/actors/actor.py").run()
    assert not any("same in" in text for text in texts(app))
