"""Checkpoints of one small model as training programs wrap it, for the readers of weight files.

    python wrapped_checkpoints.py      # requirements-recent.txt with safetensors and pytorch_lightning; writes checkpoints/wrapped/

`plain.safetensors` has the model's own names; every other file has the same tensors. DataParallel, DistributedDataParallel,
torch.compile and Lightning write their files themselves. FSDP's, activation checkpointing's and DeepSpeed's have the
names of these, and so have those of programs that put a state dict into another one.
"""

import os
import warnings
from collections import OrderedDict
from pathlib import Path

import pytorch_lightning
import torch
import torch.distributed as dist
from safetensors.torch import save_file
from torch.nn.parallel import DistributedDataParallel

FOLDER = Path(__file__).parent / 'checkpoints' / 'wrapped'


class Language(torch.nn.Module):
    """With the names that LLaMA's language model has in an OpenFlamingo."""

    def __init__(self):
        super().__init__()
        self.model = torch.nn.ModuleDict({'embed_tokens': torch.nn.Embedding(5, 2), 'norm': torch.nn.LayerNorm(2, bias=False)})
        self.lm_head = torch.nn.Linear(2, 5, bias=False)


class Small(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.perceiver = torch.nn.ModuleDict({'norm': torch.nn.LayerNorm(3)})
        self.lang_encoder = Language()

    def forward(self, ids):
        return self.lang_encoder.lm_head(self.lang_encoder.model['norm'](self.lang_encoder.model['embed_tokens'](ids)))


class Training(pytorch_lightning.LightningModule):
    def __init__(self, model, width=3):
        super().__init__()
        self.save_hyperparameters(ignore=['model'])
        self.model = model

    def training_step(self, batch, _index):
        return self.model(batch).sum() * 0

    def configure_optimizers(self):
        return torch.optim.AdamW(self.parameters(), lr=0.0)


def lightning(model):
    """What a run of one step saves, with its optimizer, loops, callbacks and hyperparameters."""
    warnings.filterwarnings('ignore')
    trainer = pytorch_lightning.Trainer(
        max_steps=1, accelerator='cpu', logger=False, enable_progress_bar=False, enable_model_summary=False,
        default_root_dir='/tmp/lightning',
        callbacks=[pytorch_lightning.callbacks.ModelCheckpoint('/tmp/lightning')],
    )  # fmt: skip
    trainer.fit(Training(model), torch.utils.data.DataLoader(torch.zeros(2, 1, dtype=torch.long)))
    trainer.save_checkpoint(FOLDER / 'lightning.ckpt')


def deep_speed(state):
    """`mp_rank_00_model_states.pt` of a run with ZeRO stage 0 to 2; in stage 3 the tensors are empty."""
    return {
        'module': state,
        'buffer_names': [],
        'optimizer': None,
        'param_shapes': [OrderedDict((name, value.shape) for name, value in state.items())],
        'frozen_param_shapes': None,
        'shared_params': {},
        'frozen_param_fragments': None,
        'lr_scheduler': None,
        'data_sampler': None,
        'random_ltd': None,
        'sparse_tensor_module_names': set(),
        'skipped_steps': 0,
        'global_steps': 3,
        'global_samples': 6,
        'dp_world_size': 1,
        'mp_world_size': 1,
        'ds_config': {'train_batch_size': 2, 'zero_optimization': {'stage': 2}},
        'ds_version': '0.15.4',
    }


def main():
    torch.manual_seed(0)
    FOLDER.mkdir(parents=True, exist_ok=True)
    model = Small()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter)
    state = OrderedDict((name, value.detach().clone()) for name, value in model.state_dict().items())
    save_file(state, FOLDER / 'plain.safetensors')
    prefixed = lambda prefix: OrderedDict((prefix + name, value) for name, value in state.items())
    keep = lambda name, content: torch.save(content, FOLDER / f'{name}.pt')

    keep('data-parallel', torch.nn.DataParallel(model).state_dict())
    keep('compiled', torch.compile(model).state_dict())
    lightning(model)

    os.environ.update(MASTER_ADDR='127.0.0.1', MASTER_PORT='29511')
    dist.init_process_group('gloo', rank=0, world_size=1)
    keep('distributed', {'epoch': 1, 'model': DistributedDataParallel(model).state_dict(), 'optimizer': {}})
    keep('distributed-compiled', torch.compile(DistributedDataParallel(torch.compile(model))).state_dict())
    dist.destroy_process_group()

    wrapped = lambda name: name.replace('lang_encoder.', 'lang_encoder._fsdp_wrapped_module._fsdp_wrapped_module.').replace(
        'norm.', 'norm._checkpoint_wrapped_module.'
    )
    keep('fsdp', {'model_state_dict': {f'_fsdp_wrapped_module.{wrapped(name)}': value for name, value in state.items()}})
    keep('fsdp-local', {'_flat_param': torch.ones(3), 'lang_encoder._fsdp_wrapped_module._flat_param': torch.ones(30)})
    keep('deepspeed', deep_speed(state))
    keep('deepspeed-lightning', {'state_dict': prefixed('_forward_module.model.'), 'epoch': 1})
    keep('deepspeed-stage-3', deep_speed(OrderedDict((name, torch.empty(0)) for name in state)))
    keep('deepspeed-optimizer', {'optimizer_state_dict': {'zero_stage': 2, 'single_partition_of_fp32_groups': [torch.ones(3)]}, 'ds_config': {}, 'ds_version': '0.15.4'})
    keep('nested', {'state': {'model': prefixed('model.'), 'optimizers': {}}, 'rng': []})
    keep('attribute', {'state_dict': prefixed('flamingo.'), 'hparams': {'width': 3}})


if __name__ == '__main__':
    main()
