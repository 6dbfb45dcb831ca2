"""weights.json: what the weights of each optimizer of TF 2.2 are, and in which order, for every option that makes slots."""

from recording import write

import numpy as np
import tensorflow as tf
import tf_keras

legacy = tf_keras.optimizers.legacy

# The class, and the options that decide which slots there are.
CASES = {
    "Adamax": ("Adamax", {}),
    "Adagrad": ("Adagrad", {}),
    "RMSprop": ("RMSprop", {}),
    "RMSprop, momentum": ("RMSprop", {"momentum": 0.5}),
    "RMSprop, centered": ("RMSprop", {"centered": True}),
    "RMSprop, centered, momentum": ("RMSprop", {"centered": True, "momentum": 0.5}),
    "SGD": ("SGD", {}),
    "SGD, momentum": ("SGD", {"momentum": 0.5}),
    "SGD, nesterov": ("SGD", {"momentum": 0.5, "nesterov": True}),
}
SHAPES = {"a": [2], "b": [2, 2], "late": [3], "frozen": [5]}


def weights_of(optimizer):
    """Each with its name behind that of the optimizer, without the number of the output."""
    head = optimizer._name + "/"
    return [[w.name.removeprefix(head).removesuffix(":0"), w.shape.as_list(), w.dtype.name] for w in optimizer.weights]


def story(kind, options):
    """Two variables and one without a gradient are stepped; one gets a slot of its own; another variable joins later."""
    optimizer = getattr(legacy, kind)(**options)
    variables = {name: tf.Variable(tf.ones(shape), name=name) for name, shape in SHAPES.items()}

    def step(*names, without=None):
        pairs = [(tf.ones(SHAPES[name]), variables[name]) for name in names]
        optimizer.apply_gradients(pairs + ([(None, variables[without])] if without else []))

    out = {"before": weights_of(optimizer)}
    step("a", "b", without="frozen")
    out["first"] = weights_of(optimizer)
    optimizer.add_slot(variables["b"], "extra")
    out["extra"] = weights_of(optimizer)
    step("late", "a")
    out["late"] = weights_of(optimizer)
    step("frozen", "late")
    out["unfrozen"] = weights_of(optimizer)
    out["slots"] = optimizer.get_slot_names()
    return out


def resumed(kind, options):
    """The same state, set by `set_weights` as a list of arrays, steps on to the same values."""
    optimizer = getattr(legacy, kind)(**options)
    kernel = tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="kernel")
    bias = tf.Variable([0.5, -0.5], name="bias")
    gradients = [tf.constant([[0.5, -1.0], [0.25, 2.0]]), tf.constant([1.0, -0.125])]
    zeros = [tf.zeros_like(g) for g in gradients]
    optimizer.apply_gradients(zip(zeros, [kernel, bias]))
    count = len(optimizer.weights)
    # Later slots get smaller numbers, since a centered RMSprop needs mg² < rms.
    given = [10] + [(tf.ones_like(w) * (count - i) / 16).numpy().tolist() for i, w in enumerate(optimizer.weights[1:])]
    optimizer.set_weights([np.array(w, np.float32 if i else np.int64) for i, w in enumerate(given)])
    kernel.assign([[1.0, 2.0], [3.0, 4.0]])
    bias.assign([0.5, -0.5])
    optimizer.apply_gradients(zip(gradients, [kernel, bias]))
    after = [w.numpy().tolist() for w in optimizer.weights]
    return {"given": given, "after": after, "kernel": kernel.numpy().tolist(), "bias": bias.numpy().tolist()}


def cases():
    return {
        name: {"class_name": kind, "options": options, "weights": story(kind, options), "set": resumed(kind, options)}
        for name, (kind, options) in CASES.items()
    }


write("weights", "tf_keras.optimizers.legacy", [tf, tf_keras], {"cases": cases()})
