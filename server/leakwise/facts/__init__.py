"""What is known of a module: values, who keeps them, and for how long."""

from typing import TYPE_CHECKING

from leakwise.lazily import lazily

if TYPE_CHECKING:
    from leakwise.facts.autograd_contexts import OutputOnContext
    from leakwise.facts.body import BodyFacts
    from leakwise.facts.caches import Cache
    from leakwise.facts.certainty import Certainty
    from leakwise.facts.classes import ClassFacts
    from leakwise.facts.decorators import Decorator
    from leakwise.facts.definitions import Definition
    from leakwise.facts.describing import describe
    from leakwise.facts.events import (
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
    from leakwise.facts.fates import Fate, Owner
    from leakwise.facts.guards import Condition
    from leakwise.facts.holders import Holder, Limit
    from leakwise.facts.kept_arguments import Kept
    from leakwise.facts.leak_path import Role, Step
    from leakwise.facts.lifetimes import Life, LimitKind, Rhythm
    from leakwise.facts.model_events import Construction, ModelUse
    from leakwise.facts.module import ModuleFacts
    from leakwise.facts.places import Place
    from leakwise.facts.release_paths import Release
    from leakwise.facts.repetition import Repetition
    from leakwise.facts.resource_events import Acquisition, Handed
    from leakwise.facts.values import Graph, Kind, Value
else:
    __getattr__ = lazily(
        __name__,
        {
            "leakwise.facts.autograd_contexts": "OutputOnContext",
            "leakwise.facts.body": "BodyFacts",
            "leakwise.facts.caches": "Cache",
            "leakwise.facts.certainty": "Certainty",
            "leakwise.facts.classes": "ClassFacts",
            "leakwise.facts.decorators": "Decorator",
            "leakwise.facts.definitions": "Definition",
            "leakwise.facts.describing": "describe",
            "leakwise.facts.events": (
                "Accumulation Argument AttributeUpdate Callback CallSite Capture Carried "
                "Defining Entering Event GradMode Handling Keeping "
                "Loop Looping Mix ModuleCall Relief Storing TrainingStep"
            ),
            "leakwise.facts.fates": "Fate Owner",
            "leakwise.facts.guards": "Condition",
            "leakwise.facts.holders": "Holder Limit",
            "leakwise.facts.kept_arguments": "Kept",
            "leakwise.facts.leak_path": "Role Step",
            "leakwise.facts.lifetimes": "Life LimitKind Rhythm",
            "leakwise.facts.model_events": "Construction ModelUse",
            "leakwise.facts.module": "ModuleFacts",
            "leakwise.facts.places": "Place",
            "leakwise.facts.release_paths": "Release",
            "leakwise.facts.repetition": "Repetition",
            "leakwise.facts.resource_events": "Acquisition Handed",
            "leakwise.facts.values": "Graph Kind Value",
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
    "Step",
    "Storing",
    "TrainingStep",
    "Value",
    "describe",
]
