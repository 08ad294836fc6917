"""A trainer that is given its model, proven to be one only where it is used."""

from step import metrics_of, training_step


class Loop:
    def __init__(self, model, optimizer, loader):
        self.model = model  #?! Module
        self.optimizer = optimizer
        self.loader = loader
        self.metrics = []
        self.best = None

    def run(self, epochs):
        self.model.train()
        for epoch in range(epochs):
            for batch in self.loader:
                loss, metrics = training_step(self.model, batch)  #? loss: Tensor attached scalar likely
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
                self.metrics.append(metrics)
                kept = self.metrics[-1]  #?! Container {loss: Tensor attached scalar, hits: Tensor detached}
                hits = metrics["hits"]  #?! Tensor detached
        return self.metrics

    def validate(self):
        out = self.model(self.loader)  #?! Output attached
        return metrics_of(out)
