"""Environments are found by reading."""

import base64
import hashlib
import json
import os
import sys
from pathlib import Path

import pytest

from leakwise.facts.symbols.environments import search_path
from tests.cli.running import write

PACKAGES = "lib/python3.11/site-packages"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # The environment of this test run is none of the project's.
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "nothing"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


def environment(prefix: Path, marker: str = "pyvenv.cfg", packages: str = PACKAGES) -> Path:
    text = "home = /usr/bin\nversion = 3.11.7\n" if marker == "pyvenv.cfg" else ""
    write(prefix, {marker: text, f"{packages}/readme.txt": ""})
    return prefix / packages


def found(project: Path, **environ: object) -> list[Path]:
    variables = {name: str(value) for name, value in environ.items()}
    return [Path(one) for one in search_path([str(project)], variables)]


@pytest.mark.parametrize("name", [".venv", "venv", "env", "my-own"])
@pytest.mark.parametrize("marker", ["pyvenv.cfg", "conda-meta/history"])
def test_an_environment_in_the_project(project: Path, name: str, marker: str) -> None:
    assert found(project) == []
    packages = environment(project / name, marker)
    assert found(project) == [packages]


def test_layouts_of_other_systems(project: Path) -> None:
    windows = environment(project / ".venv", packages="Lib/site-packages")
    assert found(project) == [windows]
    pypy = environment(project / ".venv", packages="lib/pypy3.11/site-packages")
    assert found(project) == [pypy, windows]


def test_the_version_chooses_where_several_are(project: Path) -> None:
    environment(project / ".venv", packages="lib/python3.9/site-packages")
    newest = environment(project / ".venv", packages="lib/python3.12/site-packages")
    packages = environment(project / ".venv")
    assert found(project) == [packages]
    (project / ".venv/pyvenv.cfg").write_text("")
    assert found(project)[0] == newest


def test_which_environment_comes_first(project: Path, tmp_path: Path) -> None:
    conda = environment(tmp_path / "conda", "conda-meta/history")
    active = environment(tmp_path / "active")
    variables = {"CONDA_PREFIX": tmp_path / "conda"}
    assert found(project, **variables) == [conda]
    variables["VIRTUAL_ENV"] = tmp_path / "active"
    assert found(project, **variables) == [active]
    own = environment(project / ".venv")
    assert found(project, **variables) == [own]
    uv = environment(project / "made-by-uv")
    assert found(project, UV_PROJECT_ENVIRONMENT="made-by-uv") == [uv]
    chosen = search_path([str(project)], {}, [str(tmp_path / "active")])
    assert chosen == [str(active)]
    assert search_path([str(project)], {}, ["made-by-uv"]) == [str(uv)]


@pytest.mark.parametrize("value", ["relative", "", "/nowhere", "/\0"])
def test_variables_that_name_no_environment(project: Path, value: str) -> None:
    (project / "relative").mkdir()
    assert found(project, VIRTUAL_ENV=value, CONDA_PREFIX=value) == []


def test_above_the_project_up_to_its_repository(project: Path, tmp_path: Path) -> None:
    environment(tmp_path / ".venv")
    (project / "repository/deep/below").mkdir(parents=True)
    assert found(project / "repository/deep") == []
    (project / "repository/.git").mkdir()
    assert found(project / "repository/deep") == []
    packages = environment(project / "repository/.venv")
    assert found(project / "repository/deep/below") == [packages]


def test_environments_of_poetry(project: Path, tmp_path: Path) -> None:
    # As in `EnvManager.generate_env_name` of poetry 2.
    path = os.path.normcase(os.path.realpath(project)).encode()
    mark = base64.urlsafe_b64encode(hashlib.sha256(path).digest()).decode()[:8]
    kept = tmp_path / "kept"
    packages = environment(kept / f"some-name-{mark}-py3.11")
    environment(kept / "some-name-AAAAAAAA-py3.11")
    assert found(project, POETRY_VIRTUALENVS_PATH=kept) == [packages]
    assert found(project) == []
    (tmp_path / "cache").mkdir()
    kept.rename(tmp_path / "cache/virtualenvs")
    assert len(found(project, POETRY_CACHE_DIR=tmp_path / "cache")) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep it elsewhere")
