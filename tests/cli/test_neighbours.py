"""What a check finds that rests on other files, and what it keeps for the next one."""

from pathlib import Path

import pytest

from leakwise.cli.checking import check_together
from leakwise.engine.outside import Outside
from leakwise.engine.settings import SettingsResolver
from tests.cli.running import LEAK, leakwise
from tests.symbols.inside import written

FILES = {
    "pyproject.toml": "",
    "src/pkg/__init__.py": "from .nets import Net\nfrom torch import nn\n",
    "src/pkg/nets.py": """
        import torch
        from torch import nn
        from .base import Base

        class Net(Base):
            def forward(self, x):
                return self.body(x)
    """,
    "src/pkg/base.py": """
        from torch import nn

        class Base(nn.Module):
            def __init__(self):
                super().__init__()
                self.body = nn.Linear(2, 2)
    """,
    "train.py": """
        import torch
        from pkg import Net, nn

        def embed(loader, weight):
            net, head = Net(), nn.Linear(2, 2)
            kept, heads = [], []
            for x in loader:
                y = net(x)
                (weight * x).sum().backward()
                kept.append(y)
                heads.append(head(x))
            return kept, heads
    """,
}
FOUND = ["train.py:10:21: LP002", "train.py:11:22: LP002"]


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return written(tmp_path / "work", FILES)


def found(work: Path, *arguments: str, stdin: bytes = b"") -> list[str]:
    """Place and code of each finding of a check, which complains of nothing."""
    done = leakwise("check", "--output-format", "concise", *arguments, cwd=work, stdin=stdin)
    assert done.stderr == ""
    return [" ".join(line.split(" ")[:2]) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_other_files_are_asked(work: Path, jobs: str) -> None:
    long = "import torch\n" + "x = 1\n" * 2_000
    written(work, {f"more/{number:02}.py": long for number in range(40)})
    assert found(work, "--jobs", jobs) == FOUND


def test_what_a_base_of_another_file_asks_for_may_run_without_gradients(work: Path) -> None:
    base = FILES["src/pkg/base.py"]
    sampler = """
        class Denoiser(Base):
            def sample(self, x):
                for step in range(100):
                    x = self.body(x)
                return x
    """
    imported = "\n        from pkg.base import Base\n        import torch\n"
    written(work, {"together.py": base + sampler, "apart.py": imported + sampler})
    assert found(work, "together.py") == ["together.py:11:17: LP013"]
    assert found(work, "apart.py") == []


@pytest.mark.parametrize(
    ("context", "expected"),
    [("clock()", ["decorated.py:9:20: LP007"]), ("torch.no_grad()", [])],
)
def test_decorators_of_other_files_may_switch_gradients_off(
    work: Path, context: str, expected: list[str]
) -> None:
    decorator = f"""
        import functools
        import torch
        from clocks import clock

        def timed(function):
            @functools.wraps(function)
            def inner(*given):
                with {context}:
                    return function(*given)
            return inner
    """
    program = """
        import torch
        from torch import nn
        from pkg.timing import timed

        @timed
        def predict(model: nn.Module, loader):
            out = []
            for x in loader:
                out.append(model(x))
            return torch.cat(out)
    """
    written(work, {"src/pkg/timing.py": decorator, "decorated.py": program})
    assert found(work, "decorated.py") == expected


def test_one_file_alone_and_on_standard_input(work: Path) -> None:
    assert found(work, "train.py") == FOUND
    text = (work / "train.py").read_bytes()
    assert found(work, "-", "--stdin-filename", "train.py", stdin=text) == FOUND


def test_what_was_told_is_kept_and_followed(work: Path) -> None:
    assert found(work) == FOUND
    cache = work / ".leakwise_cache"
    assert (cache / ".gitignore").read_text().strip() == "*"
    assert list(cache.glob("*.json"))
    assert found(work) == FOUND
    nets = work / "src/pkg/nets.py"
    text = nets.read_text("utf-8")
    nets.write_text(text.replace("    def forward", "    @torch.no_grad()\n    def forward"))
    assert found(work) == FOUND[1:]
    nets.write_text(text)
    for path in cache.glob("*.json"):
        path.write_text("{")
    assert found(work) == FOUND


def test_a_worker_that_does_not_start_costs_one_warning(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is needed for stubs alone, which only jedi finds."""
    monkeypatch.setattr("leakwise.facts.symbols.worker_process.PROGRAM", "raise SystemExit(3)")
    packages = "lib/python3.11/site-packages"
    env = written(
        work.parent / "env",
        {"pyvenv.cfg": "", f"{packages}/pkg2-stubs/__init__.pyi": FILES["src/pkg/base.py"]},
    )
    stubbed = FILES["train.py"].replace("from pkg import Net, nn", "from pkg2 import Base as Net")
    written(work, {"stubbed.py": stubbed.replace("nn.Linear(2, 2)", "None"), "plain.py": LEAK})
    outside = Outside([str(work)], environments=[str(env)])
    paths = [str(work / name) for name in ("train.py", "stubbed.py", "plain.py")]
    checked = list(check_together(paths, outside, SettingsResolver(), with_fixes=False))
    outside.close()
    found = [[one.code for one in file.findings] for file in checked]
    assert found == [["LP002", "LP002"], [], ["LP001"]]
    assert not any(file.problems for file in checked)
    (warning,) = {warning for file in checked for warning in file.about_run}
    assert "other files" in warning
