"""torch.optim.Adamax: `foreach`, `loop` (foreach=False) or `compile` (torch.compile of the step)."""

import sys

from serve import BETA1, BETA2, EPSILON, THREADS, Rival, serve


class Torch(Rival):
    def __init__(self, variant):
        global torch
        import torch

        torch.set_num_threads(THREADS)
        self.version = f"torch {torch.__version__}"
        self.variant = variant

    def lay_out(self, case):
        self.params = [torch.nn.Parameter(torch.from_numpy(case.param(i)).clone()) for i in range(len(case.shapes))]
        self.set_gradients(case.gradient(i) for i in range(len(case.shapes)))
        options = {"lr": case.learning_rate, "betas": (BETA1, BETA2), "eps": EPSILON}
        self.optimizer = torch.optim.Adamax(self.params, **options, foreach=self.variant != "loop")
        self.step = self.optimizer.step
        if self.variant == "compile":
            torch._dynamo.reset()  # each case is compiled for its own shapes
            self.step = torch.compile(self.optimizer.step, dynamic=False)

    def set_gradients(self, arrays):
        for param, array in zip(self.params, arrays):
            param.grad = torch.from_numpy(array).clone()

    def run(self, times):
        for _ in range(times):
            self.step()

    def read(self):
        return [p.detach().numpy() for p in self.params]


serve(lambda: Torch(sys.argv[1]))
