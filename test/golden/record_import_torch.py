"""import/*.safetensors: states of PyTorch, saved by the lines of docs/importing.md; import-torch.json: how it went on.

    python3 -m venv ../torch && ../torch/bin/pip install torch safetensors numpy
    ../torch/bin/python -B test/golden/record_import_torch.py
"""

from json import dumps

from recording import HERE, Inputs, encode, write

import safetensors
import torch
from safetensors.torch import save_file

SAVED = 20
CHECKPOINTS = (21, 50, 100)
FOLDER = HERE / "import"


def save(model, optimizer, path):
    # These lines are those of docs/importing.md.
    state = optimizer.state_dict()
    tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    tensors |= {f"state.{i}.{key}": x for i, s in state["state"].items() for key, x in s.items() if x is not None}
    names = {id(p): name for name, p in model.named_parameters()}
    order = [names[id(p)] for group in optimizer.param_groups for p in group["params"]]
    about = {"optimizer": type(optimizer).__name__, "names": dumps(order)}
    about["param_groups"] = dumps(state["param_groups"], default=float)
    save_file({key: x.detach().clone().contiguous() for key, x in tensors.items()}, path, about)


class Net(torch.nn.Module):
    """The shapes of the inputs `import`, in their order, and what is no parameter."""

    def __init__(self, shapes):
        super().__init__()
        for i, shape in enumerate(shapes):
            self.register_parameter(f"p{i}", torch.nn.Parameter(torch.zeros(*shape)))
        self.register_buffer("num_batches", torch.tensor(7))


def train(make, names):
    inputs = Inputs("import")
    model = Net([v["shape"] for v in inputs.variables])
    parameters = list(model.parameters())
    with torch.no_grad():
        for parameter, start in zip(parameters, inputs.start):
            parameter.copy_(torch.from_numpy(start))
    optimizer = make(parameters)
    recorded = []
    for step in range(1, CHECKPOINTS[-1] + 1):
        for parameter, gradient in zip(parameters, inputs.gradients(step)):
            parameter.grad = torch.from_numpy(gradient.copy())
        optimizer.step()
        if step == SAVED:
            for name in names:
                save(model, optimizer, FOLDER / name)
        if step in CHECKPOINTS:
            recorded.extend(parameter.detach().numpy().copy() for parameter in parameters)
    return {"files": names, "p": encode(recorded)}


def groups(parameters):
    return [{"params": parameters[:2]}, {"params": parameters[2:], "lr": 0.02}]


t = torch.optim
CASES = {
    "adamax": (lambda p: t.Adamax(p, lr=0.01), ["adamax.safetensors"]),
    "large_epsilon": (lambda p: t.Adamax(p, lr=0.01, eps=1e-2), ["large-epsilon.safetensors"]),
    "adagrad": (lambda p: t.Adagrad(p, lr=0.1, lr_decay=0.01, initial_accumulator_value=0.1), ["adagrad.safetensors"]),
    "rmsprop": (lambda p: t.RMSprop(p, lr=0.01), ["rmsprop.safetensors"]),
    "rmsprop_centered": (
        lambda p: t.RMSprop(p, lr=0.01, alpha=0.9, momentum=0.5, centered=True),
        ["rmsprop-centered.safetensors"],
    ),
    "sgd": (lambda p: t.SGD(p, lr=0.001), ["sgd.safetensors"]),
    "sgd_nesterov": (lambda p: t.SGD(p, lr=0.001, momentum=0.9, nesterov=True), ["sgd-nesterov.safetensors"]),
    "groups": (lambda p: t.Adamax(groups(p), lr=0.01), ["groups.safetensors"]),
    "adam": (lambda p: t.Adam(p, lr=0.01), ["adam.safetensors"]),
}

torch.set_num_threads(1)
FOLDER.mkdir(exist_ok=True)
cases = {name: train(*case) for name, case in CASES.items()}
content = {"saved": SAVED, "checkpoints": CHECKPOINTS, "cases": cases}
write("import-torch", "optimizer.state_dict() by safetensors.torch.save_file", [torch, safetensors], content)
