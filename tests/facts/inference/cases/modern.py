# Annotated code of today: dataclasses, protocols, match, walrus, generics.
from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Optional, Protocol, TypeVar, Union

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.data import DataLoader

if TYPE_CHECKING:
    from torch.optim.lr_scheduler import LRScheduler

T = TypeVar("T")
DEVICE: Final = torch.device("cpu")  #? Device
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Config:
    epochs: int = 10
    lr: float = 1e-3
    out: Path = Path("out")
    betas: tuple[float, float] = (0.9, 0.999)
    debug: ClassVar[bool] = False


@dataclass
class State:
    model: nn.Module
    optimizer: Optimizer
    loss: Tensor | None = None
    history: list[float] = dataclasses.field(default_factory=list)
    best: Optional[float] = None
    outputs: dict[str, Tensor] = dataclasses.field(default_factory=dict)


class Criterion(Protocol):
    def __call__(self, prediction: Tensor, target: Tensor) -> Tensor: ...


class Batches(Generic[T]):
    def __init__(self, items: Sequence[T]) -> None:
        self.items = items  #? Container of unknown

    def __iter__(self) -> Iterator[T]:
        yield from self.items


def train(config: Config, state: State, loader: DataLoader[tuple[Tensor, Tensor]]) -> State:
    epochs = config.epochs  #? Number
    rate = config.lr  #? Number
    first, second = config.betas  #? first: Number; second: Number
    model = state.model  #? Module
    optimizer = state.optimizer  #? Optimizer
    for epoch in range(config.epochs):
        for inputs, targets in loader:
            prediction = state.model(inputs)  #? Output attached
            loss: Tensor = nn.functional.mse_loss(prediction, targets)  #? Tensor attached scalar
            state.optimizer.zero_grad()
            loss.backward()
            state.optimizer.step()
            state.loss = loss
            state.history.append(loss.item())
            state.outputs["last"] = prediction.detach()
            if (value := loss.item()) > 10:  #? value: Number
                log.warning("%s", value)
        kept = state.loss  #? Tensor
    last = state.outputs["last"]  #? Tensor
    first_loss = state.history[0]  #? Number
    return state


def typed(
    x: Tensor,
    xs: list[Tensor],
    pair: tuple[Tensor, int],
    table: Mapping[str, Tensor],
    maybe: Tensor | None,
    union: Union[int, Tensor],
    function: Callable[[Tensor], Tensor],
    number: float,
    text: str,
    anything: Any,
    ints: torch.LongTensor,
    nets: Sequence[nn.Module],
    *args: int,
    **kwargs: Tensor,
) -> dict[str, Tensor]:
    a = x * 2  #? Tensor
    b = xs[0]  #? Tensor
    c, d = pair  #? c: Tensor; d: Number
    e = table["a"]  #? Tensor
    f = maybe  #? Tensor
    g = union  #? Number
    h = function(x)  #? Number
    i = number  #? Number
    j = text  #? Other
    k = anything  #? unknown
    l = ints  #? Tensor detached
    for net in nets:  #? net: Module
        out = net(x)  #? Output attached
    m = args[0]  #? Number
    n = kwargs["a"]  #? Tensor
    o = x.detach()  #? Tensor detached
    p = x.sum()  #? Tensor scalar
    q = [t.item() for t in xs]  #? Container of Number
    r = x.shape[0]  #? Number
    s, t = x.shape  #? s: Number; t: Number
    u = x.size()  #? Container of Number
    v = len(x)  #? Number
    w = unresolved(x)
    y: Tensor = unresolved(x)  #? Tensor
    z: int = unresolved(x)  #? Number
    return {"a": a, "o": o}


def summarised(x: Tensor) -> Tensor:
    return unresolved(x)


def promised(x: Tensor) -> tuple[Tensor, dict[str, float]]:
    return unresolved(x)


def caller(x: Tensor) -> None:
    a = typed(x, [x], (x, 1), {}, None, 1, len, 1.0, "", None, x, [])  #? Container {a: Tensor, o: Tensor detached}
    b = summarised(x)  #? Tensor
    c, d = promised(x)  #? c: Tensor; d: Container of Number
    e = Config()  #? Instance
    f = e.epochs  #? Number
    g = Config(epochs=3).epochs  #? Number 3
    h = dataclasses.replace(e, lr=0.1)  #?! Instance


def main() -> None:
    config = Config(epochs=2)
    net = nn.Linear(2, 2)
    state = State(net, torch.optim.SGD(net.parameters(), lr=config.lr))
    model = state.model  #? Module
    loss = state.loss  #? Tensor
    state = train(config, state, DataLoader([]))  #? Instance {model: Module, optimizer: Optimizer, loss: Tensor attached scalar}
    loss = state.loss  #? Tensor attached scalar
    lines = [f"{value:.3f}" for value in state.history]  #? Container of Other
