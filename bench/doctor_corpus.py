"""The doctor on folders of YAML that nobody here wrote: what each rule finds, and how much of it is true.

    python -m bench.doctor_corpus DIR... [--judged FILE]

FILE says of findings whether they are true: a line each, "yes" or "no", the rule and "file:line" behind, as
`--list` prints them with "?" for you to judge.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from dashboard.model.core.errors import NotThere
from dashboard.model.doctor.report import SEVERITIES, DoctorReport, Finding, Severity
from dashboard.services.doctor.checkup import UNREAD, check_folder

Judged = Mapping[tuple[str, str], bool]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--judged", type=Path, help="what of the findings is true")
    parser.add_argument("--list", action="store_true", help="the findings of severity error, to be judged")
    asked = parser.parse_args()
    began = time.monotonic()
    reports = [report for folder in asked.folders if (report := _report(folder))]
    found = [finding for report in reports for finding in report.findings]
    if asked.list:
        for finding in found:
            if finding.severity == "error":
                print(f"? {finding.rule} {finding.source}  # {finding.object}: {finding.seen}")
        return
    _print_rules(found, _read(asked.judged) if asked.judged else {})
    unread = sum(left.rule == UNREAD for report in reports for left in report.not_checked)
    print(f"{len(reports)} folders in {time.monotonic() - began:.1f} s; {unread} files or objects not read")


def _report(folder: Path) -> DoctorReport | None:
    try:
        return check_folder(folder)
    except NotThere as error:
        print(f"{folder}: {error.what}")
        return None


def _read(file: Path) -> Judged:
    lines = (line.split("#")[0].split() for line in file.read_text(encoding="utf-8").splitlines())
    return {
        (rule, source): said == "yes" for said, rule, source in (words for words in lines if len(words) == 3)
    }


def _print_rules(found: Iterable[Finding], judged: Judged) -> None:
    counts: dict[Severity, Counter[str]] = defaultdict(Counter)
    true: Counter[str] = Counter()
    known: Counter[str] = Counter()
    for finding in found:
        counts[finding.severity][finding.rule] += 1
        verdict = judged.get((finding.rule, finding.source))
        known[finding.rule] += verdict is not None
        true[finding.rule] += verdict is True
    for severity in SEVERITIES:
        for rule, count in counts[severity].most_common():
            said = f"{true[rule]} of {known[rule]} judged true" if known[rule] else "not judged"
            print(f"{severity:8} {count:6,}  {rule:32} {said}")


if __name__ == "__main__":
    main()
