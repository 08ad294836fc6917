"""The tools that are measured beside Leakwise: found where an option names them, else installed."""

import argparse
import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Peer:
    """A tool on PyPI: what is installed, and the executable that this brings."""

    name: str
    requirements: tuple[str, ...]
    executable: str


RUFF = Peer("ruff", ("ruff==0.17.6",), "ruff")
PYLSP = Peer("pylsp", ("python-lsp-server==1.15.0", "pyflakes==4.1.0"), "pylsp")
TORCHFIX = Peer("torchfix", ("torchfix==0.7.0",), "torchfix")

LEAKWISE = (sys.executable, "-m", "leakwise")


@dataclass(frozen=True, slots=True)
class Found:
    """Where a peer is, or in `absence` why it is not there."""

    path: Path | None
    absence: str = ""


def add_options(parser: argparse.ArgumentParser, peers: Sequence[Peer]) -> None:
    """Adds `--peers` and one option for each peer's executable."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    parser.add_argument(
        "--peers",
        type=Path,
        default=cache / "leakwise" / "peers",
        metavar="DIR",
        help="where missing peers are installed from PyPI (default: %(default)s)",
    )
    for peer in peers:
        parser.add_argument(
            f"--{peer.name}",
            metavar="PATH",
            help=f"the {peer.name} to use, or 'none' (default: {' '.join(peer.requirements)})",
        )


def find(peer: Peer, options: argparse.Namespace) -> Found:
    """The peer that `options` name; one that they do not is installed on first use."""
    given = getattr(options, peer.name)
    if given == "none":
        return Found(None, "left out")
    if given:
        path = Path(given)
        return Found(path) if path.exists() else Found(None, f"no {path}")
    home = options.peers / "-".join(part.replace("==", "-") for part in peer.requirements)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    path = scripts / (peer.executable + (".exe" if os.name == "nt" else ""))
    if path.exists():
        return Found(path)
    print(f"installing {' '.join(peer.requirements)} into {home}", file=sys.stderr)
    venv.create(home, with_pip=True, clear=True)
    done = subprocess.run(
        [scripts / "python", "-m", "pip", "install", "--quiet", *peer.requirements],
        capture_output=True,
        text=True,
    )
    if done.returncode or not path.exists():
        reason = (done.stderr.strip().splitlines() or ["pip failed"])[-1]
        return Found(None, f"not installed: {reason[:120]}")
    return Found(path)
