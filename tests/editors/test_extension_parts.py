"""The extension's sources: types, lint, and the tests of the parts that need no editor."""

from pathlib import Path

import pytest

from tests.editors.conftest import npm
from tests.editors.installed import needs

pytestmark = [needs("Node"), pytest.mark.xdist_group("editors")]


@pytest.mark.parametrize("script", ["check", "unit"])
def test_script(client: Path, script: str) -> None:
    npm("run", script, folder=client)
