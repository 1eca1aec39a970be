"""One slow, failing or broken namespace never delays or hides the others."""

from __future__ import annotations

import threading

import pytest

from dashboard.model.core.errors import Forbidden, WriteRefused
from dashboard.services.core.fan_out import fan_out


def test_every_name_gets_its_own_outcome() -> None:
    found = {o.namespace: o.value for o in fan_out(["prod", "dev"], str.upper, deadline=5)}
    assert found == {"prod": "PROD", "dev": "DEV"}


def test_the_quick_one_arrives_before_the_slow_one_ends() -> None:
    release = threading.Event()

    def call(name: str) -> str:
        if name == "slow":
            assert release.wait(10)
        return name

    outcomes = fan_out(["slow", "quick"], call, deadline=10)
    assert next(outcomes).namespace == "quick"
    release.set()
    assert next(outcomes).namespace == "slow"


def test_what_never_answers_is_a_failure_at_the_deadline() -> None:
    release = threading.Event()
    outcomes = list(fan_out(["hangs"], lambda _: release.wait(30), deadline=0.05))
    release.set()
    assert outcomes[0].failure is not None
    assert outcomes[0].failure.word == "unreachable"


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (Forbidden("The password is wrong.", hint="Set it."), "no permission"),
        (WriteRefused("prod is protected."), "locked"),
        (ZeroDivisionError("oops"), "failed"),
    ],
)
def test_each_error_becomes_words(error: Exception, word: str) -> None:
    def call(name: str) -> str:
        if name == "bad":
            raise error
        return name

    found = {o.namespace: o for o in fan_out(["bad", "good"], call, deadline=5)}
    assert found["good"].value == "good"
    failure = found["bad"].failure
    assert failure is not None
    assert failure.word == word
    assert str(error).split(".")[0] in failure.what
