"""An optimizer of tf_keras or of Keras 3, as `record` drives it. `state` gives p and the slots by the names they are
recorded under."""

from recording import plain
from tensors import summed, to_tensor

import keras
import numpy as np
import tensorflow as tf
import tf_keras


class LegacyRun:
    """A class of tf_keras.optimizers.legacy; `slots` are its names of them."""

    def __init__(self, kind, slots, events=None, **options):
        self.slots = slots
        self.events = events or {}
        self.optimizer = getattr(tf_keras.optimizers.legacy, kind)(**options)
        self.config = plain(self.optimizer.get_config())

    def start(self, arrays):
        self.variables = [tf.Variable(a) for a in arrays]

    def before(self, step):
        self.events.get(step, lambda run: None)(self)

    def transform(self, gradient):
        return gradient

    def step(self, gradients):
        tensors = [self.transform(to_tensor(g, v.shape)) for g, v in zip(gradients, self.variables)]
        self.optimizer.apply_gradients(zip(tensors, self.variables))

    def state(self):
        slots = {s: [self.optimizer.get_slot(v, s).numpy() for v in self.variables] for s in self.slots}
        return {"p": [v.numpy() for v in self.variables], **slots}


class Keras3Run:
    """A class of keras.optimizers; `slots` are the attributes that hold them, by the name they are recorded under."""

    def __init__(self, kind, slots, **options):
        self.slots = slots
        self.optimizer = getattr(keras.optimizers, kind)(**options)
        self.config = plain(self.optimizer.get_config())

    def start(self, arrays):
        self.variables = [keras.Variable(a) for a in arrays]

    def before(self, step):
        pass

    def step(self, gradients):
        tensors = [to_tensor(summed(g), v.shape) for g, v in zip(gradients, self.variables)]
        self.optimizer.apply(tensors, self.variables)

    def state(self):
        arrays = {"p": self.variables} | {name: getattr(self.optimizer, a) for name, a in self.slots.items()}
        return {name: [a.numpy() for a in of_name] for name, of_name in arrays.items()}

    def duplicates(self):
        """One step of slices 3 and -1 that share a row, which Keras 3 does not add up."""
        self.start([np.ones((2, 1), np.float32)])
        slices = (np.array([[3], [-1]], np.float32), np.array([0, 0]))
        self.optimizer.apply([to_tensor(slices, (2, 1))], self.variables)
        return {key: arrays[0].ravel().tolist() for key, arrays in self.state().items()}
