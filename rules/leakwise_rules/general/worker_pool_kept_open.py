"""LG002 worker-pool-kept-open."""

from collections.abc import Iterator

from leakwise.facts import Acquisition, BodyFacts
from leakwise.rule import (
    Applicability,
    Example,
    Finding,
    Fix,
    FixContext,
    GeneralSmell,
    Link,
    Negative,
    Practice,
    Report,
    RootCause,
    Rule,
    Severity,
)
from leakwise_rules.releases import holder_of, kept_by_object, leak_path, lost, repeated
from leakwise_rules.wording import shown

_NOUNS = ("pool of processes", "pool of threads")


class WorkerPoolKeptOpen(Rule):
    """A pool of workers is kept on an object or in a list, and never closed.

    ## Why it leaks

    A pool holds its processes or threads, with their pipes, until it is closed or nothing refers to
    it any more. Kept in an attribute or a list, it stays: five kept pools of two workers left ten
    child processes; five that were dropped left none.

    ## Best practice

    Give a pool an owner that closes it: a `with` block, or `close()` and `join()` where the owner
    ends.

    ## When it is not a leak

    A pool in a `with` block. A local pool whose name ends with its function: CPython frees it,
    though a `with` block is better style. One executor of a module, for the life of the program. A
    pool whose class shuts it down.
    """

    code = "LG002"
    name = "worker-pool-kept-open"
    message = (
        "`{holder}` keeps what `{callee}` makes, and nothing closes {each}: the workers' {noun} "
        "stay; use `with`."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.UNRELEASED_HANDLE
    general_smell = GeneralSmell.OPEN_WITHOUT_CLOSE
    practices = (
        Practice(
            "BP77",
            "Give a pool an owner that closes it: a `with` block, or `close()` and `join()` where "
            "its owner ends.",
        ),
    )
    links = (
        Link(
            "Python: multiprocessing.pool",
            "https://docs.python.org/3/library/multiprocessing.html#multiprocessing.pool.Pool",
        ),
        Link(
            "The pool is closed, in Spleeter",
            "https://github.com/deezer/spleeter/commit/cce8636fdf4575148b79da447cb8dc0d4a0092ac",
        ),
        Link(
            "The pool that trains is ended, in AutoKeras",
            "https://github.com/keras-team/autokeras/commit/"
            "e075f779c584ab95f1f8582b120c22654c95de43",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch.multiprocessing as mp

                class Evaluator:
                    def run(self, jobs):
                        self.pool = mp.Pool(4)  # leak
                        return self.pool.map(evaluate, jobs)
            """,
            good="""
                import torch.multiprocessing as mp

                class Evaluator:
                    def run(self, jobs):
                        with mp.Pool(4) as pool:
                            return pool.map(evaluate, jobs)
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import torch
                from concurrent.futures import ProcessPoolExecutor

                pools = []
                for fold in range(5):
                    pool = ProcessPoolExecutor(2)  # leak
                    pools.append(pool)
                    train_fold(fold)
            """,
            good="""
                import torch
                from concurrent.futures import ProcessPoolExecutor

                pools = []
                for fold in range(5):
                    pool = ProcessPoolExecutor(2)
                    pools.append(pool)
                    train_fold(fold)
                    pool.shutdown()
            """,
        ),
        Example(
            bad="""
                import torch
                from concurrent.futures import ThreadPoolExecutor

                class Writer:
                    def __init__(self, folder):
                        self.folder = folder
                        self.executor = ThreadPoolExecutor(max_workers=4)  # leak

                    def save(self, name, state):
                        self.executor.submit(torch.save, state, self.folder / name)
            """,
            good="""
                import torch
                from concurrent.futures import ThreadPoolExecutor

                class Writer:
                    def __init__(self, folder):
                        self.folder = folder
                        self.executor = ThreadPoolExecutor(max_workers=4)

                    def save(self, name, state):
                        self.executor.submit(torch.save, state, self.folder / name)

                    def close(self):
                        self.executor.shutdown()
            """,
            fixed=False,
        ),
        Example(
            bad="""
                from multiprocessing import Pool

                import torch

                class Loader:
                    def __init__(self, paths):
                        self.pool = Pool(4)
                        self.paths = paths

                    def load(self):
                        return self.pool.map(torch.load, self.paths)

                class Tokenizer:
                    def __init__(self):
                        self.pool = Pool(4)  # leak

                    def tokenize(self, lines):
                        return self.pool.map(str.split, lines)

                class Closing(Loader):
                    def close(self):
                        self.pool.close()
            """,
            good="""
                from multiprocessing import Pool

                import torch

                class Loader:
                    def __init__(self, paths):
                        self.pool = Pool(4)
                        self.paths = paths

                    def load(self):
                        return self.pool.map(torch.load, self.paths)

                class Tokenizer:
                    def __init__(self):
                        self.pool = Pool(4)

                    def tokenize(self, lines):
                        return self.pool.map(str.split, lines)

                    def close(self):
                        self.pool.close()

                class Closing(Loader):
                    def close(self):
                        self.pool.close()
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="The `with` block closes the pool.",
            code="""
                import torch.multiprocessing as mp

                def run(jobs):
                    with mp.Pool(4) as pool:
                        return pool.map(evaluate, jobs)
            """,
        ),
        Negative(
            why="A local pool goes with its function.",
            code="""
                import torch.multiprocessing as mp

                def run(jobs):
                    pool = mp.Pool(4)
                    return pool.map(evaluate, jobs)
            """,
        ),
        Negative(
            why="The module has one executor for the life of the program.",
            code="""
                import torch
                from concurrent.futures import ThreadPoolExecutor

                EXECUTOR = ThreadPoolExecutor()

                def save(state, path):
                    EXECUTOR.submit(torch.save, state, path)
            """,
        ),
        Negative(
            why="The class shuts its pool down.",
            code="""
                import torch
                from concurrent.futures import ThreadPoolExecutor

                class Writer:
                    def __init__(self):
                        self.executor = ThreadPoolExecutor(max_workers=4)

                    def save(self, state, path):
                        self.executor.submit(torch.save, state, path)

                    def finish(self):
                        self.executor.shutdown(wait=True)
            """,
        ),
        Negative(
            why="Who gets the pool may close it.",
            code="""
                import torch.multiprocessing as mp

                class Workers:
                    def __init__(self, count):
                        self.pool = mp.Pool(count)
                        register(self.pool)
            """,
        ),
        Negative(
            why="A base class that is not known here may close it.",
            code="""
                import torch.multiprocessing as mp
                from workers import Base

                class Workers(Base):
                    def __init__(self, count):
                        super().__init__()
                        self.pool = mp.Pool(count)
            """,
        ),
        Negative(
            why="A class that is mixed in closes the pool.",
            code="""
                from multiprocessing import Pool

                import torch

                class Closes:
                    def close(self):
                        self.pool.close()

                class Loads:
                    def __init__(self):
                        self.pool = Pool(4)

                    def load(self, paths):
                        return self.pool.map(torch.load, paths)

                class Loader(Loads, Closes):
                    pass
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        for taken, fate in lost(body, *_NOUNS):
            again, loop = repeated(body, taken)
            holder = holder_of(body, taken)
            if holder is None or not (kept_by_object(fate) or (again and taken.gathered)):
                continue
            # Made with its object, it goes with it: as many stay as there are objects.
            with_object = body.name == "__init__" and not taken.gathered
            named = loop is not None and taken.loops[-1] == loop and taken.bound_to != holder
            yield self.report(
                taken.place,
                *leak_path(body, taken, loop),
                certainty=taken.what.certainty,
                severity=Severity.INFORMATION if with_object else None,
                anchors={"loop": (loop.place,) if loop is not None and named else ()},
                notes={"close": f"{taken.bound_to}.{_close(taken)}()" if taken.bound_to else ""},
                holder=shown(holder),
                callee=shown(taken.callee),
                each="them" if taken.gathered else "the pool",
                noun="threads" if "threads" in taken.resource.noun else "processes and pipes",
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        close = finding.notes["close"]
        for loop in finding.anchors["loop"]:
            if close and (edits := context.append_last(loop, close)):
                yield Fix("Close it at the end of each iteration", edits, Applicability.UNSAFE)


def _close(taken: Acquisition) -> str:
    return "shutdown" if (taken.what.name or "").startswith("concurrent.") else "close"
