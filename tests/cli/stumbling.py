"""A rule package of somebody else's, whose rule stumbles over words in the code it is shown."""

from pathlib import Path

from tests.cli.running import write

RULE = '''
"""Waits, dies or raises where the code says so."""

import os
import signal
import threading
from leakwise.rule import GeneralSmell, RootCause, Rule, Severity


class StumblesOverWords(Rule):
    """Code that makes the rule stumble."""

    code = "XX001"
    name = "stumbles-over-words"
    message = "Stumbled."
    severity = Severity.HINT
    since = "1"
    root_cause = RootCause.HIDDEN_REFERENCE
    general_smell = GeneralSmell.NEEDLESS_DUPLICATE
    practices = links = examples = negatives = ()

    def check(self, body):
        if body.mentions("dies_here"):
            os.kill(os.getpid(), signal.SIGKILL)
        if body.mentions("raises_here"):
            raise ValueError("on purpose")
        if body.mentions("takes_its_time"):
            threading.Event().wait(1.2)
        if body.mentions("never_ends"):
            os.write(int(os.environ["STUMBLING_TELLS"]), f"{os.getpid()}\\n".encode())
            threading.Event().wait()
        return iter(())
'''
ENTRY = "[leakwise.rules]\nstumbling = stumbling\n"
METADATA = "Metadata-Version: 2.1\nName: stumbling\nVersion: 1\n"


def stumbling_rule(folder: Path) -> Path:
    """Lays the package, as if installed, in `folder`, which is to go on `PYTHONPATH`."""
    return write(
        folder,
        {
            "stumbling/__init__.py": "",
            "stumbling/stumbles_over_words.py": RULE,
            "stumbling-1.dist-info/entry_points.txt": ENTRY,
            "stumbling-1.dist-info/METADATA": METADATA,
        },
    )
