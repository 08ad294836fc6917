# A decorator whose code is not in sight may switch recording off, where its name says so.
import torch
from helpers import registered, smart_inference_mode, unknown_no_grad

network = torch.nn.Linear(2, 2)


@smart_inference_mode()
def export(image):
    return network(image)  #? Output


@unknown_no_grad
def score(image):
    return network(image)  #? Output


@registered
def train(image):
    return network(image)  #? Output attached


def restored(Model: torch.nn.Module, path):
    model = Model(4).to("cuda")
    return model.load_state_dict(torch.load(path))  #? unknown
