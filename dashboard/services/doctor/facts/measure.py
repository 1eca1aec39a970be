"""Write `needs.json` anew: without which names of metadata the real daprd refuses a Component, by asking it.

    unshare -rn sh -c 'ip link set lo up; python -m dashboard.services.doctor.facts.measure DAPRD'

`unshare` takes the network away, so that nothing is reached. DAPRD has to be built of the sources that
`components.json` names (`go build -tags allcomponents ./cmd/daprd`). The types that it lacks are not asked,
and listed as "unasked": of these nothing is known.

A type is loaded with no metadata. Where daprd refuses it, each known name is given by itself: those that
end this refusal are one need, of which any one will do. One of them is then given, and so on, until daprd
takes the Component or goes to its network. A name that another way takes in its stead (as a connection
string, where a key is asked for beside an account) is found by trying those ways, and added: a need is
never more than what is true. An answer that speaks of the value alone, as of a number that cannot be read,
tells nothing of the need. Names that other types have are asked for as well: makers do not list all.

Then each name, and those that the same product's other types have, is given a word, to see where daprd
cannot read one, and what it reads there: the kind.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Timer

from dashboard.services.doctor.facts import FILE, NEEDS, all_names, component_types

AT_ONCE = 250
MOST_SECONDS = 120
MOST_NEEDS = 12
_FAILED = re.compile(r"Failed to init component (?P<name>\S+) \([^)]*\): (?P<words>.*)", re.DOTALL)
_READY = "dapr initialized"
_UNKNOWN = re.compile(r"couldn't find|not been registered")  # by this daprd
_ABSENT = re.compile(
    r"missing|required|not set|is empty|must not be empty|must set|specify|failed to build connection string",
    re.I,
)
# What it says of a value, or of what it has tried.
_OTHERWISE = re.compile(
    r"invalid|provided|parse error|credential|missing the|dial |refused|lookup|deadline", re.I
)
# A value that cannot be read is refused before anything else is looked at.
_UNREADABLE = re.compile(
    r"error\(s\) decoding|invalid (initialOffset|ca certificate|value type)|is not valid|illegal base64"
)
_KIND = re.compile(r"(?:as |invalid )(u?int|bool|float|duration)", re.I)
_WORD = "many"
Given = Mapping[str, str]
Asked = tuple[str, str, Given]  # type, version, metadata
_Need = dict[str, object]
# A text, number, truth and duration; what parses as a connection string; an address.
VALUES = ("1", "host=localhost user=a", "https://127.0.0.1:1")


def ask(daprd: str, components: Sequence[Asked]) -> list[str]:
    """What daprd says of each as it refuses it, "" where it takes it."""
    said: list[str] = []
    for start in range(0, len(components), AT_ONCE):
        said += _ask(daprd, components[start : start + AT_ONCE])
    return said


def _ask(daprd: str, components: Sequence[Asked]) -> list[str]:
    told: dict[str, str] = {}
    ended = False
    with tempfile.TemporaryDirectory() as folder:
        documents = (_document(f"c{number}", asked) for number, asked in enumerate(components))
        Path(folder, "all.yaml").write_text("\n---\n".join(documents))
        words = [daprd, "--app-id", "measured", "--resources-path", folder, "--log-as-json", *_PORTS]
        environment = {"HOME": folder, "DAPR_HOST_IP": "127.0.0.1", "PATH": os.environ.get("PATH", "")}
        process = subprocess.Popen(
            words, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        timer = Timer(MOST_SECONDS, process.kill)
        timer.start()
        for line in process.stdout or ():
            with suppress(ValueError, TypeError):
                message = str(json.loads(line)["msg"])
                found = _FAILED.match(message)
                if found:
                    told[found["name"]] = _plain(found["words"], found["name"])
                ended = ended or message.startswith(_READY)
            if ended:
                break
        timer.cancel()
        process.kill()
        process.wait()
    if ended:
        return [told.get(f"c{number}", "") for number in range(len(components))]
    if len(components) == 1:
        return ["it ends daprd"]
    half = len(components) // 2
    return [*_ask(daprd, components[:half]), *_ask(daprd, components[half:])]


_PORTS = (
    "--dapr-http-port=39500", "--dapr-grpc-port=39501", "--dapr-internal-grpc-port=39502",
    "--metrics-port=39503", "--dapr-listen-addresses=127.0.0.1", "--metrics-listen-address=127.0.0.1",
)  # fmt: skip


def _document(name: str, asked: Asked) -> str:
    type_, version, metadata = asked
    spec = {
        "type": type_,
        "version": version,
        "ignoreErrors": True,
        "initTimeout": "2s",
        "metadata": [{"name": key, "value": value} for key, value in metadata.items()],
    }
    head = {"apiVersion": "dapr.io/v1alpha1", "kind": "Component", "metadata": {"name": name}}
    return json.dumps({**head, "spec": spec})


def _plain(words: str, name: str) -> str:
    """What the component itself said, without what daprd writes around it."""
    own = re.sub(r"^(\[\w+\]: )?initialization error occurred for \S+ \([^)]*\): ", "", words)
    while own != words:
        words, own = own, re.sub(r"^(\[\w+\]: )?initialization error occurred for \S+ \([^)]*\): ", "", own)
    return " ".join(own.replace(name, "NAME").split())


class _Type:
    """One type in one version, and how daprd takes it."""

    def __init__(self, daprd: str, type_: str, version: str) -> None:
        self._daprd, self._type, self._version = daprd, type_, version
        known = component_types()[type_]
        self.required, self.fields = known.required, known.fields or ()

    def says(self, *given: Given) -> list[str]:
        """What it says to each of several."""
        return ask(self._daprd, [(self._type, self._version, metadata) for metadata in given])

    def facts(self) -> dict[str, object]:
        given: dict[str, str] = {}
        return {"needs": self._needs(given), "kinds": self._kinds(given)}

    def _kinds(self, given: Given) -> dict[str, str]:
        """What is read from the value of a name, for each that must be readable."""
        names = sorted({*self.fields, *self._related()})
        said = self.says(*({**given, name: _WORD} for name in names))
        found = ((name, _KIND.search(now)) for name, now in zip(names, said, strict=True))
        return {name: kind[1].lower() for name, kind in found if kind and _UNREADABLE.search(kind.string)}

    def _related(self) -> set[str]:
        """Names of the same product's other types, as of Redis's lock for its store."""
        end = f".{self._type.partition('.')[2]}"
        types = (found for name, found in component_types().items() if name.endswith(end))
        own = {name.lower() for name in self.fields}
        return {name for found in types for name in found.fields or () if name.lower() not in own}

    def _needs(self, given: dict[str, str]) -> list[_Need]:
        """What is asked for; `given` is left with all of it."""
        found: list[_Need] = []
        ways: list[list[str]] = []
        while len(found) < MOST_NEEDS:
            (words,) = self.says(given)
            if not _ABSENT.search(words) or _OTHERWISE.search(words):
                break
            ending = self._ending(words, given)
            together = self._only_together(words, given, list(ending))
            if together is None or not (ending or together):
                break
            for names in [list(ending)] if ending else [[name] for name in together]:
                others = [*self._other_ways(words, ways, given), *self._foreign(words, given)]
                likely = self._likely(names, words)
                found.append(self._need(words, given, [likely, *sorted({*names, *others} - {likely})]))
                ways.append(names)
            chosen = [self._likely(list(ending), words)] if ending else together
            given |= {name: ending.get(name, VALUES[0]) for name in chosen}
        return found

    def _ending(self, words: str, given: Given) -> dict[str, str]:
        """The names each of which ends a refusal, with a value that does."""
        tried = [(name, value) for name in self.fields if name not in given for value in reversed(VALUES)]
        said = self.says(*({**given, name: value} for name, value in tried))
        return {name: value for (name, value), now in zip(tried, said, strict=True) if _ends(now, words)}

    def _only_together(self, words: str, given: Given, ending: list[str]) -> list[str] | None:
        """Names that end it with others alone, each of which is asked for; None where that cannot be told."""
        left = [name for name in self.fields if name not in {*given, *ending}]
        alone = self.says(*({**given, name: VALUES[0]} for name in left)) if left else []
        others = [name for name, now in zip(left, alone, strict=True) if now == words]
        if not others or self.says({**given, **dict.fromkeys(others, VALUES[0])}) == [words]:
            return []
        without = ([each for each in others if each != name] for name in others)
        said = self.says(*({**given, **dict.fromkeys(names, VALUES[0])} for names in without))
        asked_for = [name for name, now in zip(others, said, strict=True) if now == words]
        return asked_for if asked_for and not ending else None

    def _other_ways(self, words: str, ways: list[list[str]], given: Given) -> list[str]:
        """What was not chosen for an earlier need, and with which this refusal does not come."""
        found: list[str] = []
        for names in ways:
            rest = {name: value for name, value in given.items() if name not in names}
            swaps = [(name, value) for name in names if name not in given for value in VALUES]
            said = self.says(*({**rest, name: value} for name, value in swaps)) if swaps else []
            found += [name for (name, _), now in zip(swaps, said, strict=True) if _ends(now, words)]
        return found

    def _foreign(self, words: str, given: Given) -> list[str]:
        """Names that only others list, and that end a refusal all the same."""
        own = {name.lower() for name in self.fields}
        names = sorted(name for name in all_names() if name.lower() not in own)
        if set(self.says(*({**given, **dict.fromkeys(names, value)} for value in VALUES))) == {words}:
            return []
        tried = [(name, value) for name in names for value in VALUES]
        said = self.says(*({**given, name: value} for name, value in tried))
        return [name for (name, _), now in zip(tried, said, strict=True) if _ends(now, words)]

    def _need(self, words: str, given: Given, any_of: list[str]) -> _Need:
        said = self.says(*({**given, name: ""} for name in any_of))
        kept = [name for name, now in zip(any_of, said, strict=True) if _ends(now, words)]
        return {"any_of": any_of, "even_empty": kept, "said": words}

    def _likely(self, names: list[str], words: str) -> str:
        """Which one a person would give: what must be there by its makers, or is named in the refusal."""
        said = re.sub(r"[^a-z]", "", words.lower())
        return max(names, key=lambda name: (name in self.required, name.lower() in said, -len(name)))


def _ends(now: str, words: str) -> bool:
    return now != words and not _UNREADABLE.search(now)


def main(daprd: str) -> None:
    asked = [(name, v) for name, found in component_types().items() for v in sorted(found.versions)]
    first = ask(daprd, [(name, v, {}) for name, v in asked])
    lacked = {pair for pair, words in zip(asked, first, strict=True) if _UNKNOWN.search(words)}
    told = {
        "source": f"daprd, built of {' and '.join(json.loads(FILE.read_text(encoding='utf-8'))['sources'])}",
        "unasked": ["/".join(pair) for pair in asked if pair in lacked],
        "types": {"/".join(pair): _Type(daprd, *pair).facts() for pair in asked if pair not in lacked},
    }
    NEEDS.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:2])
