"""Every panel offers the command that does the same."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from dashboard.model.core.names import history_key
from tests.app.conftest import MadeUpCluster
from tests.app.test_pages import labelled


def lines(app: AppTest) -> list[str]:
    return [element.value for element in app.code]


def test_a_message_can_be_sent_again_from_a_shell_without_a_second_turn(
    app: AppTest, cluster: MadeUpCluster
) -> None:
    app.run()
    app.chat_input[0].set_value("Hi there").run()
    (idempotency_key,) = {
        idempotency_key for n in cluster.namespaces.values() for _, idempotency_key in n.sent
    }
    assert f"Idempotency-Key: {idempotency_key}" in next(
        line for line in lines(app) if line.startswith("curl")
    )
    own = f"daca-ops send --actor user1 --message-id {idempotency_key} -n prod"
    assert any(line.startswith(own) and line.endswith("'Hi there'") for line in lines(app))


def test_the_comparison_names_its_namespaces_and_actor(app: AppTest) -> None:
    app.run()
    app.multiselect(key="ns").set_value(["dev"]).run()
    assert "daca-ops diff --actor user1 -n dev" in lines(app)


def test_the_store_lists_and_reads_as_the_page_does(app: AppTest) -> None:
    app.switch_page("views/stores/store.py").run()
    app.text_input(key="filter").set_value("user[1]").run()
    assert any(line.endswith("--scan --pattern '*user\\[1\\]*'") for line in lines(app))
    assert any(line.startswith("daca-ops store keys '--contains=user[1]' -n prod") for line in lines(app))
    key = history_key("user1")
    labelled(app.text_input, "Key").set_value(key).run()
    assert any(line.endswith(f"HGETALL '{key}'") for line in lines(app))


def test_a_proof_can_be_made_from_a_shell_before_it_is_made_here(app: AppTest) -> None:
    app.switch_page("views/isolation/isolation.py").run()
    assert [line for line in lines(app) if line.startswith("daca-ops verify")] == [
        "daca-ops verify -n prod -n dev"
    ]
