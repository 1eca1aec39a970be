"""Folders of YAML as they are in real repositories."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.gateways.manifest_files import read_folder
from dashboard.model.core.errors import NotThere


def test_documents_lists_and_folders_are_taken_apart_with_their_lines(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "two.yaml").write_text(
        "# first\nkind: Component\nmetadata: {name: a, namespace: dev}\n---\n---\n"
        "kind: Service\nmetadata: {name: b}\n"
    )
    (tmp_path / "deep" / "er" / "list.yml").write_text(
        "kind: List\nitems:\n- kind: Pod\n  metadata: {name: p}\n- 3\n"
    )
    (tmp_path / "values.yaml").write_text("replicas: 3\n")
    (tmp_path / "readme.md").write_text("kind: Pod\n")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "x.yaml").write_text("kind: Pod\n")
    found = read_folder(tmp_path)
    assert [item["kind"] for item in found.objects] == ["Pod", "Component", "Service"]
    assert found.sources["dev/Component/a"] == f"{tmp_path}/two.yaml:2"
    assert found.sources["/Service/b"] == f"{tmp_path}/two.yaml:6"
    assert found.unread == {}


def test_a_file_that_is_no_yaml_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("kind: [\n")
    (tmp_path / "b.yaml").write_text("kind: Pod\nmetadata: {name: b}\n")
    found = read_folder(tmp_path)
    assert [item["kind"] for item in found.objects] == ["Pod"]
    assert "no YAML" in found.unread[str(tmp_path / "a.yaml")]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotThere):
        read_folder(tmp_path / "none")
