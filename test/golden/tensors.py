"""Gradients as TensorFlow has them."""

import numpy as np
import tensorflow as tf


def to_tensor(gradient, shape):
    if isinstance(gradient, tuple):
        values, indices = gradient
        return tf.IndexedSlices(tf.constant(values), tf.constant(indices), dense_shape=tf.constant(shape))
    return tf.constant(gradient)


def summed(gradient):
    """Slices of one row added up, in order of occurrence; Keras 3 itself makes something else of them: `duplicates`."""
    if not isinstance(gradient, tuple):
        return gradient
    rows = {}
    for value, index in zip(*gradient):
        rows[int(index)] = rows[int(index)] + value if int(index) in rows else value
    return np.stack(list(rows.values())), np.array(list(rows), np.int32)
