# mypy: ignore-errors
# ruff: noqa
"""Figures of functions whose callers are in other files."""

import io

import matplotlib.pyplot as plt
import mlflow
import numpy as np
import torch
import wandb
from trainers import Reporter


def histogram(values, target):
    plt.figure(figsize=(2, 2))
    plt.hist(values)
    plt.savefig(target)
    plt.close()  # what this function closes is what it made


def overlay(picture, mask, target):
    canvas = plt.figure(figsize=(2, 2))  # leak: LG001
    plt.imshow(picture)
    plt.imshow(mask, alpha=0.3)
    plt.savefig(target)


def pixels(values):
    canvas, axes = plt.subplots()  # leak: LG001
    axes.plot(values)
    canvas.canvas.draw()
    return np.frombuffer(canvas.canvas.tostring_rgb(), dtype=np.uint8)


class Drawing(Reporter):
    def report(self, images):
        figure, axes = plt.subplots(1, 2)  # leak: LG001
        for axis, image in zip(axes, images):
            axis.imshow(image)
        stream = io.BytesIO()
        figure.savefig(stream)
        return stream.getvalue()

    def shown(self, images, target):
        figure, axes = plt.subplots()
        axes.imshow(images[0])
        figure.savefig(target)
        plt.show()

    def given(self, axes, values, target):
        axes.plot(values)
        axes.figure.savefig(target)

    def once(self, values):
        if self.figure is None:
            self.figure = plt.figure()
        plt.plot(values)
        plt.savefig("values.png")


def tracked(values, step):
    figure, axes = plt.subplots()  # leak: LG001
    axes.plot(values)
    wandb.log({"values": wandb.Image(figure, caption="values")}, step=step)


def tracked_by_run(run, values):
    figure, axes = plt.subplots()  # leak: LG001
    axes.plot(values)
    run.log({"values": wandb.Image(figure)})


def tracked_elsewhere(values, step):
    figure = plt.figure()  # leak: LG001
    plt.plot(values)
    mlflow.log_figure(figure, f"values{step}.png")


def tracked_and_closed(values):
    figure, axes = plt.subplots()
    axes.plot(values)
    wandb.log({"values": wandb.Image(figure)})
    plt.close(figure)


def tracked_if_asked(values, asked):
    figure, axes = plt.subplots()
    axes.plot(values)
    if asked:
        wandb.log({"values": wandb.Image(figure)})


def handed_to_a_tracker(tracker, values):
    figure, axes = plt.subplots()
    axes.plot(values)
    tracker.log_figure(figure)


def each_then_each(columns):
    for column in columns:
        plt.figure()  # leak: LG001
        plt.plot(column)
        plt.savefig("column.png")
    for column in columns:
        plt.figure()
        plt.plot(column)
        plt.savefig("again.png")
        plt.close()


def the_last_is_closed(columns):
    for column in columns:
        plt.figure()  # leak: LG001
        plt.plot(column)
        plt.savefig("column.png")
    plt.close()
