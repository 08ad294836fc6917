"""What known calls give: each case is a program and what the name `v` holds where it ends."""

import pytest

from leakwise.facts.apis import canonical, effect_of
from leakwise.facts.apis.metrics import keeps_batches
from leakwise.facts.terms.storage import Device, Numbers, View
from leakwise.facts.terms.values import Kind, Value
from tests.facts.reading import bodies, described

GIVEN = """
import torch
import torch.nn.functional as F
from torch import nn
import numpy as np
import tensorflow as tf
net = nn.Linear(2, 2)
x = torch.ones(2, 3)
y = net(x).relu()
"""


def value(code: str) -> Value:
    return bodies(GIVEN + code)[""].value("v")


ALIASES = {
    "tensorflow.keras.Model": "keras.Model",
    "tf_keras.layers.Dense": "keras.layers.Dense",
    "tensorflow.compat.v1.keras.backend.clear_session": "keras.backend.clear_session",
    "tensorflow.python.keras.models.Model": "keras.models.Model",
    "tensorflow.compat.v1.Session": "tensorflow.Session",
    "tensorflow.compat.v2.function": "tensorflow.function",
    "pytorch_lightning.Trainer": "lightning.pytorch.Trainer",
    "lightning_fabric.Fabric": "lightning.fabric.Fabric",
    "torch.nn.functional.relu": "torch.nn.functional.relu",
    "tensorflow_datasets.load": "tensorflow_datasets.load",
}


@pytest.mark.parametrize("name", ALIASES)
def test_one_name_for_what_has_several(name: str) -> None:
    assert canonical(name) == ALIASES[name]


KINDS = {
    "a learning-rate schedule": ("v = torch.optim.lr_scheduler.StepLR(o, 3)", Kind.SCHEDULER),
    "a scaler": ("v = torch.cuda.amp.GradScaler()", Kind.SCALER),
    "a data set": ("v = torch.utils.data.TensorDataset(x)", Kind.DATASET),
    "an averaged model": ("v = torch.optim.swa_utils.AveragedModel(net)", Kind.MODULE),
    "a distribution": ("v = torch.distributions.Normal(0, 1)", Kind.DISTRIBUTION),
    "a device": ("v = torch.device('cpu')", Kind.DEVICE),
    "a device of a tensor": ("v = x.device", Kind.DEVICE),
    "a file": ("v = open('f')", Kind.FILE),
    "a file in a with": ("with open('f') as v:\n    pass", Kind.FILE),
    "a figure": ("import matplotlib.pyplot as plt\nv, a = plt.subplots()", Kind.FIGURE),
    "a writer": (
        "from torch.utils.tensorboard import SummaryWriter\nv = SummaryWriter()",
        Kind.WRITER,
    ),
    "a session": ("with tf.compat.v1.Session() as v:\n    pass", Kind.SESSION),
    "a tape": ("with tf.GradientTape() as v:\n    pass", Kind.TAPE),
    "a graph": ("v = tf.Graph()", Kind.TF_GRAPH),
    "a traced function": ("v = tf.function(lambda a: a)", Kind.TF_FUNCTION),
    "a tensor of tensorflow": ("v = tf.reduce_sum(tf.constant([1.0]) * 2)", Kind.TF_TENSOR),
    "a variable": ("v = tf.Variable(1.0)", Kind.TF_TENSOR),
    "a random one": ("v = tf.random.normal((2,))", Kind.TF_TENSOR),
    "what a Keras layer gives": ("v = tf.keras.layers.Dense(3)(i)", Kind.TF_TENSOR),
    "a metric of Keras": ("v = tf.keras.metrics.Mean()", Kind.METRIC),
    "a tf data set": (
        "v = tf.data.Dataset.from_tensor_slices(x).map(f).batch(2).prefetch(1)",
        Kind.TF_DATASET,
    ),
    "a metric": ("import torchmetrics\nv = torchmetrics.AUROC(task='binary')", Kind.METRIC),
    "a pretrained network": (
        "from transformers import AutoModelForCausalLM as A\nv = A.from_pretrained('m')",
        Kind.MODULE,
    ),
    "a network by its configuration": (
        "import transformers\nv = transformers.BertModel(transformers.BertConfig())",
        Kind.MODULE,
    ),
    "a tokenizer": (
        "from transformers import AutoTokenizer\nv = AutoTokenizer.from_pretrained('m')",
        Kind.OTHER,
    ),
    "a pipeline": ("import transformers\nv = transformers.pipeline('ner')", Kind.OTHER),
    "a collator": (
        "import transformers\nv = transformers.DataCollatorForLanguageModeling(t)",
        Kind.UNKNOWN,
    ),
    "the weights of a network": (
        "import torchvision\nv = torchvision.models.ResNet18_Weights.DEFAULT",
        Kind.QUALIFIED,
    ),
    "what prepares images for a network": (
        "import torchvision\nw = torchvision.models.ResNet18_Weights.DEFAULT\nv = w.transforms()",
        Kind.TRANSFORM,
    ),
    "what the weights of a network say": (
        "from torchvision.models import ResNet18_Weights as W\nv = W.DEFAULT.get_state_dict()",
        Kind.OTHER,
    ),
    "a vision model": ("from torchvision import models\nv = models.resnet18()", Kind.MODULE),
    "a prepared model": (
        "from accelerate import Accelerator\na = Accelerator()\nv, o = a.prepare(net, p)",
        Kind.MODULE,
    ),
    "a model set up by fabric": (
        "import lightning as L\nv = L.Fabric().setup(net)",
        Kind.MODULE,
    ),
    "an engine": (
        "import deepspeed\nv, o, _, _ = deepspeed.initialize(model=net)",
        Kind.MODULE,
    ),
    "a trainer": ("import pytorch_lightning as pl\nv = pl.Trainer()", Kind.TRAINER),
    "an array": ("v = np.zeros(3).mean()", Kind.ARRAY),
    "an array of a tensor": ("v = x.numpy() + 1", Kind.ARRAY),
    "what a file held": ("v = torch.load('f')", Kind.UNKNOWN),
    "compared with nothing": ("v = x == None", Kind.OTHER),
    "an unknown function of Python": ("import helpers\nv = helpers.f(x)", Kind.UNKNOWN),
    "a name of numpy that is Python's": ("from numpy import *\nv = len([1])", Kind.UNKNOWN),
}


