"""keras3.json: keras.optimizers.Adamax, Keras 3 on TensorFlow."""

from recording import record, write
from runs import Keras3Run

import keras
import tensorflow as tf


def adamax(**options):
    return Keras3Run("Adamax", {"m": "_m", "v": "_u"}, **options)


def keras3_cases():
    return {
        "dense": record("dense", adamax()),
        "other": record("dense", adamax(learning_rate=0.1, beta_1=0.5, beta_2=0.9, epsilon=1e-3)),
        "sparse": record("sparse", adamax(learning_rate=0.01)),
    }


# m is that of the sum, but v that of the sum of the absolute values.
duplicates = adamax(learning_rate=0.1).duplicates()
write("keras3", "keras.optimizers.Adamax", [tf, keras], {"duplicates": duplicates, "cases": keras3_cases()})
