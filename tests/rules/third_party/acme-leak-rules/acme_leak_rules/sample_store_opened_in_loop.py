"""ACME001 sample-store-opened-in-loop."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, CallSite, Place
from leakwise.rule import (
    Applicability,
    Certainty,
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

_OPEN = "acme_data.open_store"


class SampleStoreOpenedInLoop(Rule):
    """A sample store is opened in each iteration of a loop and never closed.

    ## Why it leaks

    `acme_data.open_store()` maps the store's index into memory and keeps the mapping until
    `close()`, also when the store's name is bound anew. A loop over epochs gains one mapping of
    some 200 MiB in each.

    ## Best practice

    Open the store in a `with` block.

    ## When it is not a leak

    A store that is closed, entered or handed to somebody who may close it.
    """

    code = "ACME001"
    name = "sample-store-opened-in-loop"
    message = "`{store}` maps one more index in each iteration; open it in a `with` block."
    severity = Severity.ERROR
    since = "1.0.0"
    root_cause = RootCause.UNRELEASED_HANDLE
    general_smell = GeneralSmell.OPEN_WITHOUT_CLOSE
    practices = (Practice("ACME-BP1", "Open sample stores in a `with` block."),)
    links = (Link("Acme's guide to sample stores", "https://docs.acme.example/sample-stores"),)
    examples = (
        Example(
            bad="""
                import torch
                from acme_data import open_store

                for epoch in range(100):
                    store = open_store("samples")  # leak
                    train(torch.as_tensor(store.read()))
            """,
            good="""
                import torch
                from acme_data import open_store

                for epoch in range(100):
                    with open_store("samples") as store:
                        train(torch.as_tensor(store.read()))
            """,
        ),
    )
    negatives = (
        Negative(
            why="The store is closed.",
            code="""
                import acme_data
                import torch

                for epoch in range(100):
                    store = acme_data.open_store("samples")
                    train(torch.as_tensor(store.read()))
                    store.close()
            """,
        ),
        Negative(
            why="One store serves all epochs.",
            code="""
                import acme_data
                import torch

                store = acme_data.open_store("samples")
                for epoch in range(100):
                    train(torch.as_tensor(store.read()))
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        """Stores that are bound to a name in a loop, and nobody but the name knows of them."""
        for site in body.calls_of(_OPEN):
            if site.loops and site.bound_to is not None and not _leaves(body, site):
                yield self.report(
                    site.place,
                    RelatedPlace(site.loops[-1].place, "Each iteration maps one more index."),
                    certainty=Certainty.SURE,
                    anchors={"statement": (site.statement,)},
                    store=site.bound_to,
                )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        """A `with` block down to the last use of the store."""
        (statement,) = finding.anchors["statement"]
        if edits := context.bind_with(statement, to_last_use=True):
            yield Fix("Open it in a `with` block", edits, Applicability.UNSAFE)


def _leaves(body: BodyFacts, opened: CallSite) -> bool:
    """Whether the store may be closed here, or by somebody else.

    Nothing is known of the store's type, and a call of a method of what is not known is no call
    site: absence is asked of the names that stand in the body.
    """
    made: frozenset[str | Place] = frozenset({opened.place, opened.bound_to or ""})
    entered = any(one.manager == opened.bound_to for one in body.entered)
    handed_on = body.returned(made) or body.stored(made) or body.passed_on(made)
    return body.mentions("close") or entered or handed_on