@pytest.mark.parametrize("case", KINDS)
def test_kinds(case: str) -> None:
    code, expected = KINDS[case]
    assert value(code).kind is expected


TENSORS = {
    "an unlisted function": ("v = torch.special.erfcx(y)", "tensor attached"),
    "an unlisted function of a leaf": ("v = F.gelu(nn.Parameter(x))", "tensor attached"),
    "of what has no graph": ("v = torch.hypot(x, x)", "tensor detached"),
    "of a mapping of types": ("v = torch.sum(x, dtype=torch.float32)", "tensor detached scalar"),
    "a sign": ("v = torch.sign(y)", "tensor attached"),
    "a sign by a method": ("v = y.sign()", "tensor attached"),
    "as a tensor": ("v = torch.as_tensor(y)", "tensor attached"),
    "a new tensor": ("v = torch.tensor(y)", "tensor detached"),
    "changed in place": ("v = F.relu_(y)", "tensor attached"),
    "initialised": ("v = nn.init.zeros_(nn.Parameter(x))", "tensor detached"),
    "compared": ("v = (y > 0.5).float().mean()", "tensor detached scalar"),
    "gradients": ("v = torch.autograd.grad(y.sum(), p)[0]", "tensor detached"),
    "gradients with a graph": (
        "v = torch.autograd.grad(y.sum(), p, create_graph=True)[0]",
        "tensor attached",
    ),
    "a sample": ("v = torch.distributions.Normal(y, 1).sample()", "tensor detached"),
    "an attached sample": ("v = torch.distributions.Normal(y, 1).rsample()", "tensor attached"),
    "its likelihood": (
        "d = torch.distributions.Categorical(logits=y)\nv = d.log_prob(d.sample())",
        "tensor attached",
    ),
    "likelihood without a graph": (
        "d = torch.distributions.Normal(0., 1.)\nv = d.log_prob(x)",
        "tensor detached",
    ),
    "a divergence": (
        "from torch import distributions as D\nv = D.kl_divergence(D.Normal(y, 1), D.Normal(0, 1))",
        "tensor attached",
    ),
    "the mean of a distribution": ("v = torch.distributions.Normal(y, 1).mean", "tensor attached"),
    "named parts": ("v = y.max(1).values", "tensor attached"),
    "named indices": ("v = y.max(1).indices", "tensor detached"),
    "a padded sequence": (
        "v, n = nn.utils.rnn.pad_packed_sequence(net(x))",
        "tensor attached",
    ),
    "parameters": (
        "v = sum(p.pow(2).sum() for p in net.parameters())",
        "tensor attached scalar likely",
    ),
    "weights by name": ("v = net.state_dict()['weight']", "tensor detached likely"),
    "gathered": (
        "from accelerate import Accelerator\nv = Accelerator().gather(y)",
        "tensor unknown",
    ),
    "a transformed image": (
        "from torchvision import transforms as T\nv = T.Normalize(0, 1)(x)",
        "tensor detached",
    ),
    "from an array": ("v = torch.from_numpy(np.zeros(3)) * 2", "tensor detached"),
}


