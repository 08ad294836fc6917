"""What names hold: each case is a program and what its paths hold where it ends."""

import pytest

from tests.facts.reading import bodies, described

TORCH = """
import torch
import torch.nn.functional as F
from torch import nn
net = nn.Linear(2, 2)
criterion = nn.CrossEntropyLoss()
x = torch.ones(2)
"""

KEPT = {
    "a module's output": ("v = net(x)", "output attached"),
    "a method on it": ("v = net(x).relu().cpu().view(-1)", "tensor attached"),
    "a reduction": ("v = net(x).mean()", "tensor attached scalar"),
    "a criterion": ("v = criterion(net(x), x)", "tensor attached scalar"),
    "a functional loss": ("v = F.cross_entropy(net(x), x)", "tensor attached scalar"),
    "an unlisted torch function": ("v = torch.hypot(net(x), x)", "tensor attached"),
    "arithmetic": ("v = 2 * net(x).sum() + 1", "tensor attached scalar"),
    "stacked": ("v = torch.stack([net(x), net(x)])", "tensor attached"),
    "sum of a list": ("v = sum([net(x).sum()])", "tensor attached scalar"),
    "a field of an output": ("v = net(x).logits", "output attached likely"),
    "an unpacked output": ("v, w = net(x)", "output attached likely"),
    "values of a maximum": ("v, i = net(x).relu().max(1)", "tensor attached"),
    "a conditional": ("v = net(x).sum() if x.any() else net(x).mean()", "tensor attached scalar"),
    "enable_grad inside": (
        "with torch.no_grad():\n    with torch.enable_grad():\n        v = net(x)",
        "output attached",
    ),
    "a wrapped network": ("n = nn.DataParallel(net.cuda())\nv = n(x)", "output attached"),
    "the network in a wrapper": (
        "n = nn.DataParallel(net)\nv = n.module(x)",
        "output attached",
    ),
    "compiled": ("n = torch.compile(net)\nv = n(x)", "output attached"),
    "a walrus": ("if (v := net(x)) is not None:\n    pass", "output attached"),
    "in a dict": ("d = {'a': net(x)}\nv = d['a']", "output attached"),
    "set in a dict": ("d = {}\nd['a'] = net(x)\nv = d['a']", "output attached"),
    "an attribute": ("class A: pass\na = A()\na.b = net(x)\nv = a.b", "output attached"),
    "a function's result": (
        "def f(y):\n    return net(y).sum()\nv = f(x)",
        "tensor attached scalar",
    ),
    "one of a function's results": (
        "def f(y):\n    o = net(y)\n    return o.sum(), o.argmax()\nv, w = f(x)",
        "tensor attached scalar",
    ),
    "a backpropagated unknown": (
        "from m import f\nv = f(x)\nv.backward()",
        "tensor attached scalar likely",
    ),
    "scaled and backpropagated": (
        "from m import f, scaler\nv = f(x)\nscaler.scale(v).backward()",
        "tensor attached scalar likely",
    ),
    "accelerated": (
        "from m import f, accelerator\nv = f(x)\naccelerator.backward(v)",
        "tensor attached scalar likely",
    ),
    "divided, then backpropagated": (
        "from m import f\nv = f(x)\nv = v / 4\nv.backward()",
        "tensor attached scalar likely",
    ),
}

CUT = {
    "item": ("v = net(x).sum().item()", "number"),
    "detach": ("v = net(x).detach()", "tensor detached"),
    "data": ("v = net(x).mean().data", "tensor detached scalar"),
    "float": ("v = float(net(x).sum())", "number"),
    "tolist": ("v = net(x).tolist()", "other"),
    "shape": ("v = net(x).shape", "container"),
    "argmax": ("v = net(x).argmax(1)", "tensor detached"),
    "indices of a maximum": ("w, v = net(x).relu().max(1)", "tensor detached"),
    "comparison": ("v = net(x) == x", "tensor detached"),
    "count of hits": ("v = net(x).argmax(1).eq(x).sum()", "tensor detached scalar"),
    "no_grad": ("with torch.no_grad():\n    v = net(x)", "output detached"),
    "inference_mode": ("with torch.inference_mode():\n    v = net(x)", "output detached"),
    "set_grad_enabled as a block": (
        "with torch.set_grad_enabled(False):\n    v = net(x)",
        "output detached",
    ),
    "set_grad_enabled as a call": ("torch.set_grad_enabled(False)\nv = net(x)", "output detached"),
    "a decorated function": (
        "@torch.no_grad()\ndef f(y):\n    return net(y).sum()\nv = f(x)",
        "tensor detached scalar",
    ),
    "an imported name": (
        "from torch import no_grad as off\nwith off():\n    v = net(x)",
        "output detached",
    ),
    "a fresh tensor": ("v = torch.zeros(3)", "tensor detached"),
    "arithmetic on data": ("v = torch.zeros(3) * 2 + x", "tensor detached"),
    "cut after backward": ("v = net(x).sum()\nv.backward()\nv = v.item()", "number"),
}

