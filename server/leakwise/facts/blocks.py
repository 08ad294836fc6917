"""Runs the blocks of a suite, or takes over what some did last time where nothing they see changed.

A memo covers a few neighbouring blocks. It depends on the names that stand in them, not on the
whole state: what an edit did to other names leaves it standing.
"""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from leakwise.facts.events import Loop
from leakwise.facts.queries import Node
from leakwise.facts.run import Run
from leakwise.facts.state import Delta, Outcome, View, delta
from leakwise.syntax import Block

KEPT_MEMOS = 8
"""How many memos begin at one block: one for each round of the loops round it."""
MOST_BLOCKS = 24
MOST_LINES = 48
_USUAL_BLOCKS = 8
_ADDRESS_STEP = 16

RunStatement = Callable[[Run, ast.stmt], None]


@dataclass(slots=True)
class Memo:
    """What some blocks did: what they were given, what they read elsewhere, what came of it."""

    blocks: list[Block]
    revisions: list[int]
    loops: tuple[Loop, ...]
    evidence: list[object]
    roots: frozenset[str]
    before: View
    change: Delta
    outcome: Outcome
    reads: dict[Node, int]


def run_blocks(run: Run, blocks: Sequence[Block], run_statement: RunStatement) -> None:
    """Runs child blocks of the current block, in order."""
    outer = run.block
    for group in _groups(blocks):
        if run.state.dead:
            break
        if group[0].children:
            run.block = group[0]
            for statement in group[0].statements:
                run_statement(run, statement)
        else:
            _run_group(run, group, run_statement)
    run.block = outer


def _groups(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """Neighbouring leaves, cut where a block's own address says so: an insertion moves no cut."""
    group: list[Block] = []
    lines = 0
    for block in blocks:
        if block.children:
            if group:
                yield group
            yield [block]
            group, lines = [], 0
            continue
        group.append(block)
        lines += block.line_count
        cut = id(block) // _ADDRESS_STEP % _USUAL_BLOCKS == 0
        if cut or lines >= MOST_LINES or len(group) >= MOST_BLOCKS:
            yield group
            group, lines = [], 0
    if group:
        yield group


def _run_group(run: Run, group: list[Block], run_statement: RunStatement) -> None:
    evidence: list[object] = [run.evidence.by_block.get(block) for block in group]
    memo = _standing_memo(run, group, evidence)
    if memo is None:
        memo = _run_anew(run, group, evidence, run_statement)
    else:
        active = run.module.database.active
        if active:
            active[-1].update(dict.fromkeys(memo.reads))
        run.state.apply(memo.change)
    run.outcome.merge(memo.outcome)
    kept = run.new_memos.setdefault(group[0], [])
    if len(kept) < KEPT_MEMOS and all(memo is not known for known in kept):
        kept.append(memo)


def _standing_memo(run: Run, group: list[Block], evidence: list[object]) -> Memo | None:
    if run.watcher is not None:
        return None
    first = group[0]
    for memos in (run.new_memos.get(first, ()), run.old_memos.get(first, ())):
        for memo in memos:
            if (
                memo.blocks == group
                and memo.revisions == [block.revision for block in group]
                and memo.evidence == evidence
                and memo.loops == run.loops
                and memo.before == run.state.view(memo.roots)
                and _reads_stand(memo)
            ):
                return memo
    return None


def _reads_stand(memo: Memo) -> bool:
    for node, changed_at in memo.reads.items():
        node.settle()
        if node.changed_at != changed_at:
            return False
    return True


def _run_anew(
    run: Run, group: list[Block], evidence: list[object], run_statement: RunStatement
) -> Memo:
    roots: set[str] = set()
    for block in group:
        index = run.module.scopes.index(block)
        roots.update(index.names)
        roots.update(index.bound)
    database = run.module.database
    outer_outcome, before = run.outcome, run.state.view(roots)
    run.outcome = Outcome()
    reads = database.open_record()
    try:
        for block in group:
            run.block = block
            for statement in block.statements:
                run_statement(run, statement)
    finally:
        database.close_record()
    memo = Memo(
        group,
        [block.revision for block in group],
        run.loops,
        evidence,
        frozenset(roots),
        before,
        delta(before, run.state.view(roots), dead=run.state.dead),
        run.outcome,
        {node: node.changed_at for node in reads},
    )
    run.outcome = outer_outcome
    return memo
