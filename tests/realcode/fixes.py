"""Makes every fix of every finding in real code, each by itself, and looks at what it does.

    python -m tests.realcode.fixes
    python -m tests.realcode.fixes --packages skorch tianshou

After each the finding must be gone, the file must parse, a second run must change nothing, and what
the fix is not about must be byte for byte as it was. Prints what went wrong; the exit status is 1
when anything did. Findings are those of each file alone, of any certainty that is shown.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

from leakwise.engine import may_concern
from leakwise.sources import UnreadableError, read_document
from tests.engine.fix_effects import effects
from tests.realcode.__main__ import cache_folder


def main() -> int:
    """Looks at the fixes of all packages that are there."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cache", type=Path, default=cache_folder())
    parser.add_argument("--packages", nargs="*", help="only those whose names begin so")
    options = parser.parse_args()
    made: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for path in sorted(options.cache.rglob("*.py")):
        package = path.relative_to(options.cache).parts[0]
        if options.packages and not package.startswith(tuple(options.packages)):
            continue
        try:
            document = read_document(path)
        except UnreadableError:
            continue
        if not may_concern(document.text):
            continue
        for effect in effects(document):
            code = effect.finding.rule.code
            made[code] += 1
            wrong[code] += bool(effect.problems)
            for problem in effect.problems:
                line = effect.finding.range.start.line + 1
                print(f"{path}:{line}: {code} {effect.fix.title}: {problem}", flush=True)
    print(f"{'rule':8}{'fixes':>8}{'wrong':>8}")
    for code, count in sorted(made.items()):
        print(f"{code:8}{count:8}{wrong[code]:8}")
    print(f"{'all':8}{made.total():8}{wrong.total():8}")
    return 1 if wrong.total() else 0


if __name__ == "__main__":
    sys.exit(main())
