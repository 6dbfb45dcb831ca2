"""What the recorders share: inputs, the loop over steps, and the form of the files. To be imported before TensorFlow."""

import base64
import datetime
import json
import math
import os
import pathlib
import platform

os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
for threads in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ.setdefault(threads, "1")

import numpy as np  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
SPEC = json.loads((HERE / "inputs.json").read_text())


class Random:
    """Marsaglia's xorshift32; see test/support/data.ts."""

    def __init__(self, seed):
        self.state = seed | 1

    def integer(self):
        x = self.state
        x ^= (x << 13) & 0xFFFFFFFF
        x ^= x >> 17
        x ^= (x << 5) & 0xFFFFFFFF
        self.state = x
        return x

    def below(self, n):
        return math.floor(self.integer() / 2**32 * n)

    def normal(self):
        """The sum of four uniforms: exact in float64, so the same float32 in both languages."""
        total = -2.0
        for _ in range(4):
            total += self.integer() / 2**32
        return total * math.sqrt(3)

    def normals(self, n, scale):
        return np.array([self.normal() * scale for _ in range(n)], np.float64).astype(np.float32)


def size_of(shape):
    return math.prod(shape)


class Inputs:
    """Start values, and the gradients of one step after another; its twin is test/golden/inputs.ts."""

    def __init__(self, name):
        spec = SPEC["inputs"][name]
        self.variables = spec["variables"]
        self.random = Random(spec["seed"])
        self.start = [self.random.normals(size_of(v["shape"]), v["scale"]).reshape(v["shape"]) for v in self.variables]

    def gradients(self, step):
        """One per variable: an array, or (values, indices)."""
        return [self.rows(v) if "slices" in v else self.dense(v, step) for v in self.variables]

    def dense(self, v, step):
        n = size_of(v["shape"])
        gradient = np.zeros(n, np.float32)
        if self.random.below(8) != 0:
            for i in range(n):
                if self.random.below(16) != 0:
                    gradient[i] = self.random.normal() * v["gradScale"]
        if step > v.get("lastStep", math.inf):
            gradient[:] = 0
        return gradient.reshape(v["shape"])

    def rows(self, v):
        rows, *rest = v["shape"]
        n = 1 + self.random.below(v["slices"])
        indices = [min(self.random.below(rows), self.random.below(rows)) for _ in range(n)]
        values = self.random.normals(n * size_of(rest), v["gradScale"]).reshape([n, *rest])
        return values, np.array(indices, np.int32)


def encode(arrays):
    flat = np.concatenate([np.asarray(a, "<f4").ravel() for a in arrays])
    return base64.b64encode(flat.tobytes()).decode()


def record(inputs_name, run):
    """`run` is driven step by step, and asked for p and the slots of all variables, by name, at the checkpoints."""
    inputs = Inputs(inputs_name)
    run.start(inputs.start)
    out = {}
    for step in range(1, SPEC["steps"] + 1):
        run.before(step)
        run.step(inputs.gradients(step))
        if step in SPEC["checkpoints"]:
            for key, arrays in run.state().items():
                out.setdefault(key, []).extend(np.ravel(a)[:: v["stride"]] for a, v in zip(arrays, inputs.variables))
    return {"inputs": inputs_name, "config": run.config, **{key: encode(arrays) for key, arrays in out.items()}}


def plain(value):
    """JSON, NumPy and Keras scalars as Python numbers."""
    return json.loads(json.dumps(value, default=lambda x: x.item() if hasattr(x, "item") else float(x)))


def outcome(action):
    """What an action gives, or the error that it raises."""
    try:
        return plain(action())
    except Exception as error:  # what it says is what is recorded
        return {"error": type(error).__name__, "message": str(error).splitlines()[0]}


def write(name, source, packages, content):
    """`packages`: the modules that were asked, for their versions."""
    versions = {"python": platform.python_version()} | {p.__name__: p.__version__ for p in (np, *packages)}
    head = {"source": source, "versions": versions, "date": datetime.date.today().isoformat()}
    path = HERE / f"{name}.json"
    path.write_text(json.dumps({**head, **content}, indent=1) + "\n")
    print(f"{path.name}: {path.stat().st_size} bytes, {versions}")
