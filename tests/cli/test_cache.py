"""What is kept from one check to the next gives what a check without it would give."""

import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from leakwise.cli.cache import findings as kept_findings
from leakwise.cli.cache.checking import check_what_changed, opened
from leakwise.cli.cache.world import world_of
from leakwise.cli.shown import CheckedFile
from leakwise.engine.settings import Overrides, SettingsResolver
from tests.cli.running import CLEAN, LEAK, WASTE, leakwise, write

_NET = "from torch import nn\nfrom .base import Base\nclass Net(Base):\n    pass\n"
_TRAIN = """\
import torch
from pkg import Net
from told import give
def embed(loader, weight):
    net, kept, given = Net(), [], []
    for x in loader:
        y = net(x)
        (weight * x).sum().backward()
        kept.append(y)
        given.append(give(y))
    return kept, given
"""
_GIVE = "from torch import nn\ndef give(x):\n    return nn.Linear(2, 2)(x)\n"
_EVALUATE = """\
import torch
from torch import nn
def evaluate(loader):
    model = nn.Linear(2, 2)
    model.eval()
    for x in loader:
        print(model(x).argmax().item())
"""
_CALLER = "import torch\nfrom evaluation import evaluate\n{0}\n    evaluate([])\n"
_FILES = {
    "pyproject.toml": "",
    "pkg/__init__.py": "from .nets import Net\n",
    "pkg/nets.py": _NET,
    "pkg/base.py": "from torch import nn\nclass Base(nn.Module):\n    pass\n",
    "train.py": _TRAIN,
    "evaluation.py": _EVALUATE,
    "run.py": _CALLER.format("if 1:"),
    "plain.py": "import os\n",
    "env/pyvenv.cfg": "version = 3.12\n",
    "env/lib/python3.12/site-packages/told.py": _GIVE,
}
_VARIANTS = {
    "pyproject.toml": [
        "",
        "[tool.leakwise]\nignore = ['LP002']\n",
        "[tool.leakwise.per-file-ignores]\n'evaluation.py' = ['LP008', 'LP007']\n",
        "[tool.leakwise.severity]\nLP002 = 'error'\n",
    ],
    "pkg/__init__.py": [
        "from .nets import Net\n",
        "from .base import Base as Net\n",
        "from .nets import *\n",
        "def Net():\n    return len\n",
    ],
    "pkg/nets.py": [_NET, "class Net:\n    def __call__(self, x):\n        return 1\n", "import ("],
    "pkg/nets/__init__.py": ["def Net():\n    return lambda x: 1\n"],
    "pkg/base.py": [
        "from torch import nn\nclass Base(nn.Module):\n    pass\n",
        "class Base:\n    def __call__(self, x):\n        return x.detach()\n",
    ],
    "src/pkg/__init__.py": ["def Net():\n    return lambda x: x.detach()\n"],
    "pkg.py": ["def Net():\n    return lambda x: 2\n"],
    "__init__.py": [""],
    "run.py": [_CALLER.format("if 1:"), _CALLER.format("with torch.no_grad():"), "import torch\n"],
    "other.py": [_CALLER.format("with torch.no_grad():"), _CALLER.format("if 2:")],
    "told.py": [_GIVE, _GIVE.replace("(x)\n", "(x).detach()\n")],
    "env/lib/python3.12/site-packages/told.py": [_GIVE, "def give(x):\n    return 1\n"],
    "plain.py": ["import os\n", LEAK, CLEAN, WASTE],
    ".gitignore": ["", "other.py\n", "plain.py\n"],
}


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return write(tmp_path / "work", dict(_FILES))


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has times of change count at once, where the file system has fine ones."""
    monkeypatch.setattr("leakwise.cli.cache.stamps.COARSEST_NS", 0)


def check(work: Path, *, no_cache: bool = False) -> list[CheckedFile]:
    """What came of each file of a project, as a check tells it."""
    from leakwise.sources import python_files

    time.sleep(0.03)  # what was changed that shortly before is not kept
    settings = SettingsResolver(Overrides(no_cache=no_cache))
    paths = [
        str(path)
        for path in python_files([work], choice_in=lambda one: settings.for_folder(one).choice)
    ]
    folders = [str(work)]
    found = list(check_what_changed(paths, 1, folders, settings, False))
    return sorted((plain(file) for file in found), key=lambda file: file.path)


def plain(file: CheckedFile) -> CheckedFile:
    return CheckedFile(file.path, file.findings, file.problems, file.checked, file.about_run)


def changes(chance: random.Random, work: Path) -> Iterator[str]:
    """Changes a project, and tells how."""
    path = chance.choice(list(_VARIANTS))
    file = work / path
    match chance.randrange(4):
        case 0 if file.exists():
            yield f"{path} goes"
            file.unlink()
        case 1 if file.exists() and file.suffix == ".py":
            to = chance.choice([one for one in _VARIANTS if one.endswith(".py")])
            yield f"{path} becomes {to}"
            (work / to).parent.mkdir(parents=True, exist_ok=True)
            file.rename(work / to)
        case 2 if (work / "pkg").is_dir() and chance.random() < 0.3:
            yield "pkg goes and comes back with the same times"
            shutil.copytree(work / "pkg", work / "copy", dirs_exist_ok=True)
            shutil.rmtree(work / "pkg")
            (work / "copy").rename(work / "pkg")
        case _:
            text = chance.choice(_VARIANTS[path])
            yield f"{path} holds {text!r}"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("seed", [1, 2])
def test_after_any_changes_the_same_is_found_as_without_the_cache(work: Path, seed: int) -> None:
    chance = random.Random(seed)
    told: list[str] = []
    assert [file.path for file in check(work) if file.findings]
    for _ in range(7):
        for _ in range(chance.randrange(1, 3)):
            told += changes(chance, work)
        assert check(work) == check(work, no_cache=True), told


@pytest.mark.usefixtures("fresh")
def test_what_has_not_changed_is_not_checked_again(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = check(work)
    time.sleep(0.05)
    second = check(work)  # what was made just before the first is proven by the second
    checked: list[str] = []

    def none(paths: list[str], *arguments: object) -> Iterator[CheckedFile]:
        checked.extend(Path(path).name for path in paths)
        yield from ()

    monkeypatch.setattr("leakwise.cli.processes.check_files", none)
    assert first == second == check(work)
    assert checked == []
    (work / "plain.py").write_text("import sys\n")
    check(work)
    assert checked == ["plain.py"]
    checked.clear()
    # It may call now what another file has, and does not.
    (work / "plain.py").write_text("def embed(evaluate):\n    pass\n")
    check(work)
    assert set(checked) == {"plain.py", "evaluation.py"}
    checked.clear()
    write(work, {"pkg/base.py": _VARIANTS["pkg/base.py"][1]})
    check(work)
    assert set(checked) >= {"train.py", "base.py"}
    assert "run.py" not in checked


@pytest.mark.parametrize("how", [GeneratorExit, KeyboardInterrupt, SystemExit])
def test_a_check_that_is_ended_keeps_what_it_found(work: Path, how: type[BaseException]) -> None:
    paths = [str(work / name) for name in ("plain.py", "run.py", "train.py")]
    settings = SettingsResolver()
    time.sleep(0.03)  # what was changed that shortly before is not kept
    checked = check_what_changed(paths, 1, [str(work)], settings, False)
    first = next(checked)
    if how is GeneratorExit:
        checked.close()
    else:
        with pytest.raises(how):
            checked.throw(how())
    cache = opened([str(work)], settings)
    assert cache is not None
    assert [path for path in paths if cache.is_known(path)] == [first.path]


@pytest.mark.usefixtures("fresh")
def test_a_fresh_checkout_with_what_was_kept_is_not_checked_again(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = check(work)
    time.sleep(0.05)
    check(work)
    # Another machine: the same content in other files, that are younger.
    shutil.move(work, tmp_path / "kept")
    shutil.copytree(tmp_path / "kept", work, copy_function=shutil.copyfile)
    checked: list[str] = []

    def none(paths: list[str], *arguments: object) -> Iterator[CheckedFile]:
        checked.extend(paths)
        yield from ()

    monkeypatch.setattr("leakwise.cli.processes.check_files", none)
    assert (check(work), checked) == (first, [])


@pytest.mark.usefixtures("fresh")
def test_what_callers_rest_on_counts(work: Path) -> None:
    """A file tells how another one calls a third, and names neither of its functions."""
    modes = "import torch\ndef quiet():\n    return torch.{}()\n"
    imports = "from evaluation import evaluate\nfrom modes import quiet\n"
    caller = f"{imports}with quiet():\n    evaluate([])\n"
    write(work, {"run.py": caller, "modes.py": modes.format("no_grad")})
    found = []
    for mode in ("no_grad", "enable_grad", "no_grad"):
        write(work, {"modes.py": modes.format(mode)})
        found.append(check(work))
        assert found[-1] == check(work, no_cache=True)
    assert found[0] == found[2] != found[1]


def test_damaged_files_count_as_none(work: Path) -> None:
    wanted = check(work)
    (file,) = (work / ".leakwise_cache").glob("findings-*.json")
    whole = file.read_bytes()
    settings = SettingsResolver()
    chance = random.Random(3)
    body = whole.index(b"\n") + 1
    for place in (*range(body), *(chance.randrange(body, len(whole)) for _ in range(30))):
        damaged = bytearray(whole)
        damaged[place] ^= 1 + chance.randrange(255)
        file.write_bytes(damaged)
        cache = opened([str(work)], settings)
        assert cache is not None
        assert cache.found(str(work / "plain.py"), "any", False) is None
        assert not cache.is_known(str(work / "plain.py"))
    for end in (0, 10, body, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:end])
        assert check(work) == wanted
    # What is whole and has another form.
    for text in (b"[]", b"{}", b'{"files": 1}', whole[body:].replace(b'"facts"', b'"fakts"')):
        from leakwise.sources.keeping import keep

        keep(file, text)
        assert check(work) == wanted


def test_a_folder_that_cannot_be_written_costs_only_the_cache(work: Path) -> None:
    (work / ".leakwise_cache").write_text("in the way")
    done = leakwise("check", "--output-format", "concise", cwd=work)
    assert done.returncode == 1
    assert done.stderr == ""
    assert done.stdout.count("train.py") == 2


def test_no_cache_and_another_folder(work: Path, tmp_path: Path) -> None:
    leakwise("check", "--no-cache", cwd=work)
    assert not (work / ".leakwise_cache").exists()
    leakwise("check", "--cache-dir", str(tmp_path / "kept"), cwd=work)
    assert not (work / ".leakwise_cache").exists()
    assert list((tmp_path / "kept").glob("findings-*.json"))


def test_a_folder_that_has_something_else_is_committed_as_before(work: Path) -> None:
    write(work, {"own/notes.txt": "", "ignoring/.gitignore": "*\n", "ignoring/notes.txt": ""})
    for name in ("own", "ignoring", "."):
        before = set((work / name).iterdir())
        assert leakwise("check", "--cache-dir", name, cwd=work).stderr == ""
        assert list((work / name).glob("findings-*.json"))
        assert "Removed" in leakwise("clean", "--cache-dir", name, cwd=work).stdout
        assert set((work / name).iterdir()) == before
    (work / "empty").mkdir()
    leakwise("check", "--cache-dir", "empty", cwd=work)
    assert (work / "empty/.gitignore").read_bytes() == b"*\n"
    assert "Removed" in leakwise("clean", "--cache-dir", "empty", cwd=work).stdout
    assert not (work / "empty").exists()


def test_the_own_folder_of_a_user(work: Path, tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path / "home"), "USERPROFILE": str(tmp_path / "home")}
    leakwise("check", "--cache-dir=~/option", cwd=work, stdin=b"", **home)
    leakwise("check", cwd=work, stdin=b"", **home, LEAKWISE_CACHE_DIR="~/variable")
    for name in ("option", "variable"):
        assert list((tmp_path / "home" / name).glob("findings-*.json"))
    assert not (work / "~").exists()
    done = leakwise("clean", "--cache-dir=~/option", cwd=work, stdin=b"", **home)
    assert "Removed" in done.stdout
    assert not (tmp_path / "home/option").exists()


def test_a_cache_among_the_sources_is_none(work: Path) -> None:
    def names() -> str:
        found = world_of([str(work)], [], "")
        assert found is not None
        return found.names

    before = names()
    leakwise("check", "--cache-dir", "kept", cwd=work)
    assert (work / "kept/.gitignore").exists()
    assert names() == before
    write(work, {"pkg/.gitignore": "nets.py\n"})
    assert names() != before


def test_clean_removes_it(work: Path) -> None:
    leakwise("check", cwd=work)
    (work / ".leakwise_cache" / "other.txt").write_text("mine")
    done = leakwise("clean", cwd=work)
    assert done.returncode == 0
    assert [path.name for path in (work / ".leakwise_cache").iterdir()] == ["other.txt"]
    (work / ".leakwise_cache" / "other.txt").unlink()
    leakwise("check", cwd=work)
    assert "Removed" in leakwise("clean", cwd=work).stdout
    assert not (work / ".leakwise_cache").exists()
    assert leakwise("clean", cwd=work).returncode == 0


def test_checks_side_by_side_keep_what_each_learned(work: Path) -> None:
    settings = SettingsResolver()
    one, two = opened([str(work)], settings), opened([str(work)], settings)
    assert one is not None
    assert two is not None
    time.sleep(kept_findings._SLACK_NS / 1e9)
    check(work)
    one.put_sound("one")
    two.put_sound("two")
    one.save()
    two.save()
    last = opened([str(work)], settings)
    assert last is not None
    assert last.is_sound("one")
    assert last.is_sound("two")
    assert last.is_known(str(work / "plain.py"))
