"""Frameworks with an autograd of their own, whose calls are named like those of torch: what
`.backward()`, `.train()` or `.parameters()` is called on is a tensor or a network of theirs."""

OTHER_FRAMEWORKS = frozenset(
    [
        "autograd",
        "chainer",
        "dezero",
        "dynet",
        "equinox",
        "flax",
        "haiku",
        "jax",
        "jittor",
        "megengine",
        "micrograd",
        "mindspore",
        "mlx",
        "mxnet",
        "oneflow",
        "paddle",
        "tinygrad",
    ]
)
"""https://mxnet.apache.org/versions/1.9.1/api/python/docs/api/autograd/,
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/Tensor__upper_en.html,
https://docs.chainer.org/en/stable/reference/generated/chainer.Variable.html,
https://docs.jax.dev/en/latest/automatic-differentiation.html and the like."""

WITH_TABLES = frozenset(
    [
        "accelerate",
        "apex",
        "deepspeed",
        "diffusers",
        "ignite",
        "keras",
        "lightning",
        "peft",
        "pytorch_lightning",
        "segmentation_models_pytorch",
        "tensorboard",
        "tensorboardX",
        "tensorflow",
        "tf_keras",
        "timm",
        "torch",
        "torchaudio",
        "torchmetrics",
        "torchtext",
        "torchvision",
        "transformers",
    ]
)
"""Those on torch, TensorFlow and Keras that the tables tell of."""

KNOWN_FRAMEWORKS = WITH_TABLES | {"fastai"}
"""A file that imports one of them beside is one of theirs."""
