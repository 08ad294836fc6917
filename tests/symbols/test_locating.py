"""Where imported names are defined."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from leakwise.facts.reading import Files
from leakwise.facts.symbols.late_following import LateFollower
from leakwise.facts.symbols.locating import Locator
from leakwise.facts.symbols.trees import Trees
from leakwise.sources import Overlay
from leakwise.text import Document
from tests.cli.running import write

NET = (
    "class Net:\n    class Inner:\n        pass\n\ndef build():\n    return Net()\n\nnet = Net()\n"
)


class Reader:
    """A locator in a workspace, which is told what is opened as in the worker, and goes by the
    names of files or by jedi alone."""

    def __init__(self, way: str, root: Path, *packages: Path) -> None:
        self.root = root
        folder = root.parent / "parsed"
        folder.mkdir(exist_ok=True)
        self.overlay = Overlay(Files())
        path = [str(one) for one in packages]
        self.follower = LateFollower(str(folder))
        self.locator = Locator([str(root)], path, Trees(self.overlay), self.follower.follow)
        self._locate = self.locator.locate if way == "files" else self.locator.follow
        self.listening = True
        sys.addaudithook(self._hear)  # for good: no hook can be taken back

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and self.listening and isinstance(arguments[0], str):
            self.follower.opened(arguments[0])

    def refresh(self) -> None:
        self.locator.refresh()
        self.follower.refresh()

    def __call__(self, folder: str, name: str) -> str | None:
        location = self._locate(str(self.root / folder), name).location
        if location is None:
            return None
        path = Path(location.path)
        top = self.root if path.is_relative_to(self.root) else self.root.parent
        return f"{path.relative_to(top).as_posix()}:{location.qualified}"

    def consulted(self, folder: str, name: str) -> set[str]:
        found = self._locate(str(self.root / folder), name).consulted
        return {
            Path(one).relative_to(self.root).as_posix()
            for one in found
            if Path(one).is_relative_to(self.root)
        }


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.fixture(params=["files", "jedi"])
def at(root: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Reader]:
    reader = Reader(request.param, root, tmp_path / "packages")
    yield reader
    reader.listening = False


@pytest.fixture
def by_files(root: Path, tmp_path: Path) -> Reader:
    return Reader("files", root, tmp_path / "packages")


@pytest.fixture
def by_jedi(root: Path, tmp_path: Path) -> Iterator[Reader]:
    reader = Reader("jedi", root, tmp_path / "packages")
    yield reader
    reader.listening = False


def test_a_file_beside(root: Path, at: Reader) -> None:
    write(root, {"models.py": NET})
    assert at("", "models.Net") == "models.py:Net"
    assert at("", "models.build") == "models.py:build"
    assert at("", "models.net") == "models.py:net"
    assert at("", "models.Net.Inner") == "models.py:Net.Inner"
    assert at("", "models") == "models.py:"
    assert at("", "models.missing") is None
    assert at("", "missing.Net") is None


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a b", "import", "a.import.b", "x;y", "é.", "a..b"]
)
def test_what_is_no_name(root: Path, at: Reader, name: str) -> None:
    write(root, {"a.py": NET})
    assert at("", name) is None


def test_re_exports_are_followed(root: Path, by_jedi: Reader) -> None:
    write(
        root,
        {
            "pkg/__init__.py": "from .sub import Net, build as make\nfrom . import sub as nets\n",
            "pkg/sub/__init__.py": "from .deep import *\n",
            "pkg/sub/deep.py": NET,
        },
    )
    assert by_jedi("", "pkg.Net") == "pkg/sub/deep.py:Net"
    assert by_jedi("", "pkg.make") == "pkg/sub/deep.py:build"
    assert by_jedi("", "pkg.nets") == "pkg/sub/__init__.py:"
    assert by_jedi("", "pkg.nets.Net") == "pkg/sub/deep.py:Net"
    assert by_jedi("", "pkg.nets.deep.Net") == "pkg/sub/deep.py:Net"
    read = {"pkg/__init__.py", "pkg/sub/__init__.py", "pkg/sub/deep.py"}
    assert read <= by_jedi.consulted("", "pkg.Net")
    # And again, when jedi has parsed them already.
    assert read <= by_jedi.consulted("", "pkg.Net")


def test_files_that_pass_on_are_left_to_their_facts(root: Path, by_files: Reader) -> None:
    write(
        root,
        {
            "pkg/__init__.py": "from .sub import Net, build as make\nfrom . import sub as nets\n",
            "pkg/sub/__init__.py": "from .deep import *\nfrom .other import (\n    One)\n",
            "pkg/sub/deep.py": NET + "__all__ = ['Net', 'sub']\nfrom . import train\n",
            "pkg/sub/train.py": "",
        },
    )
    assert by_files("", "pkg.Net") == "pkg/__init__.py:Net"
    assert by_files("", "pkg.nets.Net") == "pkg/__init__.py:nets.Net"
    assert by_files("", "pkg.missing") is None
    assert by_files("", "pkg.sub.Net") == "pkg/sub/deep.py:Net"
    assert by_files("", "pkg.sub.missing") is None
    assert not by_files.follower.is_loaded


def test_imports_of_all_bring_what_python_takes(root: Path, by_files: Reader) -> None:
    write(
        root,
        {
            "pkg/__init__.py": "from .hidden import *\nfrom .layers import *\n"
            "from .listed import *\n",
            "pkg/hidden.py": NET + "_own = 1\nfrom os import path\nif path:\n    late = 2\n",
            "pkg/layers.py": "class Net: ...\nfrom .hidden import late as soon\n",
            "pkg/listed/__init__.py": "__all__ = ['_told'] + ['part']\n"
            "__all__ += ['more']\n_told = other = more = 1\n",
            "pkg/listed/part.py": "",
            "computed.py": "from pkg.listed import *\nfrom pkg import hidden\n"
            "__all__ = [one for one in dir(hidden)]\n",
            "all.py": "from computed import *\nfrom pkg import *\n",
            "pkg/sub/__init__.py": "from .. import *\nfrom . import inner\n",
            "pkg/sub/inner.py": "from . import *\n",
        },
    )
    # The last import counts.
    assert by_files("", "pkg.Net") == "pkg/layers.py:Net"
    assert by_files("", "all.build") == "pkg/hidden.py:build"
    assert by_files("", "all.soon") == "pkg/layers.py:soon"
    assert by_files("", "all.late") == "pkg/hidden.py:late"
    assert by_files("", "all.hidden") == "computed.py:hidden"
    assert by_files("", "pkg._told") == "pkg/listed/__init__.py:_told"
    assert by_files("", "pkg.more") == "pkg/listed/__init__.py:more"
    assert by_files("", "pkg.part") == "pkg/listed/part.py:"
    assert by_files("", "pkg.sub.inner.Net") == "pkg/layers.py:Net"
    for missing in ("pkg._own", "pkg.other", "all.missing", "pkg.sub.missing"):
        assert by_files("", missing) is None
    looked_into = {"all.py", "pkg/__init__.py", "pkg/layers.py", "computed.py"}
    assert looked_into <= by_files.consulted("", "all.missing")
    assert not by_files.follower.is_loaded


def test_branches_that_import_all_from_different_files_are_none(
    root: Path, by_files: Reader
) -> None:
    either = "try:\n    from fast import *\nexcept ImportError:\n    from slow import *\n"
    write(
        root,
        {"fast.py": NET, "slow.py": NET + "only = 1\n", "nets.py": either},
    )
    assert by_files("", "nets.Net") is None
    assert by_files("", "nets.only") == "slow.py:only"


def test_what_a_package_binds_comes_before_its_modules(root: Path, by_files: Reader) -> None:
    write(
        root,
        {
            "pkg/__init__.py": "from .train import train\nfrom . import models\n",
            "pkg/train.py": "def train(): ...\n",
            "pkg/models.py": NET,
            "pkg/other.py": NET,
        },
    )
    assert by_files("", "pkg.train") == "pkg/__init__.py:train"
    assert by_files("", "pkg.models") == "pkg/models.py:"
    assert by_files("", "pkg.other") == "pkg/other.py:"
    assert by_files("", "pkg.train.train") == "pkg/train.py:train"


def test_unsaved_text_counts(root: Path, by_files: Reader) -> None:
    write(root, {"a.py": "from b import *\n", "b.py": NET})
    by_files.overlay.put(root / "a.py", Document.from_text("file:///a.py", "class Net: ...\n"))
    assert by_files("", "a.Net") == "a.py:Net"
    by_files.overlay.drop(root / "a.py")
    by_files.refresh()
    assert by_files("", "a.Net") == "b.py:Net"


def test_source_layouts(root: Path, at: Reader) -> None:
    write(
        root,
        {
            "src/pkg/__init__.py": "",
            "src/pkg/models.py": NET,
            "tests/test_it.py": "",
            "services/a/src/own/__init__.py": NET,
            "services/a/src/own/sub/__init__.py": "",
            "services/b/train.py": "",
        },
    )
    assert at("tests", "pkg.models.Net") == "src/pkg/models.py:Net"
    assert at("src/pkg", "pkg.models.Net") == "src/pkg/models.py:Net"
    assert at("services/a", "own.Net") == "services/a/src/own/__init__.py:Net"
    assert at("services/a/src/own/sub", "own.Net") == "services/a/src/own/__init__.py:Net"
    assert at("services/b", "own.Net") is None


def test_scripts_find_what_lies_beside_them_first(root: Path, at: Reader) -> None:
    write(
        root,
        {"models.py": NET, "one/models.py": NET, "one/train.py": "", "one/deep/run.py": ""},
    )
    assert at("one", "models.Net") == "one/models.py:Net"
    assert at("one/deep", "models.Net") == "one/models.py:Net"
    assert at("", "models.Net") == "models.py:Net"


def test_modules_of_a_package_find_its_top_first(root: Path, at: Reader) -> None:
    write(
        root,
        {"models.py": NET, "pkg/__init__.py": "", "pkg/models.py": NET, "pkg/only.py": NET},
    )
    assert at("pkg", "models.Net") == "models.py:Net"
    # As when such a file is run as a script.
    assert at("pkg", "only.Net") == "pkg/only.py:Net"


def test_relative_imports(root: Path, at: Reader) -> None:
    write(
        root,
        {
            "pkg/__init__.py": NET,
            "pkg/models.py": "from ..pkg.sub.deep import Net as Deep\n" + NET,
            "pkg/sub/__init__.py": "",
            "pkg/sub/deep.py": "from ..models import build\n" + NET,
        },
    )
    assert at("pkg", ".models.Net") == "pkg/models.py:Net"
    assert at("pkg", ".Net") == "pkg/__init__.py:Net"
    assert at("pkg/sub", "..models.Net") == "pkg/models.py:Net"
    assert at("pkg/sub", "..Net") == "pkg/__init__.py:Net"
    assert at("pkg/sub", ".deep.Net") == "pkg/sub/deep.py:Net"
    assert at("pkg/sub", ".deep") == "pkg/sub/deep.py:"
    assert at("pkg/sub", "..........models.Net") is None


def test_namespace_packages(root: Path, tmp_path: Path, by_jedi: Reader) -> None:
    write(
        root,
        {
            "space/one/models.py": "from ..two.layers import Net as Layer\n" + NET,
            "space/two/layers.py": NET,
            "train.py": "",
        },
    )
    write(tmp_path / "packages", {"space/three/models.py": NET})
    for at in (by_jedi, Reader("files", root, tmp_path / "packages")):
        assert at("", "space.one.models.Net") == "space/one/models.py:Net"
        assert at("space/one", "..two.layers.Net") == "space/two/layers.py:Net"
        assert at("", "space.three.models.Net") == "packages/space/three/models.py:Net"
        assert at("", "space") is None
        assert at("", "space.one") is None
        assert at("", "space.missing.Net") is None
    assert by_jedi("", "space.one.models.Layer") == "space/two/layers.py:Net"
    assert by_jedi("space/one", ".models.Layer") == "space/two/layers.py:Net"


def test_installed_packages_and_stubs(root: Path, tmp_path: Path, at: Reader) -> None:
    write(root, {"train.py": ""})
    write(
        tmp_path / "packages",
        {
            "both.py": NET,
            "both.pyi": "class Net: ...\n",
            "only.pyi": "class Net: ...\n",
            "native/__init__.py": "from ._native import Net\n",
            "native/_native.pyi": "class Net: ...\n",
            "apart-stubs/__init__.pyi": "class Net: ...\n",
            "apart/__init__.py": NET,
        },
    )
    assert at("", "both.Net") == "packages/both.py:Net"
    assert at("", "only.Net") == "packages/only.pyi:Net"
    assert at("", "native._native.Net") == "packages/native/_native.pyi:Net"
    assert at("", "apart.Net") == "packages/apart/__init__.py:Net"


def test_what_is_not_of_users_is_not_known(root: Path, by_jedi: Reader) -> None:
    write(root, {"train.py": "", "passes_on.py": "from os.path import join\nimport json\n"})
    for name in ("os.path.join", "json.dumps", "math.pi", "typing.Any", "jedi.Script", "sys"):
        assert by_jedi("", name) is None
    assert by_jedi("", "passes_on.join") is None
    assert by_jedi("", "passes_on.json") is None


def test_several_definitions_in_different_files_are_none(root: Path, by_jedi: Reader) -> None:
    write(
        root,
        {
            "fast.py": NET,
            "slow.py": NET,
            "nets.py": "try:\n    from fast import Net\nexcept ImportError:\n"
            "    from slow import Net\n",
            "one.py": "try:\n    from absent import Net\nexcept ImportError:\n"
            "    from slow import Net\n",
        },
    )
    assert by_jedi("", "nets.Net") is None
    assert by_jedi("", "one.Net") == "slow.py:Net"


def test_circles_end(root: Path, by_jedi: Reader) -> None:
    write(
        root,
        {
            "a.py": "from b import Net\nfrom b import *\n",
            "b.py": "from a import Net\nfrom a import *\n",
            "own.py": "from own import Net\n",
        },
    )
    assert by_jedi("", "a.Net") is None
    assert by_jedi("", "own.Net") is None
    assert by_jedi("", "a.missing") is None


@pytest.mark.parametrize(
    "text", ["class Net(\n", "\0", "def " * 999, "(" * 5_000, "\x0c\n\tx=\n  y", "é" * 99]
)
def test_text_that_is_no_python(root: Path, at: Reader, text: str) -> None:
    write(root, {"odd.py": text, "odd_too.py": b"\xff\xfe\x00", "good.py": NET})
    assert at("", "odd.Net") in (None, "odd.py:Net")
    assert at("", "odd_too.Net") is None
    assert at("", "good.Net") == "good.py:Net"


def test_where_nothing_was_found_it_may_appear(root: Path, at: Reader) -> None:
    write(root, {"pkg/__init__.py": "", "train.py": ""})
    assert {"pkg", "pkg/__init__.py"} <= at.consulted("", "pkg.models.Net")
    assert "." in at.consulted("", "missing")


def test_new_text_and_new_files_are_seen(root: Path, at: Reader) -> None:
    write(root, {"models.py": "x = 1\n"})
    assert at("", "models.Net") is None
    assert at("", "layers.Net") is None
    write(root, {"models.py": NET, "layers.py": NET})
    at.refresh()
    assert at("", "models.Net") == "models.py:Net"
    assert at("", "layers.Net") == "layers.py:Net"
    (root / "layers.py").unlink()
    at.refresh()
    assert at("", "layers.Net") is None
