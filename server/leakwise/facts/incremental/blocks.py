"""Runs the blocks of a suite, or takes over what some did last time where nothing they see changed.

Neighbouring blocks are taken together in stretches, small ones inside larger ones. A stretch that
stands as a whole costs one comparison; in one that does not, only the small one that an edit
touched is run.
"""

import ast
from collections.abc import Callable, Iterator, Sequence

from leakwise.facts.code.definitions import ScopeNode
from leakwise.facts.code.scopes import Scopes
from leakwise.facts.incremental.memos import Memo, Snapshot, memo_of
from leakwise.facts.incremental.stretches import level_of, stretches
from leakwise.facts.interpreter.run import Run
from leakwise.facts.interpreter.state import Outcome
from leakwise.syntax import Block

RunStatement = Callable[[Run, ast.stmt], None]


def blocks_of(run: Run, statements: Sequence[ast.stmt]) -> list[Block]:
    """The blocks of a suite of the current block, or of some of its statements; none where it is
    not split."""
    for suite in run.block.suites:
        if getattr(suite.owner, suite.field) is statements:
            return suite.blocks
    if not run.block.children:
        return []
    found = [run.module.tree.child_block(statement) for statement in statements]
    blocks = [block for block in found if block is not None]
    return list(dict.fromkeys(blocks)) if len(found) == len(blocks) else []


def run_blocks(run: Run, blocks: Sequence[Block], run_statement: RunStatement) -> None:
    """Runs child blocks of the current block, in order."""
    outer = run.block
    _run_level(run, list(blocks), level_of(blocks), run_statement)
    run.block = outer


def _run_level(run: Run, blocks: list[Block], level: int, run_statement: RunStatement) -> None:
    if run.module.database.final and not run.loops:
        # No second run will ask what the first one did.
        _run_inside(run, blocks, 0, run_statement)
        return
    for stretch in stretches(blocks, level):
        if run.state.dead:
            break
        if run.watcher is not None or _only_defines(stretch):
            _run_inside(run, stretch, 0, run_statement)
        elif level and len(stretch) == 1:
            _run_level(run, stretch, 0, run_statement)
        else:
            _run_stretch(run, stretch, level, run_statement)


def _only_defines(stretch: list[Block]) -> bool:
    """Whether this is one function or class, whose code is a body of its own."""
    block = stretch[0]
    return len(stretch) == 1 and bool(block.children) and _is_scope(block)


def _is_scope(block: Block) -> bool:
    return isinstance(block.statements[0], ScopeNode)


def _run_inside(run: Run, stretch: list[Block], level: int, run_statement: RunStatement) -> None:
    """Runs a stretch by the smaller ones that it consists of, or its statements."""
    if level:
        _run_level(run, stretch, level - 1, run_statement)
        return
    for block in stretch:
        run.block = block
        run.module.database.statements_run += len(block.statements)
        for statement in block.statements:
            run_statement(run, statement)


def _run_stretch(run: Run, stretch: list[Block], level: int, run_statement: RunStatement) -> None:
    below: list[Block] = []
    for block in stretch:
        if block.children:
            below += _own(block)
        else:
            below.append(block)
    revisions = [block.revision for block in stretch]
    by_block = run.evidence.by_block
    evidence: list[object] = [by_block.get(block) for block in below]
    memo = _standing_memo(run, stretch, level, revisions, evidence)
    if memo is None:
        memo = _run_anew(run, stretch, level, below, evidence, run_statement)
    else:
        active = run.module.database.active
        if active:
            active[-1].update(memo.reads)
        memo.repeat(run.state, run.outcome)
        run.captured.update(memo.captured)
    run.memos.runs.keep(memo, stretch[0], level)


def _own(block: Block) -> Iterator[Block]:
    """A block and those beneath it that are code of the same body."""
    yield block
    if block.children and not _is_scope(block):
        for child in block.children:
            yield from _own(child)


def _standing_memo(
    run: Run, stretch: list[Block], level: int, revisions: list[int], evidence: list[object]
) -> Memo | None:
    for memo in run.memos.runs.at(stretch[0], level):
        if (
            memo.is_of(stretch, revisions, run.loops)
            and memo.evidence == evidence
            and memo.holds_in(run.state)
            and run.memos.settled.stand(memo.reads)
        ):
            return memo
    return None


def _run_anew(
    run: Run,
    stretch: list[Block],
    level: int,
    below: list[Block],
    evidence: list[object],
    run_statement: RunStatement,
) -> Memo:
    before = Snapshot(run.state, _roots(run.module.scopes, below))
    outer, run.outcome = run.outcome, Outcome()
    captured_outside, run.captured = run.captured, {}
    database = run.module.database
    reads = database.open_record()
    try:
        _run_inside(run, stretch, level, run_statement)
    finally:
        database.close_record()
    inner, run.outcome = run.outcome, outer
    outer.merge(inner)
    # What the stretch may have bound itself is compared as it was before.
    own = set(before.roots) if run.captured else ()
    captured = {name: one for name, one in run.captured.items() if name not in own}
    run.captured = captured_outside | captured
    revisions = [block.revision for block in stretch]
    return memo_of(
        stretch,
        revisions,
        run.loops,
        evidence,
        before,
        run.state,
        inner,
        reads,
        captured,
        run.lasting,
    )


def _roots(scopes: Scopes, blocks: Sequence[Block]) -> tuple[str, ...]:
    roots: set[str] = set()
    for block in blocks:
        index = scopes.index(block)
        roots.update(index.names, index.bound)
    return tuple(roots)
