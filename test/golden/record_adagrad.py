"""adagrad.json: tf_keras.optimizers.legacy.Adagrad, the class of TF 2.2 as it is kept today, and that of Keras 3."""

from recording import outcome, plain, record, write
from runs import Keras3Run, LegacyRun

import keras
import tensorflow as tf
import tf_keras

Legacy = tf_keras.optimizers.legacy.Adagrad


def legacy(**options):
    return LegacyRun("Adagrad", ("accumulator",), **options)


def keras3(**options):
    return Keras3Run("Adagrad", {"accumulator": "_accumulators"}, **options)


def configs():
    return {
        "fresh": plain(Legacy().get_config()),
        "others": plain(Legacy(0.1, 0.5, 1e-3, "other", decay=0.01, clipnorm=1.0, clipvalue=0.5).get_config()),
        "keras3": plain(keras.optimizers.Adagrad().get_config()),
    }


def facts():
    """What becomes of a config without the value, and of a value that is out of range."""
    return {
        "from_config of {}": plain(Legacy.from_config({}).get_config()),
        "initial_accumulator_value -0.1": outcome(lambda: Legacy(initial_accumulator_value=-0.1)),
    }


content = {
    "configs": configs(),
    "facts": facts(),
    "duplicates": keras3(learning_rate=0.1).duplicates(),
    "cases": {
        "dense": record("dense", legacy()),
        "other": record("dense", legacy(learning_rate=0.1, initial_accumulator_value=0.0, epsilon=1e-3)),
        "sparse": record("sparse", legacy(learning_rate=0.1)),
        "keras3": record("dense", keras3(learning_rate=0.1, epsilon=1e-2)),
    },
}
write("adagrad", "tf_keras.optimizers.legacy.Adagrad, keras.optimizers.Adagrad", [tf, tf_keras, keras], content)
