# transformers: Trainer subclasses, and loops of one's own with and without accelerate.
from typing import Any, Dict, Optional, Tuple, Union

import torch
from accelerate import Accelerator
from datasets import load_dataset
from torch.utils.data import DataLoader
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BertModel,
    Trainer,
    get_scheduler,
)

accelerator = Accelerator(gradient_accumulation_steps=2)
tokenizer = AutoTokenizer.from_pretrained("bert-base-cased")
model = AutoModelForSequenceClassification.from_pretrained("bert-base-cased")  #? Module
encoder = BertModel.from_pretrained("bert")  #? Module
loader = DataLoader(load_dataset("imdb")["train"], batch_size=8)  #? Loader
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-5)  #? Optimizer
model, optimizer, loader = accelerator.prepare(model, optimizer, loader)  #? model: Module
num_steps = 3 * len(loader)  #? Number

model.train()
for epoch in range(3):
    total_loss = 0
    for step, batch in enumerate(loader):
        batch = {k: v.to("cuda") for k, v in batch.items()}  #? Container of unknown
        with accelerator.accumulate(model):
            outputs = model(**batch)  #? Output attached
            loss = outputs.loss  #? Output attached scalar likely
            scaled = loss / 4  #? Tensor attached scalar
            accelerator.backward(scaled)
            logits = outputs.logits  #? Output attached
            optimizer.step()
            optimizer.zero_grad()
        total_loss += loss.detach().float()  #? Tensor detached scalar
    average = total_loss / len(loader)  #? Tensor detached scalar
    model.eval()
    losses = []
    for batch in loader:
        with torch.no_grad():
            outputs = model(**batch)  #? Output detached
        loss = outputs.loss  #? Output detached scalar
        losses.append(accelerator.gather(loss.repeat(8)))
        predictions = outputs.logits.argmax(dim=-1)  #? Tensor detached
    eval_loss = torch.cat(losses).mean()  #? Tensor scalar
hidden = encoder(input_ids=torch.ones(2)).last_hidden_state[:, 0]  #? Tensor attached likely
pooled = encoder(torch.ones(2))["pooler_output"]  #? Output attached
first = encoder(torch.ones(2))[0]  #? Output attached
loss, logits = model(torch.ones(2))[:2]  #? loss: Output attached


class DistillationTrainer(Trainer):
    def __init__(self, *args, teacher_model=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.teacher = teacher_model
        self.kl = torch.nn.KLDivLoss(reduction="batchmean")  #? Criterion

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        labels = inputs.pop("labels")
        outputs_student = model(**inputs)
        student_loss = outputs_student.loss
        with torch.no_grad():
            outputs_teacher = self.teacher(**inputs)
            teacher_logits = outputs_teacher.logits.detach()
        soft = torch.nn.functional.log_softmax(outputs_student.logits / 2.0, dim=-1)
        loss = 0.5 * student_loss + 0.5 * self.kl(soft, teacher_logits)
        return (loss, outputs_student) if return_outputs else loss

    def training_step(self, model, inputs):
        model.train()
        inputs = self._prepare_inputs(inputs)
        with self.compute_loss_context_manager():
            loss = self.compute_loss(model, inputs)
        if self.args.n_gpu > 1:
            loss = loss.mean()
        self.accelerator.backward(loss)
        return loss.detach() / self.args.gradient_accumulation_steps  #? Tensor

    def prediction_step(
        self,
        model: torch.nn.Module,
        inputs: Dict[str, Union[torch.Tensor, Any]],
        prediction_loss_only: bool,
        ignore_keys: Optional[list] = None,
    ) -> Tuple[Optional[torch.Tensor], Optional[torch.Tensor], Optional[torch.Tensor]]:
        with torch.no_grad():
            outputs = model(**inputs)  #? Output detached
            loss = outputs["loss"].mean().detach()  #? Tensor detached scalar
        # The library's own `prediction_step` switches grad off inside itself, so that an
        # overriding one runs with grad on where it does not.
        again = model(**inputs)  #? Output attached
        return loss, outputs.logits, inputs["labels"]