@pytest.mark.parametrize("case", TENSORS)
def test_tensors(case: str) -> None:
    code, expected = TENSORS[case]
    assert described(value(code)) == expected


STORAGES = {
    "the default device": ("v = torch.zeros(3)", Device.CPU, Numbers.FLOATING, View.OWN),
    "a device": (
        "v = torch.zeros(3, device='cuda')",
        Device.ACCELERATOR,
        Numbers.FLOATING,
        View.OWN,
    ),
    "a device that may be there": (
        "d = torch.device('cuda' if torch.cuda.is_available() else 'cpu')\n"
        "v = torch.zeros(3, device=d)",
        Device.EITHER,
        Numbers.FLOATING,
        View.OWN,
    ),
    "a device by its number": (
        "v = torch.ones(3, device=torch.device('cuda', 1))",
        Device.ACCELERATOR,
        Numbers.FLOATING,
        View.OWN,
    ),
    "an unknown device": ("v = torch.zeros(3, device=d)", None, Numbers.FLOATING, View.OWN),
    "an unknown type": ("v = torch.zeros(3, dtype=d)", Device.CPU, None, View.OWN),
    "integers": ("v = torch.zeros(3, dtype=torch.long)", Device.CPU, Numbers.WHOLE, View.OWN),
    "random integers": ("v = torch.randint(3, (2,))", Device.CPU, Numbers.WHOLE, View.OWN),
    "like another": (
        "v = torch.ones_like(x.cuda())",
        Device.ACCELERATOR,
        Numbers.FLOATING,
        View.OWN,
    ),
    "indices": ("v = torch.argmax(x.cuda())", Device.ACCELERATOR, Numbers.WHOLE, View.OWN),
    "of an array": ("v = torch.from_numpy(a)", Device.CPU, None, View.SHARED),
    "stacked": (
        "v = torch.stack([x.cuda(), x.cuda()])",
        Device.ACCELERATOR,
        Numbers.FLOATING,
        View.OWN,
    ),
}


@pytest.mark.parametrize("case", STORAGES)
def test_where_new_tensors_lie(case: str) -> None:
    code, device, numbers, view = STORAGES[case]
    found = value(code)
    assert (found.device, found.numbers, found.view) == (device, numbers, view)


def test_leaves() -> None:
    assert value("v = nn.Parameter(x)").is_leaf
    assert not value("v = nn.Parameter(x, requires_grad=False)").is_leaf
    assert not value("v = nn.Parameter(x, False)").is_leaf
    assert value("v = torch.zeros(3, requires_grad=True)").is_leaf
    assert not value("v = torch.zeros(3)").is_leaf
    assert described(value("v = torch.zeros(3, requires_grad=flag)")) == "tensor unknown"


def test_a_scaler_that_steps_is_a_training_step() -> None:
    program = GIVEN + "s = torch.amp.GradScaler()\nfor b in x:\n    s.step(o)"
    assert [step.what for step in bodies(program)[""].training_steps] == ["step"]


def test_names_that_end_oddly_are_unknown() -> None:
    for name in ("torch", "", "torch.", ".x", "numpy..zeros"):
        effect_of(name)
    assert effect_of("torch") is None


WORKERS = {
    "none": ("", 0),
    "some": (", num_workers=4", 4),
    "by position": (", 8, True, None, None, 2", 2),
    "unknown": (", num_workers=args.workers", None),
    "perhaps": (", **options", None),
}


@pytest.mark.parametrize("case", WORKERS)
def test_loaders_know_their_workers(case: str) -> None:
    arguments, expected = WORKERS[case]
    found = value(f"v = torch.utils.data.DataLoader(d{arguments})")
    assert (found.kind, found.constant) == (Kind.LOADER, expected)


def test_metrics_that_keep_every_batch() -> None:
    assert keeps_batches("torchmetrics.classification.BinaryAUROC", frozenset())
    assert not keeps_batches("torchmetrics.AUROC", frozenset({"thresholds"}))
    assert not keeps_batches("torchmetrics.Accuracy", frozenset())
    assert not keeps_batches("mine.CatMetric", frozenset())