SILENT = {
    "an unknown function": ("from m import f\nv = f(x)", "unknown"),
    "an unknown mode": (
        "from m import training\nwith torch.set_grad_enabled(training):\n    v = net(x)",
        "output unknown",
    ),
    "an unknown context": ("from m import ctx\nwith ctx:\n    v = net(x)", "output unknown"),
    "cut on one branch": (
        "from m import flag\nv = net(x).sum()\nif flag:\n    v = v.detach()",
        "tensor unknown scalar",
    ),
    "a criterion of unknown tensors": (
        "from m import a\nv = criterion(a, x)",
        "tensor unknown scalar",
    ),
    "reduced by unknown code after backward": (
        "from m import f\nv = net(x).sum()\nv.backward()\nv = f(v)",
        "unknown",
    ),
    "an output whose loss was cut": (
        "from m import f\nv = f(x)\nv['loss'].backward()\nv['loss'] = v['loss'].detach()",
        "output unknown likely",
    ),
    "an output whose field was cut": (
        "v = net(x)\nv.loss.backward()\nv.loss = v.loss.item()",
        "output unknown",
    ),
    "recursion": ("def f(y):\n    return f(y)\nv = f(x)", "unknown"),
}


def _cases(table: dict[str, tuple[str, str]]) -> list[object]:
    return [pytest.param(code, wanted, id=why) for why, (code, wanted) in table.items()]


@pytest.mark.parametrize(("code", "wanted"), [*_cases(KEPT), *_cases(CUT), *_cases(SILENT)])
def test_value_at_the_end_of_a_script(code: str, wanted: str) -> None:
    assert described(bodies(TORCH + code)[""].value("v")) == wanted


@pytest.mark.parametrize(("code", "wanted"), [*_cases(KEPT), *_cases(CUT), *_cases(SILENT)])
def test_value_at_the_end_of_a_function(code: str, wanted: str) -> None:
    inner = "".join(f"    {line}\n" for line in code.split("\n"))
    assert described(bodies(f"{TORCH}def outer():\n{inner}")["outer"].value("v")) == wanted


IMPORTS = {
    "import torch.nn": "import torch.nn\nv = torch.nn.Linear(1, 1)",
    "as": "import torch.nn as N\nv = N.Linear(1, 1)",
    "from": "from torch.nn import Linear as L\nv = L(1, 1)",
    "from torch": "from torch import nn\nv = nn.Linear(1, 1)",
    "modules": "import torch.nn.modules as N\nv = N.Linear(1, 1)",
    "star": "from torch.nn import *\nv = Linear(1, 1)",
    "try": "try:\n    import torch.nn as N\nexcept ImportError:\n    N = None\nv = N.Linear(1, 1)",
    "subclass": "from torch import nn\nclass A(nn.Module): pass\nclass B(A): pass\nv = B()",
    "timm": "import timm\nv = timm.create_model('resnet18')",
    "torchvision": "from torchvision import models\nv = models.resnet18()",
    "transformers": "from transformers import AutoModel as A\nv = A.from_pretrained('x')",
    "torchvision, direct": "from torchvision.models import resnet50\nv = resnet50().cuda().eval()",
}


@pytest.mark.parametrize("code", IMPORTS.values(), ids=IMPORTS)
def test_a_module_through_any_import(code: str) -> None:
    assert described(bodies(code)[""].value("v")) == "module"
    inner = "".join(f"    {line}\n" for line in code.split("\n") if "*" not in code)
    if inner:
        assert described(bodies(f"def f():\n{inner}")["f"].value("v")) == "module"


KERAS = {
    "tf.keras": "import tensorflow as tf\nv = tf.keras.Sequential([])",
    "keras": "import keras\nv = keras.models.Sequential([])",
    "from tensorflow": "from tensorflow.keras.models import Model\nv = Model(1, 2)",
    "tf_keras": "from tf_keras import Sequential as S\nv = S()",
    "compat": "import tensorflow.compat.v1 as tf\nv = tf.keras.Model()",
    "applications": "from keras.applications import ResNet50\nv = ResNet50()",
    "built by a function": "import keras\ndef b():\n    return keras.Sequential([])\nv = b()",
    "subclass": "import keras\nclass N(keras.Model): pass\nv = N()",
}


@pytest.mark.parametrize("code", KERAS.values(), ids=KERAS)
def test_a_keras_model_through_any_import(code: str) -> None:
    assert described(bodies(code)[""].value("v")) == "keras model"