def test_the_base_of_conda_comes_after_poetry(project: Path, tmp_path: Path) -> None:
    base = environment(tmp_path / "base", "conda-meta/history")
    variables = {"CONDA_PREFIX": tmp_path / "base", "CONDA_DEFAULT_ENV": "base"}
    assert found(project, **variables) == [base]
    path = os.path.realpath(project).encode()
    mark = base64.urlsafe_b64encode(hashlib.sha256(path).digest()).decode()[:8]
    packages = environment(tmp_path / f"cache/pypoetry/virtualenvs/x-{mark}-py3.12")
    assert found(project, XDG_CACHE_HOME=tmp_path / "cache", **variables) == [packages]


def test_system_packages_where_they_are_asked_for(project: Path, tmp_path: Path) -> None:
    own = environment(project / ".venv")
    base = environment(tmp_path / "usr", "conda-meta/x")
    debian = environment(tmp_path / "usr", "conda-meta/x", "lib/python3.11/dist-packages")
    settings = f"home = {tmp_path}/usr/bin\nversion_info = 3.11.7.final.0\n"
    (project / ".venv/pyvenv.cfg").write_text(settings)
    assert found(project) == [own]
    (project / ".venv/pyvenv.cfg").write_text(f"{settings}Include-System-Site-Packages = True\n")
    assert found(project) == [own, base, debian]


def test_path_lines_add_folders_and_import_lines_do_nothing(project: Path, tmp_path: Path) -> None:
    packages = environment(project / ".venv")
    for name in ("first", "second", "relative"):
        (tmp_path / name).mkdir()
    (packages / "below").mkdir()
    mark = tmp_path / "mark"
    write(
        packages,
        {
            "b.pth": f"{tmp_path / 'second'}\n",
            "a.pth": f"# {tmp_path / 'relative'}\n\n{tmp_path / 'first'}\r\nbelow\nmissing\n"
            f"import os; open({str(mark)!r}, 'w')\nimport\tos\n\0\n/\0\n//host/share\n",
            "c.txt": f"{tmp_path / 'relative'}\n",
            ".hidden.pth": f"{tmp_path / 'relative'}\n",
            "binary.pth": b"\xff\xfe\x00" * 99,
            "large.pth": f"{tmp_path / 'relative'}\n" + "#\n" * 600_000,
        },
    )
    assert found(project) == [packages, tmp_path / "first", packages / "below", tmp_path / "second"]
    assert not mark.exists()


def test_editable_installs(project: Path, tmp_path: Path) -> None:
    packages = environment(project / ".venv")
    source = tmp_path / "the source"
    (source / "src").mkdir(parents=True)

    def install(name: str, told: object) -> None:
        write(packages, {f"{name}.dist-info/direct_url.json": json.dumps(told)})

    install("a-1", {"url": source.as_uri(), "dir_info": {"editable": True}})
    install("b-1", {"url": tmp_path.as_uri(), "dir_info": {"editable": False}})
    install("c-1", {"url": "https://example.org/x", "dir_info": {"editable": True}})
    install("d-1", {"url": "file://host/share", "dir_info": {"editable": True}})
    install("e-1", [1, {"url": None}])
    write(packages, {"f-1.dist-info/direct_url.json": "{" * 5_000})
    assert found(project) == [packages, source / "src", source]


def test_each_root_has_its_own(tmp_path: Path, project: Path) -> None:
    one = environment(project / "one/.venv")
    two = environment(project / "two/.venv")
    assert search_path([str(project / "one"), str(project / "two")], {}) == [str(one), str(two)]
