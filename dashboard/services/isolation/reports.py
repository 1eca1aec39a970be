"""A proof of isolation as Markdown, for a pull request or an audit, and as JSON, for a script."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from dashboard.model.core.plural import counted
from dashboard.model.isolation.proof import MARKS, TITLES, WORDS
from dashboard.model.isolation.result import STAYS, ProofResult, Removal
from dashboard.services.core.markdown import as_code

_VERDICTS = {"isolated": "✓ isolated", "broken": "✕ not isolated", "not proven": "? not proven"}


def as_plain(result: ProofResult) -> dict[str, Any]:
    """The shape of `daca-ops verify --json`; times are ISO 8601 UTC."""
    proof = result.proof
    return {
        "verdict": proof.verdict,
        "proven": result.proven,
        "sentence": proof.sentence,
        "cluster": result.cluster,
        "namespaces": list(proof.namespaces),
        "actor": result.actor_id,
        "who": result.who,
        "started": _time(result.started_at),
        "ended": _time(result.ended_at),
        "ways": [asdict(way) for way in proof.ways],
        "notes": list(proof.notes),
        "left_out": list(proof.left_out),
        "pairs": [
            {"probes_of": origin, "looked_in": where, "state": proof.pair(origin, where)}
            for origin in proof.namespaces
            for where in proof.namespaces
        ],
        "checks": [asdict(check) for check in proof.checks],
        "removed": [asdict(removal) for removal in result.removals],
    }


def all_forms(result: ProofResult) -> tuple[tuple[str, str, str], ...]:
    """(label, file ending, text) of each form."""
    return ("Markdown", "md", as_markdown(result)), ("JSON", "json", as_json(result))


def as_json(result: ProofResult) -> str:
    return json.dumps(as_plain(result), ensure_ascii=False, indent=2)


def as_markdown(result: ProofResult) -> str:
    """Verdict, matrix, every check with its evidence; all that was read is code, so that it is no markup."""
    proof = result.proof
    parts = [
        f"# Isolation of {', '.join(proof.namespaces)}: {_VERDICTS[proof.verdict]}",
        _escaped(proof.sentence),
        f"{_time(result.started_at)}{by(result)} on cluster `{result.cluster}`, "
        f"with actor `{result.actor_id}`.",
        *(f"- **{way.name}**: {_escaped(way.words)} {_escaped(way.fix)}" for way in proof.ways),
        *(f"- {_escaped(note)}" for note in proof.notes),
        _matrix(result),
        _checks(result),
        "## Removed afterwards",
        "\n".join(f"- {removal.namespace}: {_escaped(removed(removal))}" for removal in result.removals),
        STAYS,
    ]
    return "\n\n".join(parts) + "\n"


def by(result: ProofResult) -> str:
    """Who made it, in Markdown; nothing where that was not kept."""
    return f" by {as_code(result.who)}" if result.who else ""


def removed(removal: Removal) -> str:
    """What was removed in one namespace, and what was not."""
    if removal.failure:
        return f"nothing is known to be removed: {removal.failure}"
    keys = counted(removal.keys, "key")
    words = f"{keys} and {removal.entries} stream entries"
    return f"{words}; left: {', '.join(removal.left)}" if removal.left else words


def _matrix(result: ProofResult) -> str:
    names = result.proof.namespaces
    lines = ["| probes of \\ looked in |" + "".join(f" {name} |" for name in names)]
    lines.append("| --- |" + " --- |" * len(names))
    for origin in names:
        states = [result.proof.pair(origin, where) for where in names]
        lines.append(f"| {origin} |" + "".join(f" {MARKS[state]} {WORDS[state]} |" for state in states))
    return "\n".join(lines)


def _checks(result: ProofResult) -> str:
    head = "| check | probes of | looked in | | what was read |\n| --- | --- | --- | --- | --- |\n"
    return head + "\n".join(
        f"| {TITLES[c.surface]} | {c.origin} | {c.namespace} | {c.mark} | {as_code(c.seen)} |"
        for c in result.proof.checks
    )


def _escaped(text: str) -> str:
    """Sentences of ours with names and addresses in them: no character of these is markup."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>#|!" else char for char in text)


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
