"""What names of data types and devices say.

Sources: https://docs.pytorch.org/docs/stable/tensor_attributes.html and /tensors.html,
https://docs.pytorch.org/docs/stable/accelerator.html.
"""

from leakwise.facts.apis.wordlists import words
from leakwise.facts.terms.storage import UNSEEN, Device, Numbers, Storage, stored
from leakwise.facts.terms.values import Kind, Value

_FLOATING = words(
    "float float16 float32 float64 double half bfloat16 cfloat cdouble chalf complex32 complex64 "
    "complex128 FloatTensor DoubleTensor HalfTensor BFloat16Tensor"
)
_WHOLE = words(
    "long int short bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 LongTensor IntTensor "
    "ShortTensor CharTensor ByteTensor BoolTensor"
)
_NUMBERS: dict[str, Numbers] = {
    f"{prefix}{name}": numbers
    for prefix in ("torch.", "torch.cuda.")
    for names, numbers in ((_FLOATING, Numbers.FLOATING), (_WHOLE, Numbers.WHOLE))
    for name in names
} | {
    "builtins.float": Numbers.FLOATING,
    "builtins.int": Numbers.WHOLE,
    "builtins.bool": Numbers.WHOLE,
}

_ACCELERATORS = frozenset(
    ("cuda", "mps", "xpu", "hpu", "npu", "mlu", "ipu", "xla", "hip", "privateuseone")
)


def numbers_named(value: Value | None) -> Numbers | None:
    """What numbers a data type stands for: `torch.long`, `"torch.LongTensor"`, `float`."""
    if value is None:
        return None
    if value.kind is Kind.QUALIFIED and value.name is not None:
        return _NUMBERS.get(value.name)
    return _NUMBERS.get(value.constant) if isinstance(value.constant, str) else None


_ON_CPU = stored(Device.CPU)
_ON_ACCELERATOR = stored(Device.ACCELERATOR)


def storage_named(text: str) -> Storage:
    """What a string says where it names a device: `"cuda:1"`, `"cpu"`; nothing for others."""
    if len(text) > 16:
        return UNSEEN
    name = text.partition(":")[0]
    if name == "cpu":
        return _ON_CPU
    return _ON_ACCELERATOR if name in _ACCELERATORS else UNSEEN


def device_named(value: Value | None) -> Device | None:
    """The device that is meant where a device is asked for; None where it is not known.

    A number is the index of an accelerator.
    """
    if value is None:
        return None
    if value.kind is Kind.NUMBER and isinstance(value.constant, int):
        return Device.ACCELERATOR
    return value.device
