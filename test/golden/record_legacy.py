"""legacy.json: tf_keras.optimizers.legacy.Adamax, the class of TF 2.2 as it is kept today."""

from recording import record, write
from runs import LegacyRun
from schedules import schedule2

import tensorflow as tf
import tf_keras


class AdamaxRun(LegacyRun):
    def __init__(self, events=None, **options):
        super().__init__("Adamax", ("m", "v"), events, **options)


def restart(run):
    """A new optimizer goes on from the weights of the old one."""
    old = run.optimizer
    run.optimizer = type(old).from_config(old.get_config())
    run.optimizer._create_all_weights(run.variables)
    run.optimizer.set_weights(old.get_weights())


class ClippedAsIn22(AdamaxRun):
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
        "dense": record("dense", AdamaxRun()),
        "other": record("dense", AdamaxRun(**other)),
        "decay": record("dense", AdamaxRun(**decayed)),
        "exponential": record("dense", AdamaxRun(learning_rate=schedule2("exponential"))),
        "piecewise": record("dense", AdamaxRun(learning_rate=schedule2("piecewise"))),
        "cosine": record("dense", AdamaxRun(learning_rate=schedule2("cosine"))),
        "schedule_and_decay": record("dense", AdamaxRun(learning_rate=schedule2("cosine"), decay=0.01)),
        "restart": record(
            "dense",
            AdamaxRun({301: restart, 601: lambda run: run.optimizer.iterations.assign(50)}, **decayed),
        ),
        "clipnorm": record("dense", AdamaxRun(learning_rate=0.01, clipnorm=2.0)),
        "clipvalue": record("dense", AdamaxRun(learning_rate=0.01, clipvalue=0.3)),
        "clip_both": record("dense", AdamaxRun(learning_rate=0.01, clipnorm=2.0, clipvalue=0.3)),
        "clip_both_2_2": record("dense", ClippedAsIn22(2.0, 0.3, learning_rate=0.01)),
        "sparse": record("sparse", AdamaxRun(learning_rate=0.01)),
        "sparse_other": record("sparse", AdamaxRun(**other)),
        "sparse_clipnorm": record("sparse", AdamaxRun(learning_rate=0.01, clipnorm=1.5)),
        "sparse_clipvalue": record("sparse", AdamaxRun(learning_rate=0.01, clipvalue=0.3)),
    }


write("legacy", "tf_keras.optimizers.legacy.Adamax", [tf, tf_keras], {"cases": legacy_cases()})
