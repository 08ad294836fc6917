# mypy: ignore-errors
# ruff: noqa
"""A file that serves a network which it puts into evaluation mode where it makes it."""

import torch
from flask import Flask, jsonify, request
from torchvision import models

app = Flask(__name__)
net = models.resnet18(weights="DEFAULT")
net.eval()


@app.route("/label", methods=["POST"])
def label():
    scores = net(torch.tensor(request.json["pixels"]))  # leak: LP008
    return jsonify(label=int(scores.argmax(1)))


@app.route("/label/quick", methods=["POST"])
@torch.inference_mode()
def label_quickly():
    scores = net(torch.tensor(request.json["pixels"]))
    return jsonify(label=int(scores.argmax(1)))


@app.route("/label/other", methods=["POST"])
def label_by_another(net):
    # Another network than the file's.
    scores = net(torch.tensor(request.json["pixels"]))
    return jsonify(label=int(scores.argmax(1)))
