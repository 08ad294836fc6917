"""LP022 cache-decorator-on-tensor-or-module."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, Cache, Certainty, Kind, Value
from leakwise.facts.interpreter.containers import attached_part, holds_graph
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
    RelatedPlace,
    Report,
    RootCause,
    Rule,
    Severity,
)
from leakwise_rules.grad_modes import runs_recorded
from leakwise_rules.wording import shown

_FEW = 8
"""So many objects are a bounded cost."""
_HEAVY = frozenset(
    {Kind.TENSOR, Kind.OUTPUT, Kind.MODULE, Kind.KERAS_MODEL, Kind.TF_TENSOR, Kind.OPTIMIZER}
)
_DATASETS = (
    "torch.utils.data.Dataset",
    "torch.utils.data.dataset.Dataset",
    "torch.utils.data.IterableDataset",
)


class CacheDecoratorOnTensorOrModule(Rule):
    """A cache decorator keeps modules or tensors alive.

    ## Why it leaks

    `functools.cache` and `functools.lru_cache` keep the arguments and the result of every call, in
    a cache that belongs to the function. On a method the first argument is `self`: the cache, which
    lives as long as the class, keeps each object that the method was ever called on, and with it
    its parameters, or what its `close()` lets go of. Of 40 modules that were built, used and
    deleted, 40 stayed alive. A tensor as an argument is compared by identity, so that equal tensors
    never meet: 60 calls made 60 misses, 60 entries and 116 MiB.

    ## Best practice

    Keep a cached value with the object: in an attribute, or with `functools.cached_property`, which
    goes when the object goes. Key other caches by plain values (shape, dtype, the device as text)
    and bound them.

    ## When it is not a leak

    Functions of numbers, strings and tuples may be cached, and so may static methods of such, where
    no result refers to an autograd graph. A cache made in `__init__` belongs to its object. A
    `maxsize` bounds what is kept: of arguments, and of a few objects, this is an information only.
    """

    code = "LP022"
    name = "cache-decorator-on-tensor-or-module"
    message = (
        "The cache of `{function}` keeps {kept} alive for the life of the program; cache with "
        "the object, or by plain keys."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.HIDDEN_REFERENCE
    general_smell = GeneralSmell.WRONG_CACHE
    practices = (
        Practice(
            "BP28",
            "Cache per object (an attribute or buffer), not with a decorator whose cache lives on "
            "the class and holds `self`.",
        ),
        Practice(
            "BP29",
            "Key caches by plain values (shape, dtype, device string) and bound them; a tensor as "
            "a key is compared by identity.",
        ),
    )
    links = (
        Link(
            "Python: how do I cache method calls?",
            "https://docs.python.org/3/faq/programming.html#how-do-i-cache-method-calls",
        ),
        Link(
            "A cached function kept every fold's model on the GPU, in torchtune",
            "https://github.com/meta-pytorch/torchtune/issues/904",
        ),
        Link(
            "A cache kept a deleted model's memory, in PyTorch",
            "https://github.com/pytorch/pytorch/pull/149354",
        ),
        Link(
            "Caches on methods held models after `del`, in transformers",
            "https://github.com/huggingface/transformers/pull/45780",
        ),
        Link(
            "No caches on methods any more, in BoTorch",
            "https://github.com/meta-pytorch/botorch/pull/1650",
        ),
        Link(
            "Tensors as keys never hit, in dynamiqs",
            "https://github.com/dynamiqs/dynamiqs/pull/133",
        ),
    )
    examples = (
        Example(
            bad="""
                import functools
                import torch
                from torch import nn

                class RoPE(nn.Module):
                    def __init__(self, dim):
                        super().__init__()
                        self.freq = nn.Parameter(torch.rand(dim))

                    @functools.lru_cache(maxsize=None)  # leak
                    def table(self, length):
                        return torch.outer(torch.arange(length), self.freq.detach())
            """,
            good="""
                import functools
                import torch
                from torch import nn

                class RoPE(nn.Module):
                    def __init__(self, dim):
                        super().__init__()
                        self.freq = nn.Parameter(torch.rand(dim))

                    def table(self, length):
                        return torch.outer(torch.arange(length), self.freq.detach())
            """,
        ),
        Example(
            bad="""
                from functools import cache
                import torch

                @cache  # leak
                def gram(x: torch.Tensor) -> torch.Tensor:
                    return x @ x.mT
            """,
            good="""
                from functools import cache
                import torch

                def gram(x: torch.Tensor) -> torch.Tensor:
                    return x @ x.mT
            """,
        ),
        Example(
            bad="""
                from functools import lru_cache
                from torch import nn

                @lru_cache()  # leak
                def count_parameters(model: nn.Module) -> int:
                    return sum(p.numel() for p in model.parameters())
            """,
            good="""
                from functools import lru_cache
                from torch import nn

                def count_parameters(model: nn.Module) -> int:
                    return sum(p.numel() for p in model.parameters())
            """,
        ),
        Example(
            bad="""
                from functools import lru_cache
                from torch.utils.data import Dataset

                class Windows(Dataset):
                    def __init__(self, frame):
                        self.frame = frame

                    @property
                    @lru_cache(None)  # leak
                    def groups(self):
                        return list(self.frame.groupby("series"))
            """,
            good="""
                from functools import cached_property
                from torch.utils.data import Dataset

                class Windows(Dataset):
                    def __init__(self, frame):
                        self.frame = frame

                    @cached_property
                    def groups(self):
                        return list(self.frame.groupby("series"))
            """,
            fixed=False,
        ),
        Example(
            bad="""
                from functools import lru_cache
                import torch
                from transformers import AutoModel, AutoTokenizer

                tokenizer = AutoTokenizer.from_pretrained("bert-base-cased")
                encoder = AutoModel.from_pretrained("bert-base-cased")

                @lru_cache(maxsize=1000)  # leak
                def vector(text):
                    return encoder(**tokenizer(text, return_tensors="pt")).last_hidden_state[:, 0]
            """,
            good="""
                from functools import lru_cache
                import torch
                from transformers import AutoModel, AutoTokenizer

                tokenizer = AutoTokenizer.from_pretrained("bert-base-cased")
                encoder = AutoModel.from_pretrained("bert-base-cased")

                @lru_cache(maxsize=1000)
                @torch.no_grad()
                def vector(text):
                    return encoder(**tokenizer(text, return_tensors="pt")).last_hidden_state[:, 0]
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="`cached_property` keeps the value in the object.",
            code="""
                from functools import cached_property
                import torch
                from torch import nn

                class RoPE(nn.Module):
                    def __init__(self, dim):
                        super().__init__()
                        self.freq = nn.Parameter(torch.rand(dim))

                    @cached_property
                    def table(self):
                        return torch.outer(torch.arange(512), self.freq.detach())
            """,
        ),
        Negative(
            why="The arguments are plain values.",
            code="""
                from functools import lru_cache
                import torch

                @lru_cache(maxsize=32)
                def mask(length: int, dtype: torch.dtype):
                    return torch.ones(length, length, dtype=dtype).tril()
            """,
        ),
        Negative(
            why="A static method has no object to keep.",
            code="""
                from functools import cache
                import torch
                from torch import nn

                class Attention(nn.Module):
                    @staticmethod
                    @cache
                    def slopes(heads: int):
                        return [2 ** (-8 * i / heads) for i in range(heads)]
            """,
        ),
        Negative(
            why="Each object makes a cache of its own, which goes with it.",
            code="""
                from functools import lru_cache
                import torch
                from torch import nn

                class Table(nn.Module):
                    def __init__(self):
                        super().__init__()
                        self.row = lru_cache(maxsize=16)(self._row)

                    def _row(self, length):
                        return torch.arange(length)
            """,
        ),
        Negative(
            why="So does a cached function that is made with the object.",
            code="""
                from functools import lru_cache
                import torch

                class Curve:
                    def __init__(self, knots: torch.Tensor):
                        @lru_cache
                        def between(at: torch.Tensor):
                            return torch.searchsorted(knots, at)

                        self.between = between
            """,
        ),
        Negative(
            why="The class holds settings, and neither modules nor tensors.",
            code="""
                from functools import lru_cache
                import torch

                class Settings:
                    def __init__(self, path: str):
                        self.path = path

                    @lru_cache(maxsize=1)
                    def text(self):
                        with open(self.path) as file:
                            return file.read()
            """,
        ),
        Negative(
            why="What the function is given is not known.",
            code="""
                from functools import cache
                import torch

                @cache
                def describe(thing):
                    return str(thing)
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        cache = body.cache
        if cache is None or cache.limit == 0 or cache.of_call:
            return
        kept = _kept(body, cache)
        if kept is None:
            return
        what, certainty, of_objects = kept
        bounded = cache.limit is not None and (cache.limit <= _FEW or not of_objects)
        many = "one at a time" if cache.limit == 1 else f"up to {cache.limit}"
        yield self.report(
            cache.place,
            RelatedPlace(body.place, "Each call leaves its arguments and its result in the cache."),
            certainty=certainty,
            severity=Severity.INFORMATION if bounded else None,
            anchors={"decorator": (cache.place,), "function": (body.place,)},
            function=shown(body.name or ""),
            kept=what if cache.limit is None else f"{what} ({many})",
        )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        for decorator, function in zip(
            finding.anchors["decorator"], finding.anchors["function"], strict=True
        ):
            text = context.document.slice(decorator)
            if edits := context.remove_decorator(function, text):
                yield Fix("Take the cache off", edits, Applicability.UNSAFE)


def _kept(body: BodyFacts, cache: Cache) -> tuple[str, Certainty, bool] | None:
    """What the cache keeps that is heavy, how sure that is, and whether it is the objects whose
    method it is; None where nothing is known."""
    class_ = body.class_
    if cache.keyed_by_self and class_ is not None:
        of_class = f"every `{shown(class_.name)}` that it is called on"
        if class_.is_module:
            return of_class, Certainty.SURE, True
        if class_.derives_from(*_DATASETS) or class_.is_closable or class_.holds(_HEAVY):
            return of_class, Certainty.LIKELY, True
        returned = body.result.returns
        if returned is not None and returned.is_tensor:
            # It is computed from tensors of the object, which the cache keeps as well.
            return of_class, Certainty.LIKELY, True
    for name in cache.parameters:
        given = body.parameter(name)
        if _is_heavy(given):
            return f"every `{shown(name)}` that it is given", given.certainty, False
    returned = body.result.returns
    if (
        returned is not None
        and holds_graph(returned)
        and cache.parameters
        # Last, for other files may be read for it.
        and runs_recorded(body)
    ):
        return _WITH_GRAPH, attached_part(returned).certainty.weaker(Certainty.LIKELY), False
    return None


_WITH_GRAPH = "each result with its autograd graph"


def _is_heavy(value: Value) -> bool:
    parts = (value, value.element, *(value.items or ()))
    return any(part is not None and part.kind in _HEAVY for part in parts)
