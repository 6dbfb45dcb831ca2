"""DeepSpeed's CPU optimizer, hand-vectorised and threaded. It steps Adam, not Adamax: compare its speed, not its result."""

from serve import BETA1, BETA2, EPSILON, THREADS, Rival, serve


class DeepSpeed(Rival):
    def __init__(self):
        global torch, DeepSpeedCPUAdam
        import deepspeed
        import torch
        from deepspeed.ops.adam import DeepSpeedCPUAdam

        torch.set_num_threads(THREADS)
        DeepSpeedCPUAdam([torch.nn.Parameter(torch.ones(8))])  # builds its op, or fails here
        self.version = f"deepspeed {deepspeed.__version__}, torch {torch.__version__}"

    def lay_out(self, case):
        self.params = [torch.nn.Parameter(torch.from_numpy(case.param(i)).clone()) for i in range(len(case.shapes))]
        self.set_gradients(case.gradient(i) for i in range(len(case.shapes)))
        self.optimizer = DeepSpeedCPUAdam(
            self.params, lr=case.learning_rate, betas=(BETA1, BETA2), eps=EPSILON, adamw_mode=False
        )

    def set_gradients(self, arrays):
        for param, array in zip(self.params, arrays):
            param.grad = torch.from_numpy(array).clone()

    def run(self, times):
        for _ in range(times):
            self.optimizer.step()

    def read(self):
        return [p.detach().numpy() for p in self.params]


serve(DeepSpeed)
