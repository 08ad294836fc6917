"""Resources that functions of other files take and give back to their callers."""

from pathlib import Path

import pytest

from tests.symbols.inside import Late, answering, written

LOGS = """
    import atexit
    from torch.utils.tensorboard import SummaryWriter

    _shared = SummaryWriter("runs/shared")

    def make_writer(folder):
        return SummaryWriter(folder)

    def make_named(folder, name):
        writer = make_writer(f"{folder}/{name}")
        writer.add_text("name", name)
        return writer

    def make_pair(folder):
        return make_writer(folder), folder

    def shared_writer(folder):
        return _shared

    def closed_at_exit(folder):
        writer = SummaryWriter(folder)
        atexit.register(writer.close)
        return writer

    class Logs:
        def __init__(self):
            self.writers = {}

        def writer(self, folder):
            self.writers[folder] = SummaryWriter(folder)
            return self.writers[folder]
"""
TRAIN = """
    import torch
    from logs import Logs, closed_at_exit, make_named, make_pair, make_writer, shared_writer

    def sweep(configurations, train, logs: Logs):
        for one in configurations:
            writer = CALL
            for step, loss in enumerate(train(one)):
                writer.add_scalar("loss", loss, step)
            END
"""


def found(folder: Path, call: str, end: str = "pass") -> list[str]:
    code = TRAIN.replace("CALL", call).replace("END", end)
    root = written(folder, {"logs.py": LOGS, "train.py": code})
    findings = Late(answering(root), lambda question: True).findings(root / "train.py")
    return [one.rule.code for one in findings]


@pytest.mark.parametrize("call", ["make_writer(one)", "make_named('r', one)", "make_pair(one)[0]"])
def test_who_is_given_a_resource_has_to_close_it(tmp_path: Path, call: str) -> None:
    assert found(tmp_path, call) == ["LP031"]
    assert found(tmp_path / "closed", call, "writer.close()") == []


@pytest.mark.parametrize(
    "call", ["shared_writer(one)", "closed_at_exit(one)", "logs.writer(one)", "unheard_of(one)"]
)
def test_what_somebody_else_has_too_is_not_taken(tmp_path: Path, call: str) -> None:
    assert found(tmp_path, call) == []


def test_functions_that_pass_on_what_others_took(tmp_path: Path) -> None:
    code = """
        import torch
        from logs import make_writer

        def dated(folder):
            return make_writer(f"{folder}/today")

        def log(values):
            writer = dated("runs")
            for value in values:
                writer.add_scalar("value", value)

        def log_in_a_block(values):
            with make_writer("runs") as writer:
                for value in values:
                    writer.add_scalar("value", value)
    """
    root = written(tmp_path, {"logs.py": LOGS, "train.py": code})
    findings = Late(answering(root), lambda question: True).findings(root / "train.py")
    assert [(one.rule.code, one.range.start.line) for one in findings] == [("LP031", 7)]
