"""legacy.json: tf_keras.optimizers.legacy.Adamax, the class of TF 2.2 as it is kept today."""

from recording import plain, record, write
from schedules import schedule2
from tensors import to_tensor

import tensorflow as tf
import tf_keras

Legacy = tf_keras.optimizers.legacy.Adamax


class LegacyRun:
    def __init__(self, events=None, **options):
        self.events = events or {}
        self.optimizer = Legacy(**options)
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
        slots = [[self.optimizer.get_slot(v, s).numpy() for v in self.variables] for s in ("m", "v")]
        return [[v.numpy() for v in self.variables], *slots]


def restart(run):
    """A new optimizer goes on from the weights of the old one."""
    old = run.optimizer
    run.optimizer = Legacy.from_config(old.get_config())
    run.optimizer._create_all_weights(run.variables)
    run.optimizer.set_weights(old.get_weights())


class ClippedAsIn22(LegacyRun):
    """What `minimize` of TF 2.2 did before `apply_gradients`: the norm, then the value, by the ops it used."""

    def __init__(self, clipnorm, clipvalue, **options):
        super().__init__(**options)
        self.clipnorm, self.clipvalue = clipnorm, clipvalue
        self.config |= {"clipnorm": clipnorm, "clipvalue": clipvalue}

    def transform(self, gradient):
        return tf.clip_by_value(tf.clip_by_norm(gradient, self.clipnorm), -self.clipvalue, self.clipvalue)


def legacy_cases():
    decayed = dict(learning_rate=0.01, decay=0.01)
    other = dict(learning_rate=0.1, beta_1=0.5, beta_2=0.9, epsilon=1e-3)
    return {
        "dense": record("dense", LegacyRun()),
        "other": record("dense", LegacyRun(**other)),
        "decay": record("dense", LegacyRun(**decayed)),
        "exponential": record("dense", LegacyRun(learning_rate=schedule2("exponential"))),
        "piecewise": record("dense", LegacyRun(learning_rate=schedule2("piecewise"))),
        "cosine": record("dense", LegacyRun(learning_rate=schedule2("cosine"))),
        "schedule_and_decay": record("dense", LegacyRun(learning_rate=schedule2("cosine"), decay=0.01)),
        "restart": record(
            "dense",
            LegacyRun({301: restart, 601: lambda run: run.optimizer.iterations.assign(50)}, **decayed),
        ),
        "clipnorm": record("dense", LegacyRun(learning_rate=0.01, clipnorm=2.0)),
        "clipvalue": record("dense", LegacyRun(learning_rate=0.01, clipvalue=0.3)),
        "clip_both": record("dense", LegacyRun(learning_rate=0.01, clipnorm=2.0, clipvalue=0.3)),
        "clip_both_2_2": record("dense", ClippedAsIn22(2.0, 0.3, learning_rate=0.01)),
        "sparse": record("sparse", LegacyRun(learning_rate=0.01)),
        "sparse_other": record("sparse", LegacyRun(**other)),
        "sparse_clipnorm": record("sparse", LegacyRun(learning_rate=0.01, clipnorm=1.5)),
        "sparse_clipvalue": record("sparse", LegacyRun(learning_rate=0.01, clipvalue=0.3)),
    }


write("legacy", "tf_keras.optimizers.legacy.Adamax", [tf, tf_keras], {"cases": legacy_cases()})
