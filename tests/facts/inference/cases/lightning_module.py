# LightningModules: hooks run with grad on or off by their names.
import lightning as L
import pytorch_lightning as pl
import torch
import torch.nn.functional as F
import torchmetrics
from torch import nn


class LitClassifier(pl.LightningModule):
    def __init__(self, hidden=128, lr=1e-3):
        super().__init__()
        self.save_hyperparameters()
        self.encoder = nn.Sequential(nn.Linear(28 * 28, hidden), nn.ReLU())  #? Module
        self.head = nn.Linear(hidden, 10)  #? Module
        self.criterion = nn.CrossEntropyLoss()  #? Criterion
        self.accuracy = torchmetrics.Accuracy(task="multiclass", num_classes=10)  #? Metric
        self.validation_outputs = []
        self.automatic_optimization = False

    def forward(self, x):
        h = self.encoder(x.view(x.size(0), -1))  #? Output attached
        return self.head(h)  #? Output attached

    def _shared_step(self, batch):
        x, y = batch
        logits = self(x)  #? Output attached
        loss = self.criterion(logits, y)  #? Tensor attached scalar
        return loss, logits, y

    def training_step(self, batch, batch_idx):
        loss, logits, y = self._shared_step(batch)  #? loss: Tensor attached scalar
        acc = (logits.argmax(1) == y).float().mean()  #? Tensor detached scalar
        self.log("train_loss", loss)
        self.log_dict({"acc": acc})
        opt = self.optimizers()
        self.manual_backward(loss)
        opt.step()
        return {"loss": loss, "logits": logits.detach()}

    def validation_step(self, batch, batch_idx):
        loss, logits, y = self._shared_step(batch)  #? loss: Tensor detached scalar
        preds = logits.argmax(dim=1)  #? Tensor detached
        self.validation_outputs.append(loss)
        return loss  #? Tensor detached scalar

    def on_validation_epoch_end(self):
        mean = torch.stack(self.validation_outputs).mean()
        again = self.head(mean)  #? Output detached
        self.validation_outputs.clear()

    def test_step(self, batch, batch_idx):
        x, y = batch
        out = self(x)  #? Output detached
        return F.cross_entropy(out, y)  #? Tensor detached scalar

    def predict_step(self, batch, batch_idx, dataloader_idx=0):
        return self(batch[0])  #? Output detached

    def on_train_epoch_end(self):
        out = self.head(torch.ones(3))  #? Output attached

    def configure_optimizers(self):
        optimizer = torch.optim.AdamW(self.parameters(), lr=1e-3)  #? Optimizer
        return {"optimizer": optimizer, "monitor": "loss"}


class Autoencoder(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(4, 2)
        self.decoder = nn.Linear(2, 4)

    def training_step(self, batch):
        x, _ = batch
        z = self.encoder(x)  #? Output attached
        x_hat = self.decoder(z)  #? Output attached
        return F.mse_loss(x_hat, x)  #? Tensor attached scalar

    @torch.enable_grad()
    def validation_step(self, batch):
        return F.mse_loss(self.decoder(self.encoder(batch)), batch)  #? Tensor attached scalar


class NotLightning:
    def __init__(self):
        self.net = nn.Linear(2, 2)

    def validation_step(self, batch):
        return self.net(batch)  #? Output attached


model = LitClassifier()  #? Module
autoencoder = Autoencoder()
trainer = pl.Trainer(max_epochs=1)
trainer.fit(model)
out = model(torch.ones(2))  #? Output attached
