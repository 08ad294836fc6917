"""LP015 ctx-attribute-holds-output."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, Certainty
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
from leakwise_rules.wording import shown


class CtxAttributeHoldsOutput(Rule):
    """An autograd Function keeps its output, or another tensor, as an attribute of its context.

    ## Why it leaks

    The output of a Function refers to the graph node that made it, and the node to the context. A
    context that refers back to the output closes a circle, which reference counting cannot free.
    The output, and all else on the context, stays until Python's cyclic collector comes by. That
    one counts objects and not bytes, so a GPU can be full long before.

    40 calls of such a Function left 40 contexts alive and 83 MiB, 123 MiB with a backward pass,
    until `gc.collect()` was called. With `save_for_backward()` none stayed, nor did one with an
    input as an attribute.

    ## Best practice

    Save the tensors that `backward` needs with `ctx.save_for_backward()`, which knows how to keep
    an output without a circle, and read them from `ctx.saved_tensors`. Attributes of the context
    are for what is no tensor.

    ## When it is not a leak

    Numbers, shapes and flags on the context are fine. An input or an intermediate tensor on it
    closes no circle, but stays after the backward pass, which lets go only of what was saved, as
    long as the output does (20 of 20 such tensors, where with `save_for_backward()` none stayed):
    where `backward` reads one, this is an information. An output that is marked as not
    differentiable refers to no node.
    """

    code = "LP015"
    name = "ctx-attribute-holds-output"
    message = "`{context}.{attribute}` keeps {kept}; use `save_for_backward()`."
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.HIDDEN_REFERENCE
    general_smell = GeneralSmell.UNDETACHED_STATE
    practices = (
        Practice(
            "BP19",
            "Save every tensor that `backward` needs with `ctx.save_for_backward()`; keep only "
            "what is no tensor as attributes of `ctx`.",
        ),
    )
    links = (
        Link(
            "PyTorch: extending autograd, on save_for_backward",
            "https://docs.pytorch.org/docs/stable/notes/extending.html",
        ),
        Link(
            "The output on `ctx` keeps the context alive, the input does not",
            "https://github.com/pytorch/pytorch/issues/25340",
        ),
        Link(
            "A loop over such a Function leaks",
            "https://github.com/pytorch/pytorch/issues/5569",
        ),
        Link(
            "A leak by a tensor cached on `ctx`, mended in DGL",
            "https://github.com/dmlc/dgl/pull/1060",
        ),
        Link(
            "Tensors moved from `ctx` to save_for_backward, in SRU",
            "https://github.com/asappresearch/sru/pull/171",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch

                class Exp(torch.autograd.Function):
                    @staticmethod
                    def forward(ctx, x):
                        y = x.exp()
                        ctx.y = y  # leak
                        return y

                    @staticmethod
                    def backward(ctx, grad):
                        return grad * ctx.y
            """,
            good="""
                import torch

                class Exp(torch.autograd.Function):
                    @staticmethod
                    def forward(ctx, x):
                        y = x.exp()
                        ctx.save_for_backward(y)
                        return y

                    @staticmethod
                    def backward(ctx, grad):
                        (y,) = ctx.saved_tensors
                        return grad * y
            """,
        ),
        Example(
            bad="""
                from torch.autograd import Function

                class Sigmoid(Function):
                    @staticmethod
                    def forward(ctx, x, slope):
                        result = 1 / (1 + (-slope * x).exp())
                        ctx.slope = slope
                        ctx.result = result  # leak
                        return result

                    @staticmethod
                    def backward(ctx, grad_output):
                        slope = ctx.slope
                        grad = grad_output * slope * ctx.result * (1 - ctx.result)
                        return grad, None
            """,
            good="""
                from torch.autograd import Function

                class Sigmoid(Function):
                    @staticmethod
                    def forward(ctx, x, slope):
                        result = 1 / (1 + (-slope * x).exp())
                        ctx.slope = slope
                        ctx.save_for_backward(result)
                        return result

                    @staticmethod
                    def backward(ctx, grad_output):
                        (result,) = ctx.saved_tensors
                        slope = ctx.slope
                        grad = grad_output * slope * result * (1 - result)
                        return grad, None
            """,
        ),
        Example(
            bad="""
                import torch

                class Cube(torch.autograd.Function):
                    @staticmethod
                    def forward(x):
                        return x**3

                    @staticmethod
                    def setup_context(ctx, inputs, output):
                        ctx.cubed = output  # leak
                        ctx.shape = inputs[0].shape

                    @staticmethod
                    def backward(ctx, grad):
                        return 3 * grad * ctx.cubed ** (2 / 3)
            """,
            good="""
                import torch

                class Cube(torch.autograd.Function):
                    @staticmethod
                    def forward(x):
                        return x**3

                    @staticmethod
                    def setup_context(ctx, inputs, output):
                        ctx.save_for_backward(output)
                        ctx.shape = inputs[0].shape

                    @staticmethod
                    def backward(ctx, grad):
                        (output,) = ctx.saved_tensors
                        return 3 * grad * output ** (2 / 3)
            """,
        ),
        Example(
            bad="""
                import torch

                class Normalized(torch.autograd.Function):
                    @staticmethod
                    def forward(ctx, x):
                        ctx.norm = x.norm()
                        ctx.unit = x / ctx.norm  # leak
                        return ctx.unit

                    @staticmethod
                    def backward(ctx, grad):
                        along = (grad * ctx.unit).sum()
                        return (grad - along * ctx.unit) / ctx.norm
            """,
            good="""
                import torch

                class Normalized(torch.autograd.Function):
                    @staticmethod
                    def forward(ctx, x):
                        norm = x.norm()
                        unit = x / norm
                        ctx.save_for_backward(norm, unit)
                        return unit

                    @staticmethod
                    def backward(ctx, grad):
                        norm, unit = ctx.saved_tensors
                        along = (grad * unit).sum()
                        return (grad - along * unit) / norm
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import torch

                class Blend(torch.autograd.Function):
                    @staticmethod
                    def forward(ctx, left, weight):
                        ctx.mixed = torch.sigmoid(weight)  # leak
                        return left * ctx.mixed

                    @staticmethod
                    def backward(ctx, grad):
                        return grad * ctx.mixed, None
            """,
            good="""
                import torch

                class Blend(torch.autograd.Function):
                    @staticmethod
                    def forward(ctx, left, weight):
                        mixed = torch.sigmoid(weight)
                        ctx.save_for_backward(mixed)
                        return left * mixed

                    @staticmethod
                    def backward(ctx, grad):
                        (mixed,) = ctx.saved_tensors
                        return grad * mixed, None
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="The output is saved, and numbers and shapes stand on the context.",
            code="""
                import torch

                class Scale(torch.autograd.Function):
                    @staticmethod
                    def forward(ctx, x, factor):
                        y = x * factor
                        ctx.save_for_backward(y)
                        ctx.factor = factor
                        ctx.shape = y.shape
                        return y

                    @staticmethod
                    def backward(ctx, grad):
                        return grad * ctx.factor, None
            """,
        ),
        Negative(
            why="What may be no tensor is let be; an input on the context closes no circle.",
            code="""
                import torch

                class Square(torch.autograd.Function):
                    @staticmethod
                    def forward(ctx, x):
                        ctx.x = x
                        double = 2 * x
                        ctx.double = double
                        return x * x

                    @staticmethod
                    def backward(ctx, grad):
                        return grad * ctx.double
            """,
        ),
        Negative(
            why="An output that is not differentiable refers to no graph node.",
            code="""
                import torch

                class Pool(torch.autograd.Function):
                    @staticmethod
                    def forward(ctx, x):
                        values, indices = x.max(dim=1)
                        ctx.mark_non_differentiable(indices)
                        ctx.indices = indices
                        ctx.shape = x.shape
                        return values, indices

                    @staticmethod
                    def backward(ctx, grad, _):
                        return grad.new_zeros(ctx.shape).scatter(1, ctx.indices[:, None], grad)
            """,
        ),
        Negative(
            why="A context of something else, and a name that is bound anew before it is returned.",
            code="""
                import click
                import torch

                class Command:
                    def forward(ctx, x):
                        y = x + 1
                        ctx.y = y
                        return y

                class Rounded(torch.autograd.Function):
                    @staticmethod
                    def forward(ctx, x):
                        y = x.round()
                        ctx.rounded = y
                        y = y.clone()
                        return y

                    @staticmethod
                    def backward(ctx, grad):
                        return grad * ctx.rounded
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        for kept in body.outputs_on_context:
            simple = kept.backward is not None and kept.reads is not None
            yield self.report(
                kept.place,
                RelatedPlace(
                    kept.returned, "The output is given here; its graph keeps the context."
                ),
                certainty=Certainty.SURE,
                anchors={
                    "statement": (kept.statement,) if simple else (),
                    "backward": (kept.backward,) if kept.backward is not None else (),
                    "reads": kept.reads or (),
                },
                notes={
                    "output": kept.output,
                    "writer": kept.context,
                    "reader": kept.reader,
                    "attribute": kept.attribute,
                },
                context=shown(kept.context, 12),
                attribute=shown(kept.attribute, 20),
                kept="the output, whose graph keeps the context: a circle that keeps both alive",
            )
        for other in body.tensors_on_context:
            yield self.report(
                other.place,
                certainty=Certainty.LIKELY,
                severity=Severity.INFORMATION,
                anchors={"statement": (), "backward": (), "reads": ()},
                notes={"output": "", "writer": "", "reader": "", "attribute": ""},
                context=shown(other.context, 12),
                attribute=shown(other.attribute, 20),
                kept="a tensor past the backward pass, which lets go only of what was saved",
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        output, reader = finding.notes["output"], finding.notes["reader"]
        for statement in finding.anchors["statement"]:
            saving = f"{finding.notes['writer']}.save_for_backward({output})"
            edits = context.replace_statement(statement, saving)
            for backward in finding.anchors["backward"]:
                first = context.insert_first(backward, f"({output},) = {reader}.saved_tensors")
                edits = edits and first and (*edits, *first)
            for read in finding.anchors["reads"]:
                other = context.replace(read, f"{reader}.{finding.notes['attribute']}", output)
                edits = edits and other and (*edits, *other)
            if edits:
                yield Fix("Save the output with `save_for_backward()`", edits, Applicability.UNSAFE)
