"""What is known of a module: values, who keeps them, and for how long."""

from leakwise.facts.body import BodyFacts
from leakwise.facts.classes import ClassFacts
from leakwise.facts.describing import describe
from leakwise.facts.events import (
    Accumulation,
    Acquisition,
    Argument,
    AttributeUpdate,
    CallSite,
    Carried,
    Construction,
    Entering,
    GradMode,
    Keeping,
    Loop,
    Looping,
    Mix,
    ModelUse,
    ModuleCall,
    TrainingStep,
)
from leakwise.facts.module import ModuleFacts
from leakwise.facts.places import Place
from leakwise.facts.trace import trace
from leakwise.facts.values import Certainty, Graph, Kind, Value

__all__ = [
    "Accumulation",
    "Acquisition",
    "Argument",
    "AttributeUpdate",
    "BodyFacts",
    "CallSite",
    "Carried",
    "Certainty",
    "ClassFacts",
    "Construction",
    "Entering",
    "GradMode",
    "Graph",
    "Keeping",
    "Kind",
    "Loop",
    "Looping",
    "Mix",
    "ModelUse",
    "ModuleCall",
    "ModuleFacts",
    "Place",
    "TrainingStep",
    "Value",
    "describe",
    "trace",
]
