"""What is kept under the name of an edition is used by that edition alone."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leakwise.sources import keeping
from leakwise.sources.editions import rule_packages
from leakwise.sources.keeping import keep
from tests.cli.running import environment, leakwise, write
from tests.cli.stumbling import stumbling_rule

ROOT = Path(__file__).parents[2]
TOLD = "from leakwise.sources.editions import edition; print(edition())"
NET = "from torch import nn\nclass Net(nn.Module):\n    pass\n"
TRAIN = """\
import torch
from nets import Net
def embed(loader, weight):
    net, kept = Net(), []
    for x in loader:
        y = net(x)
        (weight * x).sum().backward()
        kept.append(y)
    return kept
"""
FORGETFUL = """

Answering.answer = lambda self, question: Answer(lasting=True)
"""
ENTRIES = """\
[console_scripts]
leakwise = leakwise.__main__:main

[leakwise.rules]
leakwise = leakwise_rules
"""


def edition(*path: Path) -> str:
    """What stands for the Leakwise that a new process finds in the folders `path`."""
    done = subprocess.run(
        [sys.executable, "-c", TOLD],
        env=environment(PYTHONPATH=os.pathsep.join(map(str, path))),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def installed(folder: Path) -> Path:
    """Leakwise, laid into `folder` as pip does, with a record that is younger than all files."""
    site = folder / "site-packages"
    for package in ("server/leakwise", "rules/leakwise_rules"):
        source = ROOT / package
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source, site / source.name, ignore=ignored, copy_function=shutil.copyfile)
    names = {"entry_points.txt": ENTRIES, "METADATA": "Metadata-Version: 2.1\nName: leakwise\n"}
    write(site / "leakwise-0.1.0.dist-info", {**names, "RECORD": "leakwise/x.py,sha256=abc,1\n"})
    return site


def later(path: Path, text: str) -> None:
    """Writes a file as if that happened a little later than all that was."""
    path.write_text(text)
    new = time.time() + 10
    os.utime(path, (new, new))


def test_the_same_one_installed_anew_is_the_same(tmp_path: Path) -> None:
    site = installed(tmp_path)
    first = edition(site)
    shutil.rmtree(site)
    time.sleep(0.02)
    assert edition(installed(tmp_path)) == first
    later(site / "leakwise/facts/symbols/worker.py", "")
    changed = edition(site)
    assert changed != first
    (site / "leakwise-0.1.0.dist-info/RECORD").write_text("leakwise/x.py,sha256=abd,1\n")
    assert edition(site) not in (first, changed)


@pytest.mark.parametrize("place", ["leakwise/facts/module.py", "leakwise_rules/__init__.py"])
def test_what_is_being_worked_on_counts_by_its_files(tmp_path: Path, place: str) -> None:
    sources = installed(tmp_path).rename(tmp_path / "sources")
    first = edition(sources)
    assert edition(sources) == first
    file = sources / place
    text = file.read_text() + "# more\n"
    file.write_text(text)
    changed = edition(sources)
    assert changed != first
    later(file, text)
    assert edition(sources) not in (first, changed)


def test_rules_of_others_count(tmp_path: Path) -> None:
    none = edition()
    package = stumbling_rule(tmp_path / "work")
    first = edition(package)
    assert first != none
    write(package, {"stumbling/words.py": "", "other/words.py": ""})
    assert edition(package) != first


METADATA = """\
[console_scripts]
acme = acme.command:main

[leakwise.rules]
# Two of them.
memory = acme_rules.memory [fast]
; and one that is a name of a module
files=acme_rules : files
"""


def test_packages_of_rules_are_found_by_their_metadata(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "first", {"acme_rules-2.dist-info/entry_points.txt": METADATA})
    others: dict[str, str | bytes] = {
        "Acme.Rules-1.dist-info/entry_points.txt": METADATA,
        "plain-1.dist-info/METADATA": "",
        "other-1.dist-info/entry_points.txt": "[leakwise.rules.more]\nx = y\n",
        "damaged-1.dist-info/entry_points.txt": b"\xff[leakwise.rules]\nx = y\n",
        "empty-1.egg-info/entry_points.txt": "[leakwise.rules]\n",
    }
    write(tmp_path / "second", others)
    monkeypatch.setattr("sys.path", [str(tmp_path / name) for name in ("first", "gone", "second")])
    found = {Path(one.metadata).name: one for one in rule_packages()}
    assert list(found) == ["acme_rules-2.dist-info", "empty-1.egg-info"]
    assert found["acme_rules-2.dist-info"].rules == ("acme_rules.memory", "acme_rules:files")
    assert found["acme_rules-2.dist-info"].modules == {"acme", "acme_rules"}
    assert found["empty-1.egg-info"].rules == ()


def test_a_link_that_leads_nowhere_is_no_trouble(tmp_path: Path) -> None:
    package = stumbling_rule(tmp_path / "work")
    first = edition(package)
    (package / "stumbling/gone.py").symlink_to(tmp_path / "nothing")
    assert edition(package) == first


def test_answers_of_another_edition_are_not_read(tmp_path: Path) -> None:
    sources = installed(tmp_path).rename(tmp_path / "sources")
    work = write(tmp_path / "work", {"pyproject.toml": "", "nets.py": NET, "train.py": TRAIN})

    def found() -> str:
        for file in (work / ".leakwise_cache").glob("findings-*"):
            file.unlink()
        form = ("--output-format", "concise")
        return leakwise("check", *form, cwd=work, PYTHONPATH=str(sources)).stdout

    assert "LP002" in found()
    assert "LP002" in found()
    [kept] = (work / ".leakwise_cache").glob("symbols-*")
    answering = sources / "leakwise/facts/symbols/answering.py"
    later(answering, answering.read_text() + FORGETFUL)
    assert "LP002" not in found()
    assert len(list(kept.parent.glob("symbols-*"))) <= 2


def test_a_rule_that_was_changed_is_run_again(tmp_path: Path) -> None:
    package = stumbling_rule(tmp_path / "installed")
    work = write(tmp_path / "work", {"a.py": "import torch\nraises_here = 1\n"})
    first = leakwise("check", cwd=work, PYTHONPATH=str(package))
    assert "on purpose" in first.stderr
    rule = package / "stumbling/stumbles_over_words.py"
    rule.write_text(rule.read_text().replace("raises_here", "raises_there"))
    assert leakwise("check", cwd=work, PYTHONPATH=str(package)).stderr == ""
    later(rule, rule.read_text().replace("raises_there", "raises_here"))
    assert "on purpose" in leakwise("check", cwd=work, PYTHONPATH=str(package)).stderr


def test_what_other_editions_left_goes_when_it_is_old(tmp_path: Path) -> None:
    names = ("findings-a-1.json", "findings-a-2.json", "findings-b-1.json", "findings-a-3.json")
    for name in names[:3]:
        keep(tmp_path / name, b"")
    old = time.time() - keeping.OUTDATED_SECONDS - 60
    for name in (names[0], names[2]):
        os.utime(tmp_path / name, (old, old))
    keep(tmp_path / names[3], b"")
    assert sorted(one.name for one in tmp_path.glob("*.json")) == sorted(names[1:])
