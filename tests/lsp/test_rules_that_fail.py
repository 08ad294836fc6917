"""Rules of other packages that raise or never end. The server goes on."""

import os
from pathlib import Path

import pytest

from tests.lsp.raw_client import Json, RawClient
from tests.lsp.sessions import LEAK, LEAK_LINE, URI

OTHER = "file:///work/other.py"

RULE = '''\
from leakwise.rule import GeneralSmell, RootCause, Rule, Severity

class BadRule(Rule):
    """A rule that fails."""

    code = "XX001"
    name = "bad-rule"
    message = "Never shown."
    severity = Severity.WARNING
    since = "1"
    root_cause = RootCause.UNRELEASED_HANDLE
    general_smell = GeneralSmell.OPEN_WITHOUT_CLOSE
    practices = links = examples = negatives = ()

    def check(self, body):
        {does}
        yield
'''


SLOW_FIX = """\
from leakwise_rules.pytorch.accumulate_loss_with_graph import AccumulateLossWithGraph

class SlowRule(AccumulateLossWithGraph):
    code = "XX002"

    def fixes(self, finding, context):
        while True:
            pass
"""


def environment(folder: Path, module: str, seconds: str = "20") -> dict[str, str]:
    """An environment in which a package with the rule of this module is installed, and analyses
    take no longer than some seconds."""
    (folder / "bad_rules.py").write_text(module)
    metadata = folder / "bad_rules-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: bad-rules\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text("[leakwise.rules]\nbad = bad_rules\n")
    path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, "LEAKWISE_ANALYSIS_SECONDS": seconds}


def logged(messages: list[Json]) -> list[str]:
    return [
        message["params"]["message"]
        for message in messages
        if message["method"] == "window/logMessage"
    ]


@pytest.mark.parametrize("does", ["raise ValueError('broken')", "return self.check(body)[0]"])
def test_a_rule_that_raises_is_logged_once_a_document(tmp_path: Path, does: str) -> None:
    with RawClient(environment=environment(tmp_path, RULE.format(does=does))) as client:
        client.initialize()
        client.open(URI, LEAK)
        seen = client.published(URI, 1)
        client.type(URI, 2, LEAK_LINE, 17, "_")
        seen += client.published(URI, 2)
        client.type(URI, 3, 0, 0, "# leakage\n")
        seen += client.published(URI, 3)
        client.open(OTHER, LEAK)
        seen += client.published(OTHER, 1)
        first, second = logged(seen)
        assert "XX001" in first
        assert URI in first
        assert OTHER in second
        (found,) = seen[-1]["params"]["diagnostics"]
        assert found["code"] == "LP001"


def test_a_rule_that_never_ends_holds_up_nobody(tmp_path: Path) -> None:
    with RawClient(
        environment=environment(tmp_path, RULE.format(does="while True: pass"))
    ) as client:
        client.initialize()
        client.open(URI, LEAK)
        client.type(URI, 2, 0, 0, "\n")
        assert client.request("no/such")["error"]
        assert client.request("shutdown")["result"] is None
        client.notify("exit")
        assert client.wait() == 0


CATCHES_ALL = """
        while True:
            try:
                while True: pass
            except Exception:
                pass
"""


@pytest.mark.parametrize("does", ["while True: pass", CATCHES_ALL])
def test_a_rule_that_never_ends_is_left_out(tmp_path: Path, does: str) -> None:
    with RawClient(environment=environment(tmp_path, RULE.format(does=does), "0.3")) as client:
        client.initialize()
        client.open(URI, LEAK)
        seen = client.published(URI, 1)
        assert [one["code"] for one in seen[-1]["params"]["diagnostics"]] == ["LP001"]
        (complaint,) = logged(seen)
        assert "XX001" in complaint
        assert URI in complaint
        client.type(URI, 2, 0, 0, "\n")
        seen = client.published(URI, 2)
        assert logged(seen) == []
        assert len(seen[-1]["params"]["diagnostics"]) == 1
        client.open(OTHER, "import os")
        client.published(OTHER, 1)
        client.send(
            {
                "id": "again",
                "method": "workspace/executeCommand",
                "params": {"command": "leakwise.restartWorkers"},
            }
        )
        client.until(lambda one: one.get("method") == "window/logMessage" and "XX001" in str(one))


WAITS = """
        import time
        began = time.monotonic()
        while time.monotonic() < began + {seconds}:
            time.sleep(0.02)
        return
"""


@pytest.mark.parametrize(("seconds", "complaints"), [(1.5, 0), (600, 1)])
def test_a_rule_that_waits_is_given_ten_times_as_long(
    tmp_path: Path, seconds: float, complaints: int
) -> None:
    """A thread that waits uses the processor as little as one that others keep from it."""
    does = WAITS.format(seconds=seconds)
    with RawClient(environment=environment(tmp_path, RULE.format(does=does), "0.5")) as client:
        client.initialize()
        client.open(URI, LEAK)
        seen = client.published(URI, 1)
        assert [one["code"] for one in seen[-1]["params"]["diagnostics"]] == ["LP001"]
        assert len(logged(seen)) == complaints


SLOW_FACTS = """\
from leakwise.facts import ModuleFacts

def never(self):
    while True:
        pass

ModuleFacts.new_bodies = never
"""


def test_an_analysis_that_never_ends_is_given_up(tmp_path: Path) -> None:
    with RawClient(environment=environment(tmp_path, SLOW_FACTS, "0.3")) as client:
        client.initialize()
        client.open(URI, LEAK)
        seen = client.published(URI, 1)
        assert seen[-1]["params"]["diagnostics"] == []
        (complaint,) = logged(seen)
        assert "nothing is told" in complaint
        client.open(OTHER, "import os")
        client.published(OTHER, 1)


def test_a_fix_that_never_ends_holds_up_nobody(tmp_path: Path) -> None:
    with RawClient(environment=environment(tmp_path, SLOW_FIX)) as client:
        client.initialize()
        client.open(URI, LEAK)
        assert len(client.published(URI, 1)[-1]["params"]["diagnostics"]) == 2
        place = {"line": LEAK_LINE, "character": 15}
        client.send(
            {
                "id": "fixes",
                "method": "textDocument/codeAction",
                "params": {
                    "textDocument": {"uri": URI},
                    "range": {"start": place, "end": place},
                    "context": {"diagnostics": []},
                },
            }
        )
        client.type(URI, 2, 0, 0, "\n")
        client.published(URI, 2)
        assert client.request("shutdown")["result"] is None
        client.notify("exit")
        assert client.wait() == 0
