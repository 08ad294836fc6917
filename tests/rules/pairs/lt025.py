# mypy: ignore-errors
# ruff: noqa
"""LT025: Process takes all GPU memory because memory growth is not enabled."""

# smelly
import multiprocessing
import tensorflow as tf


def worker(cfg):
    model = build(cfg)
    model.fit(load(cfg), verbose=0)


with multiprocessing.get_context("spawn").Pool(4) as pool:
    pool.map(worker, configs)  # leak

# repaired
import multiprocessing
import tensorflow as tf


def worker(cfg):
    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)
    model = build(cfg)
    model.fit(load(cfg), verbose=0)


with multiprocessing.get_context("spawn").Pool(4) as pool:
    pool.map(worker, configs)
