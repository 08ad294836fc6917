# Names of the top level in whose place None stands until a function sets them.
import keras
import torch
import torch.nn as nn

model = None
network = None
either = None
never = None
counter = 0


def load():
    global model, network, either, counter
    model = keras.models.load_model("m.keras")
    network = nn.Linear(2, 2)
    either = nn.Linear(2, 2)
    counter = torch.zeros(3)


def reset():
    global model, either
    model = None
    either = 3


def answer(x):
    a = model  #? KerasModel keras.models.load_model
    b = network(x)  #? Output attached
    c = either  #? unknown
    d = never  #? None
    return a, b, c, d, counter


def shadowed():
    network = 3
    return network
