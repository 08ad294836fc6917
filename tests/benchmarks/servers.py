"""The language servers that are measured, each in the modes that editors use."""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.benchmarks import peers
from tests.benchmarks.lsp_client import Json


@dataclass(frozen=True, slots=True)
class Contender:
    """A server as one kind of editor uses it."""

    name: str
    command: tuple[str, ...]
    pulls: bool
    options: Json = field(default_factory=dict)


def contenders(options: argparse.Namespace) -> Iterator[Contender]:
    """The servers that there are; for each that is not, a line on stderr."""
    ours = (*peers.LEAKWISE, "server")
    ruff, pylsp = peers.find(peers.RUFF, options), peers.find(peers.PYLSP, options)
    if ruff.path:
        yield Contender("ruff, push", (str(ruff.path), "server"), pulls=False)
    yield Contender("leakwise, push", ours, pulls=False)
    if ruff.path:
        yield Contender("ruff, pull", (str(ruff.path), "server"), pulls=True)
    yield Contender("leakwise, pull", ours, pulls=True)
    if pylsp.path:
        yield Contender("pylsp, push", (str(pylsp.path),), pulls=False)
    for peer, found in ((peers.RUFF, ruff), (peers.PYLSP, pylsp)):
        if found.absence:
            print(f"{peer.name} is not in the tables: {found.absence}", file=sys.stderr)
