"""What the server keeps of many open documents, as the system counts it."""

import sys
from pathlib import Path

import pytest

from leakwise.lsp.loaded import MOST_WAITING
from tests.benchmarks.figures import resident_mebibytes
from tests.benchmarks.lsp_client import Client
from tests.benchmarks.training_files import functions
from tests.benchmarks.typist import Typist
from tests.lsp.raw_client import COMMAND

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="memory is told by ps")

LINES = 400


def test_documents_of_a_client_that_never_pauses(tmp_path: Path) -> None:
    with Client(COMMAND, pulls=False) as client:
        client.initialize(tmp_path.as_uri())
        sizes = [resident_mebibytes(client.pid)]
        for number in range(3 * MOST_WAITING):
            file = functions(LINES, seed=number * LINES)
            typist = Typist(client, (tmp_path / f"train{number}.py").as_uri(), file)
            typist.open(file.text)
            typist.type_line()
            if (number + 1) % MOST_WAITING == 0:
                sizes.append(resident_mebibytes(client.pid))
        fresh, first, _, third = sizes
        # As many more are open: their texts, and not their facts, are kept.
        assert third - first < (first - fresh) / 2, sizes
