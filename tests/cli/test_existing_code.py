"""What the page on existing code shows is what happens."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import environment, write

PAGE = (Path(__file__).parents[2] / "server/EXISTING_CODE.md").read_text("utf-8")
FILES = dict(re.findall(r"<!-- file: (.+) -->\n```python\n(.*?)```", PAGE, re.DOTALL))
SESSIONS = re.findall(r"^## (.+?)$.*?<!-- run -->\n```console\n(.*?)```", PAGE, re.DOTALL | re.M)


@pytest.mark.skipif(os.name == "nt", reason="the page shows a shell of POSIX")
@pytest.mark.parametrize(("title", "session"), SESSIONS, ids=[title for title, _ in SESSIONS])
def test_what_a_section_shows(tmp_path: Path, title: str, session: str) -> None:
    folder = write(tmp_path, FILES)
    beside = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    git = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@b.c"}
    committer = {"GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@b.c"}
    variables = environment(PATH=beside, **git, **committer)
    for step in re.split(r"^\$ ", session, flags=re.M)[1:]:
        line, _, shown = step.partition("\n")
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=folder,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
            check=False,
        )
        assert done.stdout.decode() == shown, line
