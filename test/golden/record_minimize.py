"""minimize.json: what `minimize` of TF 2.2 does with losses of its own automatic differentiation, by `var_list` and `grad_loss`."""

from recording import write

import tensorflow as tf
import tf_keras

legacy = tf_keras.optimizers.legacy
STEPS = 20


def rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def trajectory(optimizer, variables, minimize):
    """The count that `minimize` returns, and the variables, after each step."""
    out = []
    for _ in range(STEPS):
        count = minimize()
        out.append([int(count), *(v.numpy().tolist() for v in variables)])
    return out


def scalars():
    optimizer = legacy.Adamax(0.1)
    x, y = tf.Variable(-1.0), tf.Variable(2.0)
    return trajectory(optimizer, [x, y], lambda: optimizer.minimize(lambda: rosenbrock(x, y), [x, y]))


def weighted():
    """A loss of two elements, each weighted by grad_loss; variables in a nested list."""
    optimizer = legacy.Adamax(0.1)
    v, w = tf.Variable([1.0, -2.0]), tf.Variable([0.5, 0.25])
    loss = lambda: v * v * w + 3.0 * w
    grad_loss = tf.constant([2.0, -0.5])
    return trajectory(optimizer, [v, w], lambda: optimizer.minimize(loss, [[v], [w]], grad_loss=grad_loss))


def summed():
    """The same loss without weights, which is differentiated as its sum; variables asked for after it."""
    optimizer = legacy.SGD(0.01, momentum=0.5)
    v, w = tf.Variable([1.0, -2.0]), tf.Variable([0.5, 0.25])
    return trajectory(optimizer, [v, w], lambda: optimizer.minimize(lambda: v * v * w + 3.0 * w, lambda: [v, w]))


def unconnected():
    """One variable has no part in the loss."""
    optimizer = legacy.Adamax(0.1)
    v, w = tf.Variable([1.0, -2.0]), tf.Variable([0.5, 0.25])
    return trajectory(optimizer, [v, w], lambda: optimizer.minimize(lambda: v * v, [v, w]))


cases = {f.__name__: f() for f in (scalars, weighted, summed, unconnected)}
write("minimize", "tf_keras.optimizers.legacy", [tf, tf_keras], {"cases": cases})
