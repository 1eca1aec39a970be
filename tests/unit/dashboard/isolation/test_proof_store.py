"""Proofs on disk: read as they were kept, the newest alone, and no file can break the rest."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.model.isolation.proof import SURFACES, Observation, Observations, Probes
from dashboard.model.isolation.result import ProofResult, Removal
from dashboard.model.isolation.verdict import judge
from dashboard.services.isolation import proof_store
from dashboard.services.isolation import reports as proof_reports
from dashboard.services.isolation.proof_store import KEPT, ProofStore

PROBES = Probes("isolation-1", {"prod": "p", "dev": "d"}, 2)
SIGHTS = [
    Observations(
        namespace=name,
        by_surface={surface: Observation(PROBES.all_of(name), "itß ówn") for surface in SURFACES},
        server="one",
    )
    for name in PROBES.marks
]
RESULT = ProofResult(
    cluster="local",
    actor_id="isolation-1",
    started_at=1.5,
    ended_at=2.5,
    proof=judge(SIGHTS, PROBES, left_out=["log"]),
    removals=(Removal(namespace="prod", keys=1, entries=3, left=("x",)),),
)


def keep(kept: ProofStore, number: int) -> None:
    """A proof that is newer than those with a smaller number."""
    kept.keep(replace(RESULT, actor_id=f"isolation-{number}"))
    os.utime(kept.folder / f"isolation-{number}.json", (number, number))


def test_a_proof_is_read_as_it_was_kept(tmp_path: Path) -> None:
    kept = ProofStore(tmp_path / "proofs")
    assert kept.newest() == ()
    kept.keep(RESULT)
    assert RESULT.proof.ways
    assert ProofStore(tmp_path / "proofs").get("isolation-1") == RESULT
    assert [path.stat().st_mode & 0o777 for path in kept.folder.iterdir()] == [0o600]


def test_a_proof_of_before_it_was_asked_who_made_it_is_read(tmp_path: Path) -> None:
    kept = ProofStore(tmp_path)
    kept.keep(replace(RESULT, who="ana@example.org"))
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes().replace(b',"who":"ana@example.org"', b""))
    read = kept.get("isolation-1")
    assert read == RESULT
    assert proof_reports.as_markdown(RESULT).count(" by ") == 0


def test_the_report_names_who_made_it() -> None:
    made = replace(RESULT, who="ana@example.org")
    assert " by `ana@example.org` on cluster `local`" in proof_reports.as_markdown(made)
    assert proof_reports.as_plain(made)["who"] == "ana@example.org"


def test_the_newest_are_kept_newest_first(tmp_path: Path) -> None:
    kept = ProofStore(tmp_path)
    for number in range(1, KEPT + 4):
        keep(kept, number)
    ids = [result.actor_id for result in kept.newest()]
    assert ids == [f"isolation-{number}" for number in range(KEPT + 3, 3, -1)]
    assert kept.get("isolation-3") is None


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"cluster": 1}', b"\xff\xfe"])
def test_a_file_that_is_no_proof_hides_no_other(tmp_path: Path, text: bytes) -> None:
    kept = ProofStore(tmp_path)
    kept.keep(RESULT)
    (tmp_path / "isolation-2.json").write_bytes(text)
    (tmp_path / "isolation-3.json").mkdir()
    (tmp_path / "isolation-4.json").symlink_to("nowhere")
    assert kept.newest() == (RESULT,)
    assert [kept.get(f"isolation-{number}") for number in (2, 3, 4)] == [None, None, None]


def test_a_write_that_breaks_off_leaves_the_proof_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = ProofStore(tmp_path)
    kept.keep(RESULT)

    def full(path: Path, text: bytes) -> int:
        path.open("wb").write(text[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    kept.keep(replace(RESULT, cluster="another"))
    assert kept.newest() == (RESULT,)


def test_an_id_from_an_address_leads_to_no_other_folder(tmp_path: Path) -> None:
    (tmp_path / "proofs").mkdir()
    (tmp_path / "secret.json").write_bytes(proof_store._RESULT.dump_json(RESULT))
    kept = ProofStore(tmp_path / "proofs")
    assert [kept.get(text) for text in ("../secret", "", "a\0b", "x" * 300)] == [None] * 4


def test_a_folder_that_cannot_be_written_loses_the_file_alone(tmp_path: Path) -> None:
    (tmp_path / "proofs").write_text("a file")
    kept = ProofStore(tmp_path / "proofs")
    kept.keep(RESULT)
    assert kept.newest() == ()
