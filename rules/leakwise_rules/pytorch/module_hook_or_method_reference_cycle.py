"""LP037 module-hook-or-method-reference-cycle."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, Certainty, Release
from leakwise.rule import (
    Example,
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
from leakwise_rules.wording import shown


class ModuleHookOrMethodReferenceCycle(Rule):
    """A hook, a cached function or an attribute refers to the object that owns it.

    ## Why it leaks

    A hook that uses `self`, registered on `self` or one of its submodules, closes a circle: the
    module keeps the hook, and the hook the module. Such a module is not freed when its last name
    goes, but when Python's cyclic collector comes by. That one counts objects, not the bytes of
    their parameters, so models that are built one after the other pile up on a GPU: 20 modules of
    16 MiB held 320 MiB after they were dropped, until `gc.collect()` freed them all.

    So it is with an attribute that holds a method of the object, or a function that uses `self`;
    where a cache keeps the tensors that such a function is given, with what came of them, these
    wait for the collector too.

    ## Best practice

    Let the hook refer to the module weakly, `me = weakref.ref(self)`, or only to its arguments: the
    first one is the module that the hook stands on. Or remove the hooks when a model is done with,
    or call `gc.collect()` once it is dropped.

    ## When it is not a leak

    A module that is built once and lives as long as the program needs no collector. Hooks that use
    only their arguments close no circle, and no more do functions outside of the class that are
    given the object.
    """

    code = "LP037"
    name = "module-hook-or-method-reference-cycle"
    message = (
        "{what} refers to its owner `{instance}`, a circle that only the collector frees; refer to "
        "`{instance}` weakly."
    )
    severity = Severity.HINT
    since = "0.1.0"
    root_cause = RootCause.HIDDEN_REFERENCE
    general_smell = GeneralSmell.REGISTER_WITHOUT_UNREGISTER
    practices = (
        Practice(
            "BP46",
            "Let hooks stored on a module refer to it weakly, or run `gc.collect()` after dropping "
            "models in a loop, since GPU memory does not trigger Python's collector.",
        ),
    )
    links = (
        Link(
            "Python: weak references",
            "https://docs.python.org/3/library/weakref.html",
        ),
        Link(
            "A forward hook that uses `self` makes modules pile up on the GPU",
            "https://github.com/pytorch/pytorch/issues/46386",
        ),
        Link(
            "A bound method as an attribute makes a circle",
            "https://github.com/pytorch/pytorch/issues/128211",
        ),
    )
    examples = (
        Example(
            bad="""
                from torch import nn

                class Probe(nn.Module):
                    def __init__(self):
                        super().__init__()
                        self.body = nn.Linear(4096, 4096)
                        self.body.register_forward_hook(lambda m, i, o: self.note(o))  # leak

                    def note(self, o):
                        self.last = o.detach().mean().item()

                for trial in range(100):
                    net = Probe()
                    evaluate(net)
            """,
            good="""
                import weakref
                from torch import nn

                class Probe(nn.Module):
                    def __init__(self):
                        super().__init__()
                        self.body = nn.Linear(4096, 4096)
                        me = weakref.ref(self)
                        self.body.register_forward_hook(lambda m, i, o: me().note(o))

                    def note(self, o):
                        self.last = o.detach().mean().item()

                for trial in range(100):
                    net = Probe()
                    evaluate(net)
            """,
            fixed=False,
        ),
        Example(
            bad="""
                from torch import nn

                class Counted(nn.Module):
                    def __init__(self, width):
                        super().__init__()
                        self.layer = nn.Linear(width, width)
                        self.calls = 0
                        self.register_forward_pre_hook(self.count)  # leak

                    def count(self, module, inputs):
                        self.calls += 1

                def search(widths, score):
                    return [score(Counted(width)) for width in widths]
            """,
            good="""
                from torch import nn

                class Counted(nn.Module):
                    def __init__(self, width):
                        super().__init__()
                        self.layer = nn.Linear(width, width)
                        self.calls = 0
                        self.register_forward_pre_hook(count)

                def count(module, inputs):
                    module.calls += 1

                def search(widths, score):
                    return [score(Counted(width)) for width in widths]
            """,
            fixed=False,
        ),
        Example(
            bad="""
                from torch import nn

                class Watched(nn.Module):
                    def __init__(self, width):
                        super().__init__()
                        self.inner = nn.Linear(width, width)
                        self.norm = 0.0

                        def note(module, inputs, output):
                            self.norm = output.detach().norm().item()

                        self.inner.register_forward_hook(note)  # leak

                def folds(data):
                    for train, test in data:
                        net = Watched(8)
                        fit(net, train)
                        print(net.norm)
            """,
            good="""
                import weakref
                from torch import nn

                class Watched(nn.Module):
                    def __init__(self, width):
                        super().__init__()
                        self.inner = nn.Linear(width, width)
                        self.norm = 0.0
                        me = weakref.ref(self)

                        def note(module, inputs, output):
                            me().norm = output.detach().norm().item()

                        self.inner.register_forward_hook(note)

                def folds(data):
                    for train, test in data:
                        net = Watched(8)
                        fit(net, train)
                        print(net.norm)
            """,
            fixed=False,
        ),
        Example(
            bad="""
                from functools import lru_cache
                import torch

                class Mixture:
                    def __init__(self, parts):
                        self.parts = parts

                        @lru_cache(maxsize=64)  # leak
                        def density(at: torch.Tensor):
                            return sum(part.log_prob(at).exp() for part in self.parts)

                        self.density = density
            """,
            good="""
                from functools import lru_cache
                import torch

                class Mixture:
                    def __init__(self, parts):
                        self.parts = parts

                    def density(self, at: torch.Tensor):
                        return sum(part.log_prob(at).exp() for part in self.parts)
            """,
            fixed=False,
        ),
        Example(
            bad="""
                from torch import nn

                class Switched(nn.Module):
                    def __init__(self, deep):
                        super().__init__()
                        self.wide, self.narrow = nn.Linear(64, 4096), nn.Linear(64, 8)
                        self.path = self.through_wide if deep else self.through_narrow  # leak

                    def through_wide(self, x):
                        return self.wide(x)

                    def through_narrow(self, x):
                        return self.narrow(x)

                scores = [evaluate(Switched(deep)) for deep in plans]
            """,
            good="""
                from torch import nn

                class Switched(nn.Module):
                    def __init__(self, deep):
                        super().__init__()
                        self.wide, self.narrow = nn.Linear(64, 4096), nn.Linear(64, 8)
                        self.deep = deep

                    def path(self, x):
                        return self.wide(x) if self.deep else self.narrow(x)

                scores = [evaluate(Switched(deep)) for deep in plans]
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="The module is built once.",
            code="""
                from torch import nn

                class Probe(nn.Module):
                    def __init__(self):
                        super().__init__()
                        self.body = nn.Linear(8, 8)
                        self.body.register_forward_hook(lambda m, i, o: self.note(o))

                    def note(self, o):
                        self.last = o.detach().mean().item()

                net = Probe()
                for x in loader:
                    net(x)
            """,
        ),
        Negative(
            why="The hook uses only its arguments.",
            code="""
                from torch import nn

                class Scaled(nn.Module):
                    def __init__(self):
                        super().__init__()
                        self.body = nn.Linear(8, 8)
                        self.body.register_forward_hook(lambda module, inputs, output: output / 2)

                for trial in range(100):
                    evaluate(Scaled())
            """,
        ),
        Negative(
            why="The hook is removed when the pass is over.",
            code="""
                from torch import nn

                class Probe(nn.Module):
                    def __init__(self):
                        super().__init__()
                        self.body = nn.Linear(8, 8)

                    def note(self, module, inputs, output):
                        self.last = output.detach()

                    def forward(self, x):
                        with self.body.register_forward_hook(self.note):
                            return self.body(x)

                for trial in range(100):
                    evaluate(Probe())
            """,
        ),
        Negative(
            why="The hook stands on somebody else's module.",
            code="""
                from torch import nn

                class Watcher:
                    def __init__(self, net: nn.Module):
                        self.seen = 0
                        self.handle = net.register_forward_hook(self.note)

                    def note(self, module, inputs, output):
                        self.seen += 1

                    def close(self):
                        self.handle.remove()

                for trial in range(100):
                    net = nn.Linear(8, 8)
                    watcher = Watcher(net)
                    evaluate(net)
                    watcher.close()
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        yield from self._cached(body)
        class_, instance = body.class_, body.instance_name
        if class_ is None or instance is None or not class_.is_module or not class_.made_in_loop:
            return
        for circle in body.circles:
            yield self.report(
                circle.place,
                RelatedPlace(class_.definition.place, "Objects of this class are made in a loop."),
                certainty=Certainty.LIKELY,
                what=f"The function in `{shown(f'{instance}.{circle.attribute}', 24)}`",
                instance=shown(instance, 20),
            )
        hooks = {hook.place: hook for hook in body.hooks}
        for callback in body.callbacks:
            hook = hooks.get(callback.call)
            if hook is None or not callback.of_self:
                continue
            target = hook.callee.rpartition(".")[0]
            fate = body.fate(hook)
            # Who removes the hook opens the circle.
            released = fate.release is not Release.NEVER or any(
                owner.released_by for owner in fate.owners
            )
            if target.partition(".")[0] != instance or released:
                continue
            yield self.report(
                callback.call,
                RelatedPlace(class_.definition.place, "Objects of this class are made in a loop."),
                certainty=Certainty.LIKELY,
                what=f"The hook on `{shown(target, 20)}`",
                instance=shown(instance, 20),
            )

    def _cached(self, body: BodyFacts) -> Iterator[Report]:
        """A cached function that is put on the object which it refers to, and keeps tensors."""
        cache = body.cache
        if cache is None or cache.owner is None or cache.limit == 0:
            return
        tensors = [name for name in cache.parameters if body.parameter(name).is_tensor]
        for name in tensors[:1]:
            yield self.report(
                cache.place,
                RelatedPlace(body.place, f"Its cache keeps every `{shown(name)}` it is given."),
                certainty=body.parameter(name).certainty.weaker(Certainty.LIKELY),
                what=f"The cached `{shown(body.name or '', 20)}`",
                instance=shown(cache.owner, 20),
            )
