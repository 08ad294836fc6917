"""Runs `leakwise check` over real training code and compares its findings with the known ones.

Exit status: 0 as known, 1 findings came or went, 2 a crash, 3 a package could not be had.
"""

import argparse
import os
import sys
import warnings
from collections import Counter
from pathlib import Path

from tests.realcode import findings, pinned
from tests.realcode.findings import Outcome, Place


def cache_folder() -> Path:
    """Where packages are kept from run to run, unless an option or the environment says else."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("LEAKWISE_REALCODE_CACHE") or base / "leakwise" / "realcode")


def main() -> int:
    """Checks the chosen packages, prints what changed, and gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.realcode", description=__doc__)
    parser.add_argument("--packages", nargs="+", metavar="NAME", help="only these")
    parser.add_argument("--part", help="only the packages of this part of the lock file: ci")
    parser.add_argument("--update", action="store_true", help="write the findings down as known")
    parser.add_argument("--cache", type=Path, default=cache_folder(), help="(%(default)s)")
    parser.add_argument(
        "--lists",
        type=Path,
        default=Path(__file__).parent,
        help="the folder of the lists of packages and known findings (%(default)s)",
    )
    parser.add_argument("--jobs", type=int, help="processes of `leakwise check`")
    parser.add_argument(
        "--pin",
        nargs="+",
        metavar="NAME[==VERSION]",
        help="write these packages into the lock file, and stop",
    )
    options = parser.parse_args()
    # Old code is full of escapes that newer Pythons warn of when they parse it.
    warnings.simplefilter("ignore", SyntaxWarning)
    try:
        if options.pin:
            pinned.pin(options.pin, options.lists, options.cache)
            return 0
        chosen = [
            package
            for package in pinned.pinned(options.lists)
            if (not options.packages or package.name in options.packages)
            and (not options.part or package.part == options.part)
        ]
        if not chosen:
            parser.error("no such package is pinned")
        return compare(chosen, options)
    except pinned.Unreachable as reason:
        print(f"cannot be had: {reason}")
        return 3
    except pinned.WrongHash as reason:
        print(reason)
        return 2


def compare(packages: list[pinned.Package], options: argparse.Namespace) -> int:
    """Checks `packages` one by one; the exit status."""
    known = findings.known(options.lists)
    crashed = changed = False
    total = Counter[str]()
    for package in packages:
        folder = pinned.unpacked(package, options.cache)
        outcome = findings.check(package.name, folder, options.jobs)
        before = Counter(place for place in known if place.package == package.name)
        now = Counter(outcome.places)
        report(package, outcome, now - before, before - now)
        total += Counter(
            files=outcome.files, lines=outcome.lines, findings=len(outcome.places), packages=1
        )
        total["milliseconds"] += round(outcome.seconds * 1000)
        crashed |= bool(outcome.crash)
        changed |= now != before
        if not outcome.crash:
            known = [place for place in known if place.package != package.name]
            known += outcome.places
    print(
        f"{total['packages']} packages, {total['files']:,} files, {total['lines']:,} lines,"
        f" {total['milliseconds'] / 1000:.1f} s, {total['findings']} findings"
    )
    if options.update:
        findings.write(known, options.lists)
        return 2 if crashed else 0
    if changed:
        print("Where the new findings are right, write them down with --update.")
    return 2 if crashed else int(changed)


def report(
    package: pinned.Package, outcome: Outcome, added: Counter[Place], removed: Counter[Place]
) -> None:
    """Prints one package's line, and what changed below it."""
    print(
        f"{package.name} {package.version}: {outcome.files:,} files, {outcome.lines:,} lines,"
        f" {outcome.seconds:.1f} s, {len(outcome.places)} findings"
        f" (+{added.total()} -{removed.total()})",
        flush=True,
    )
    for sign, places in (("+", added), ("-", removed)):
        for place in sorted(places.elements()):
            message = outcome.messages.get(place, "")
            print(f"  {sign} {place.path}:{place.line} {place.code} {message}".rstrip())
    for line in outcome.warnings:
        print(f"  ! {line}")
    if outcome.crash:
        print(f"  CRASH: {outcome.crash}")


if __name__ == "__main__":
    sys.exit(main())
