"""What CONTRIBUTING asks of names and signatures, where no linter looks."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

PACKAGES = ("agent", "bench", "dashboard", "local")
FEW = 5
# The agent is deployed alone: what it keeps and what the dashboard reads of it have one meaning.
SHARED_WITH_THE_AGENT = {"Message", "Settings"}
# The mechanism, what all pages share, and the page that draws its filter in a component.
URL_BESIDE_VIEWS = {
    "dashboard/app.py",
    "dashboard/components/access/activity.py",
    "dashboard/components/core/frame.py",
    "dashboard/components/core/refresh.py",
    "dashboard/components/core/url_state.py",
}


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for package in PACKAGES:
        for path in sorted(Path(package).rglob("*.py")):
            yield path, ast.parse(path.read_text())


def public_types(tree: ast.Module) -> Iterator[str]:
    """Classes, and aliases that are written as such."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            names = (target.id for target in node.targets if isinstance(target, ast.Name))
            yield from (name for name in names if name[0].isupper() and not name.isupper())


def test_no_two_public_types_share_a_name() -> None:
    homes: dict[str, list[str]] = defaultdict(list)
    for path, tree in sources():
        for name in public_types(tree):
            homes[name].append(str(path))
    shared = {name: paths for name, paths in homes.items() if len(paths) > 1 and not name.startswith("_")}
    assert shared.keys() == SHARED_WITH_THE_AGENT, shared


def test_constructors_of_five_and_more_take_keywords_only() -> None:
    positional = []
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and len(list(parameters(node))) >= FEW:
                positional.append(f"{path}: {node.name}")
    assert not positional


def parameters(node: ast.ClassDef) -> Iterator[str]:
    """What its constructor takes by position."""
    decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
    if any("dataclass" in text and "kw_only=True" not in text for text in decorators):
        yield from (
            field.target.id
            for field in node.body
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        )
    for method in node.body:
        if isinstance(method, ast.FunctionDef) and method.name == "__init__":
            yield from (argument.arg for argument in method.args.args[1:])


def test_the_url_is_read_and_written_in_one_place_per_view() -> None:
    touching = {
        str(path)
        for path, _ in sources()
        if any(word in path.read_text() for word in ("st.query_params", 'bind="query-params"'))
    }
    others = {path for path in touching if not path.startswith("dashboard/views/")}
    assert others == URL_BESIDE_VIEWS
