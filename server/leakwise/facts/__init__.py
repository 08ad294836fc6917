"""What is known of a module: values, who keeps them, and for how long."""

from leakwise.lazily import lazily

TYPE_CHECKING = False  # As `typing` has it, which takes long to load.
if TYPE_CHECKING:
    from leakwise.facts.body import BodyFacts
    from leakwise.facts.classes import ClassFacts
    from leakwise.facts.code.decorators import Decorator
    from leakwise.facts.code.definitions import Definition
    from leakwise.facts.keeping.autograd_contexts import OutputOnContext
    from leakwise.facts.keeping.caches import Cache
    from leakwise.facts.keeping.holders import Holder, Limit
    from leakwise.facts.keeping.kept_arguments import Kept
    from leakwise.facts.keeping.leak_path import Role, Step
    from leakwise.facts.module import ModuleFacts
    from leakwise.facts.repeating.repetition import Repetition
    from leakwise.facts.resources.fates import Fate, Owner
    from leakwise.facts.resources.guards import Condition
    from leakwise.facts.resources.release_paths import Release
    from leakwise.facts.terms.certainty import Certainty, Scalar
    from leakwise.facts.terms.describing import describe
    from leakwise.facts.terms.events import (
        Accumulation,
        Argument,
        AttributeUpdate,
        Callback,
        CallSite,
        Capture,
        Carried,
        Defining,
        Entering,
        Event,
        GradMode,
        Handling,
        Keeping,
        Loop,
        Looping,
        Mix,
        ModuleCall,
        Relief,
        Storing,
        TrainingStep,
    )
    from leakwise.facts.terms.lifetimes import Life, LimitKind, Rhythm
    from leakwise.facts.terms.model_events import Construction, ModelUse
    from leakwise.facts.terms.places import Place
    from leakwise.facts.terms.resource_events import Acquisition, Handed
    from leakwise.facts.terms.values import Graph, Kind, Value
else:
    __getattr__ = lazily(
        __name__,
        {
            "leakwise.facts.keeping.autograd_contexts": "OutputOnContext",
            "leakwise.facts.body": "BodyFacts",
            "leakwise.facts.keeping.caches": "Cache",
            "leakwise.facts.terms.certainty": "Certainty Scalar",
            "leakwise.facts.classes": "ClassFacts",
            "leakwise.facts.code.decorators": "Decorator",
            "leakwise.facts.code.definitions": "Definition",
            "leakwise.facts.terms.describing": "describe",
            "leakwise.facts.terms.events": (
                "Accumulation Argument AttributeUpdate Callback CallSite Capture Carried "
                "Defining Entering Event GradMode Handling Keeping "
                "Loop Looping Mix ModuleCall Relief Storing TrainingStep"
            ),
            "leakwise.facts.resources.fates": "Fate Owner",
            "leakwise.facts.resources.guards": "Condition",
            "leakwise.facts.keeping.holders": "Holder Limit",
            "leakwise.facts.keeping.kept_arguments": "Kept",
            "leakwise.facts.keeping.leak_path": "Role Step",
            "leakwise.facts.terms.lifetimes": "Life LimitKind Rhythm",
            "leakwise.facts.terms.model_events": "Construction ModelUse",
            "leakwise.facts.module": "ModuleFacts",
            "leakwise.facts.terms.places": "Place",
            "leakwise.facts.resources.release_paths": "Release",
            "leakwise.facts.repeating.repetition": "Repetition",
            "leakwise.facts.terms.resource_events": "Acquisition Handed",
            "leakwise.facts.terms.values": "Graph Kind Value",
        },
    )

__all__ = [
    "Accumulation",
    "Acquisition",
    "Argument",
    "AttributeUpdate",
    "BodyFacts",
    "Cache",
    "CallSite",
    "Callback",
    "Capture",
    "Carried",
    "Certainty",
    "ClassFacts",
    "Condition",
    "Construction",
    "Decorator",
    "Defining",
    "Definition",
    "Entering",
    "Event",
    "Fate",
    "GradMode",
    "Graph",
    "Handed",
    "Handling",
    "Holder",
    "Keeping",
    "Kept",
    "Kind",
    "Life",
    "Limit",
    "LimitKind",
    "Loop",
    "Looping",
    "Mix",
    "ModelUse",
    "ModuleCall",
    "ModuleFacts",
    "OutputOnContext",
    "Owner",
    "Place",
    "Release",
    "Relief",
    "Repetition",
    "Rhythm",
    "Role",
    "Scalar",
    "Step",
    "Storing",
    "TrainingStep",
    "Value",
    "describe",
]
