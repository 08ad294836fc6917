# What a module returned may be a tuple: added to a tuple it is one, and so is the sum.
import torch
from torch import nn


class Classifier(nn.Module):
    def __init__(self, encoder: nn.Module, size):
        super().__init__()
        self.encoder = encoder
        self.head = nn.Linear(size, 2)
        self.criterion = nn.CrossEntropyLoss()

    def forward(self, tokens, labels=None):
        encoded = self.encoder(tokens)  #? Output attached
        logits = self.head(encoded[0])  #? Output attached
        outputs = (logits,) + encoded[2:]  #? Container of Output attached
        if labels is not None:
            loss = self.criterion(logits, labels)  #? Tensor attached scalar
            outputs = (loss,) + outputs  #? Container of Output attached
        both = encoded + logits  #? Tensor attached
        cut = encoded.data  #? Output
        first = (torch.zeros(1), 2) + encoded  #? Container of unknown
        last = encoded + (torch.zeros(1),)  #? Container of Output
        return outputs, both, cut, first, last
