"""`leakwise debug values`, for the authors of rules."""

from pathlib import Path

from tests.cli.running import LEAK, leakwise, write


def test_values_of_each_line(tmp_path: Path) -> None:
    write(tmp_path, {"leak.py": LEAK})
    done = leakwise("debug", "values", "leak.py", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    shown = done.stdout.splitlines()
    assert "3: model: Module torch.nn.Linear" in shown
    assert "9: loss: Tensor attached scalar" in shown
    assert "12: total: Tensor attached scalar" in shown


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = leakwise("debug", "values", "none.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "none.py" in done.stderr


def test_it_is_not_listed(tmp_path: Path) -> None:
    assert "debug" not in leakwise("--help", cwd=tmp_path).stdout
    assert "values" in leakwise("debug", "--help", cwd=tmp_path).stdout
