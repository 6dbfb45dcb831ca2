"""Gradients as TensorFlow has them."""

import tensorflow as tf


def to_tensor(gradient, shape):
    if isinstance(gradient, tuple):
        values, indices = gradient
        return tf.IndexedSlices(tf.constant(values), tf.constant(indices), dense_shape=tf.constant(shape))
    return tf.constant(gradient)
