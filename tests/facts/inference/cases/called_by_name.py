# What is called itself, and not only as a method of the same name, is told by its use.
import torch


class Runs:
    def tune(self, overrides):
        trainer = self.trainer(overrides)
        trainer.train()  #? unknown
        return trainer  #? unknown


def evaluate(network, samples, build):
    network.eval()  #? Module likely
    build.model(samples).train()
    model = build.model(samples)  #? unknown
    model.train()  #? unknown
    return network(samples)  #? Output attached likely
