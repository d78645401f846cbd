"""Small checkpoints as PyTorch and its users write them, for the tests of the readers of weight files.

    python checkpoints.py         # any recent torch; writes checkpoints/

Each `NAME.pt` has `NAME.safetensors` beside it with the same tensors, contiguous, under the names that the reader gives.
"""

import argparse
from collections import OrderedDict, defaultdict
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

FOLDER = Path(__file__).parent / 'checkpoints'


def keep(name, content, expected, **options):
    torch.save(content, FOLDER / f'{name}.pt', **options)
    save_file({key: value.detach().clone().contiguous() for key, value in expected.items()}, FOLDER / f'{name}.safetensors')


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(3, 4, 2, bias=False)
        self.ln_pre = torch.nn.LayerNorm(4)
        self.class_embedding = torch.nn.Parameter(torch.randn(4))
        self.register_buffer('steps', torch.arange(3))

    def forward(self, x):
        return self.conv1(x)


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.visual = Block()
        self.logit_scale = torch.nn.Parameter(torch.ones([]))

    def forward(self, x):
        return self.visual(x) * self.logit_scale


class Harmful:
    def __reduce__(self):
        import os

        return (os.system, ('echo harm > /tmp/harm',))


def main():
    torch.manual_seed(0)
    FOLDER.mkdir(exist_ok=True)

    dtypes = {
        str(dtype).removeprefix('torch.'): (torch.randn(3, 4) * 50).to(dtype)
        for dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32)
    }
    dtypes |= {
        str(dtype).removeprefix('torch.'): torch.arange(5).to(dtype) for dtype in (torch.int16, torch.int8, torch.uint8)
    }
    dtypes |= {'bool': torch.tensor([True, False, True]), 'scalar': torch.tensor(2.5), 'empty': torch.zeros(0, 4)}
    keep('dtypes', dtypes, dtypes)

    base = torch.randn(6, 5, 4)
    views = {
        'base': base,
        'transposed': base[0].t(),
        'permuted': base.permute(2, 0, 1),
        'offset': base[2:4],
        'every_second': base[:, ::2, 1:3],
        'tied': base,
        'column': base[:, 0, 0],
    }
    keep('views', views, views)

    model = Model()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    model(torch.randn(1, 3, 4, 4)).sum().backward()
    optimizer.step()
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1.0)
    state = model.state_dict()
    training = {
        'epoch': 3,
        'model_state_dict': OrderedDict((f'module.{key}', value) for key, value in state.items()),
        'optimizer_state_dict': optimizer.state_dict(),
        'lr_scheduler_state_dict': scheduler.state_dict(),
        'best': np.float64(0.5),
        'counts': defaultdict(int, {'a': 1}),
        'device': torch.device('cpu'),
        'dtype': torch.float16,
    }
    keep('training', training, state)

    parameters = {key: torch.nn.Parameter(value) for key, value in model.named_parameters()}
    keep('parameters', parameters, dict(model.named_parameters()))

    torch.jit.script(model).save(str(FOLDER / 'script.pt'))
    save_file({key: value.clone() for key, value in state.items()}, FOLDER / 'script.safetensors')

    torch.save({'weight': torch.zeros(2), 'x': Harmful()}, FOLDER / 'harmful.pt')
    arguments = {'args': argparse.Namespace(lr=1, out=Path('runs')), 'numpy': np.random.RandomState(0).get_state()}
    beside = {**arguments, 'rng': torch.zeros(4, dtype=torch.uint8)}
    torch.save({'state_dict': {'weight': torch.ones(2), 'bias': torch.ones(1)}, **beside}, FOLDER / 'namespace.pt')
    torch.save({'weight': torch.ones(2), 'model': torch.nn.Linear(1, 1)}, FOLDER / 'whole-module.pt')
    torch.save({'weight': torch.complex(torch.ones(2), torch.ones(2)).conj().imag}, FOLDER / 'negated.pt')
    two = {'model_state_dict': {'weight': torch.ones(2)}, 'state_dict': {'weight': torch.zeros(2)}}
    torch.save(two, FOLDER / 'two.pt')
    torch.save({'model_state_dict': two['state_dict'], 'state_dict': two['state_dict']}, FOLDER / 'two-names.pt')
    torch.save({'epoch': 1}, FOLDER / 'no-tensors.pt')
    torch.save({'expanded': torch.zeros(1, 3).expand(1000, 3), 'weight': torch.ones(2)}, FOLDER / 'expanded.pt')
    torch.save(state, FOLDER / 'legacy.pt', _use_new_zipfile_serialization=False)


if __name__ == '__main__':
    main()
