"""What the Python rivals share: the protocol of protocol.ts (a JSON object a line, one answer to each), and what is stepped."""

import gc
import json
import os
import sys
import time

import numpy as np

BETA1 = 0.9
BETA2 = 0.999
EPSILON = 1e-7
LEARNING_RATE = 1e-9
"""So small that parameters stay where they are; see ../problem.ts."""
POOL = 2**18
"""Rows named before any is named again; see ../sparse.ts."""

THREADS = int(os.environ.get("ADAMAX_PEER_THREADS", "1"))


class Case:
    """The variables of a step. Arrays are made when asked for, so that large ones are not all there twice."""

    def __init__(self, shapes, rows=None):
        self.shapes = shapes
        self.learning_rate = LEARNING_RATE
        self.random = np.random.default_rng(1)
        self.steps = None
        if rows is not None:
            table = shapes[0][0]
            self.steps = [self.random.choice(table, rows, replace=False).astype(np.int32) for _ in range(POOL // rows)]
            self.slices = self.random.random((rows, shapes[0][1]), dtype=np.float32) - np.float32(0.5)

    def param(self, i):
        if self.steps is not None:
            return np.full(self.shapes[i], 0.5, np.float32)
        return 0.5 + self.random.random(self.shapes[i], dtype=np.float32) / 2

    def gradient(self, i):
        """A constant gradient leads to m = g and u = |g|, and nothing fades into the subnormal range."""
        if self.steps is not None:
            return self.slices
        x = self.random.random(self.shapes[i], dtype=np.float32)
        x[x < 0.5] -= np.float32(0.6)
        return x


class CheckCase:
    """A few numbers that are known on both sides."""

    def __init__(self, check):
        self.shapes = check["shapes"]
        self.learning_rate = check["learningRate"]
        indices = check.get("indices")
        self.steps = None if indices is None else [np.array(step, np.int32) for step in indices]
        self.params = [self.shaped(values, i) for i, values in enumerate(check["params"])]
        self.gradients = [[self.shaped(g, i) for i, g in enumerate(step)] for step in check["gradients"]]

    def shaped(self, values, i):
        shape = self.shapes[i]
        return np.array(values, np.float32).reshape(shape if self.steps is None else [-1, *shape[1:]])

    def param(self, i):
        return self.params[i]

    def gradient(self, i):
        return self.gradients[0][i]


class Rival:
    """lay_out(case), set_gradients(arrays), run(times), read() -> arrays of the parameters."""

    version = ""

    def close(self):
        """Forgets all arrays."""
        for name in list(vars(self)):
            if name not in ("version", "variant"):
                delattr(self, name)
        gc.collect()


def answer(rival, request):
    if "open" in request:
        rival.close()
        rival.lay_out(Case(**request["open"]))
        rival.run(1)
        return {}
    if "check" in request:
        case = CheckCase(request["check"])
        rival.lay_out(case)
        for gradients in case.gradients:
            rival.set_gradients(gradients)
            rival.run(1)
        params = [np.asarray(p, np.float64).ravel().tolist() for p in rival.read()]
        rival.close()
        return {"params": params}
    if "run" in request:
        if request["before"] > 0:
            rival.run(request["before"])
        start = time.perf_counter_ns()
        rival.run(request["run"])
        return {"ns": time.perf_counter_ns() - start}
    if "close" in request:
        rival.close()
        return {}
    raise ValueError(f"no such request: {request}")


def serve(make):
    """Libraries print: what they write to stdout goes to stderr, and the protocol has the real one to itself."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def say(message):
        out.write(json.dumps(message) + "\n")
        out.flush()

    try:
        rival = make()
    except Exception as error:  # an import may fail in any way: the bench says so and goes on
        say({"error": f"{type(error).__name__}: {error}"})
        return
    say({"version": rival.version})
    gc.disable()
    for line in sys.stdin:
        try:
            message = answer(rival, json.loads(line))
        except Exception as error:
            message = {"error": f"{type(error).__name__}: {error}"}
        say(message)
