"""keras3.json: keras.optimizers.Adamax, Keras 3 on TensorFlow."""

from recording import plain, record, write
from tensors import to_tensor

import keras
import numpy as np
import tensorflow as tf


def summed(gradient):
    """Slices of one row added up, in order of occurrence; Keras 3 itself makes something else of them, see `duplicates`."""
    if not isinstance(gradient, tuple):
        return gradient
    rows = {}
    for value, index in zip(*gradient):
        rows[int(index)] = rows[int(index)] + value if int(index) in rows else value
    return np.stack(list(rows.values())), np.array(list(rows), np.int32)


class Keras3Run:
    def __init__(self, **options):
        self.optimizer = keras.optimizers.Adamax(**options)
        self.config = plain(self.optimizer.get_config())

    def start(self, arrays):
        self.variables = [keras.Variable(a) for a in arrays]

    def before(self, step):
        pass

    def step(self, gradients):
        tensors = [to_tensor(summed(g), v.shape) for g, v in zip(gradients, self.variables)]
        self.optimizer.apply(tensors, self.variables)

    def state(self):
        return [[a.numpy() for a in arrays] for arrays in (self.variables, self.optimizer._m, self.optimizer._u)]


def keras3_cases():
    return {
        "dense": record("dense", Keras3Run()),
        "other": record("dense", Keras3Run(learning_rate=0.1, beta_1=0.5, beta_2=0.9, epsilon=1e-3)),
        "sparse": record("sparse", Keras3Run(learning_rate=0.01)),
    }


def duplicates():
    """One step of slices that share a row: m of the sum, but v of the sum of the absolute values."""
    run = Keras3Run(learning_rate=0.1)
    run.start([np.ones((2, 1), np.float32)])
    run.optimizer.apply([to_tensor((np.array([[3], [-1]], np.float32), np.array([0, 0])), (2, 1))], run.variables)
    return {key: arrays[0].ravel().tolist() for key, arrays in zip("pmv", run.state())}


write("keras3", "keras.optimizers.Adamax", [tf, keras], {"duplicates": duplicates(), "cases": keras3_cases()})
