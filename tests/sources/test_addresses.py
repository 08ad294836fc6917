"""Paths and file URIs."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakwise.sources import path_to_uri, uri_to_path
from leakwise.sources.addresses import windows_path

posix = pytest.mark.skipif(os.name == "nt", reason="paths of POSIX systems")


@posix
@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("/a/b.py", "file:///a/b.py"),
        ("/a b/é#?%.py", "file:///a%20b/%C3%A9%23%3F%25.py"),
        (os.fsdecode(b"/\xff.py"), "file:///%FF.py"),
        ("/", "file:///"),
    ],
)
def test_there_and_back(path: str, uri: str) -> None:
    assert path_to_uri(Path(path)) == uri
    assert uri_to_path(uri) == Path(path)


@posix
@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///a%3Ab/c.py", "/a:b/c.py"),
        ("file:/a/b.py", "/a/b.py"),
        ("file://localhost/a.py", "/a.py"),
        ("file:///a#b?c.py", "/a#b?c.py"),
        ("FILE:///a.py", "/a.py"),
    ],
)
def test_uris_as_clients_write_them(uri: str, path: str) -> None:
    assert uri_to_path(uri) == Path(path)


@pytest.mark.parametrize(
    "uri", ["untitled:Untitled-1", "", "x", "http://x/y.py", "file:///a%00b", "http://[bad/"]
)
def test_uris_that_name_no_path(uri: str) -> None:
    assert uri_to_path(uri) is None


def test_relative_paths_are_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert uri_to_path(path_to_uri(Path("a/../b.py"))) == tmp_path / "b.py"


@posix
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_any_name_comes_back(name: str) -> None:
    path = Path(os.path.normpath("/x/" + name))
    assert uri_to_path(path_to_uri(path)) == Path(os.path.abspath(path))


@pytest.mark.parametrize(
    ("text", "host", "path"),
    [
        ("/c:/a b/c.py", "", "c:\\a b\\c.py"),
        ("/C|/x.py", "", "C:\\x.py"),
        ("/share/x.py", "server", "\\\\server\\share\\x.py"),
    ],
)
def test_windows_paths(text: str, host: str, path: str) -> None:
    assert windows_path(text, host) == path
