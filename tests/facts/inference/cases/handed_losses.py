# Losses that a function is given, or goes through, and starts a backward pass from.
import torch
from elsewhere import losses_of


class Learner:
    def __init__(self, net):
        self.optimizer = torch.optim.Adam(net.parameters())
        self.losses = []

    def learn(self, loss):
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        kept = loss  #? Tensor attached scalar likely
        halved = loss / 2  #? Tensor attached scalar likely
        number = loss.item()  #? Number

    def learn_scaled(self, loss, scaler):
        scaler.scale(loss).backward()
        kept = loss  #? Tensor attached scalar likely

    def learn_sometimes(self, loss, train):
        if train:
            loss.backward()
        kept = loss  #? unknown

    def learn_either_way(self, loss, closure):
        if closure is None:
            loss.backward()
        else:
            closure(loss)
            loss.backward()
        kept = loss  #? Tensor attached scalar likely

    def learn_made_anew(self, loss):
        loss = torch.nn.functional.relu(loss)  #? Tensor attached scalar likely
        loss.backward()

    def pass_gradients(self, gradients):
        # A layer of one's own, whose backward method computes gradients.
        for layer in self.layers:
            gradients = layer.backward(gradients)  #? Other
            kept = gradients  #? Other

    def hand_on(self, loss):
        self.learn(loss)
        kept = loss  #? unknown

    def take_part(self, output):
        output.loss.backward()
        kept = output  #? Output attached likely


def goes_through(loader, optimizer):
    for loss in losses_of(loader):
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        kept = loss  #? Tensor attached scalar likely


def goes_through_pairs(loader, optimizer):
    for step, (loss, accuracy) in enumerate(losses_of(loader)):
        loss.backward()
        kept = loss  #? Tensor attached scalar likely
        other = accuracy  #? unknown
        number = step  #? Number


def goes_through_outputs(loader, optimizer):
    for output in losses_of(loader):
        output.loss.backward()
        kept = output  #? Output attached likely


def goes_through_others(loader, optimizer):
    for values in losses_of(loader):
        loss = values.clone().requires_grad_()
        loss.backward()
        kept = values  #? unknown
