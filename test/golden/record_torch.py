"""torch.json: torch.optim.Adamax on the CPU."""

from recording import record, write

import torch


class TorchRun:
    def __init__(self, foreach=False, **options):
        self.options = {"foreach": foreach, **options}
        self.config = {**options, "betas": list(options.get("betas", (0.9, 0.999)))}

    def start(self, arrays):
        self.variables = [torch.nn.Parameter(torch.from_numpy(a.copy())) for a in arrays]
        self.optimizer = torch.optim.Adamax(self.variables, **self.options)

    def before(self, step):
        pass

    def step(self, gradients):
        for parameter, gradient in zip(self.variables, gradients):
            parameter.grad = torch.from_numpy(gradient.copy())
        self.optimizer.step()

    def state(self):
        slots = {"m": "exp_avg", "v": "exp_inf"}
        moments = {k: [self.optimizer.state[p][s].numpy().copy() for p in self.variables] for k, s in slots.items()}
        return {"p": [p.detach().numpy().copy() for p in self.variables], **moments}


def torch_cases():
    cases = {}
    for name, eps in (("dense", 1e-7), ("large_epsilon", 1e-2)):
        cases[name] = record("dense", TorchRun(lr=0.001, eps=eps))
        many = record("dense", TorchRun(foreach=True, lr=0.001, eps=eps))
        print(f"torch {name}: foreach has the same bits:", {k: many[k] == cases[name][k] for k in "pmv"})
    return cases


torch.set_num_threads(1)
content = {"cpu": torch.backends.cpu.get_cpu_capability(), "cases": torch_cases()}
write("torch", "torch.optim.Adamax", [torch], content)
