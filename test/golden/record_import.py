"""import/: files that Keras and tf_keras save in the midst of a training, and import-keras.json: how it went on there.

Each file is of one model after `SAVED` steps with the gradients of inputs.json; p and the optimizer's variables are
recorded after further steps. The model has what a file may mix up: variables that are not trainable, a frozen layer in
the midst, layers whose order is not that of their names, and more than ten variables of the optimizer.
"""

from recording import HERE, Inputs, encode, plain, write

import keras
import tensorflow as tf
import tf_keras

SAVED = 20
CHECKPOINTS = (21, 50, 100)
FOLDER = HERE / "import"


def model_of(library):
    """The trainable variables are those of the inputs `import`, in their order."""
    layers = library.layers
    return library.Sequential(
        [
            layers.Input((3,)),
            layers.Dense(4, name="hidden"),
            layers.BatchNormalization(name="bn"),
            layers.Dense(4, name="frozen", use_bias=False, trainable=False),
            layers.Dense(2, name="out"),
        ],
        name="net",
    )


def train(library, optimizer, names):
    inputs = Inputs("import")
    model = model_of(library)
    model.compile(optimizer=optimizer, loss="mse")
    variables = model.trainable_variables
    for variable, start in zip(variables, inputs.start):
        variable.assign(start)
    model.get_layer("frozen").kernel.assign([[0.5 * (i + 4 * j) for i in range(4)] for j in range(4)])
    model.get_layer("bn").moving_mean.assign([1, 2, 3, 4])
    recorded = []
    for step in range(1, CHECKPOINTS[-1] + 1):
        gradients = [tf.constant(g) for g in inputs.gradients(step)]
        optimizer.apply_gradients(zip(gradients, variables))
        if step == SAVED:
            for name in names:
                save = model.save_weights if name.endswith(".weights.h5") else model.save
                save(FOLDER / name)
        if step in CHECKPOINTS:
            recorded.extend(variable.numpy() for variable in variables)
    config = plain(optimizer.get_config())
    print(*names, f"{optimizer.iterations.numpy()} steps")
    return {"files": names, "config": config, "p": encode(recorded)}


def rate(library):
    return library.optimizers.schedules.ExponentialDecay(0.05, 10, 0.9)


k3, k2, old = keras.optimizers, tf_keras.optimizers, tf_keras.optimizers.legacy
CASES = {
    "adamax": (keras, k3.Adamax(0.01), ["adamax.keras", "adamax.weights.h5", "adamax.h5"]),
    "adamax_schedule": (keras, k3.Adamax(rate(keras), clipnorm=2.0), ["adamax-schedule.keras"]),
    "adagrad": (keras, k3.Adagrad(0.1, epsilon=1e-2), ["adagrad.keras"]),
    "rmsprop": (keras, k3.RMSprop(0.01, momentum=0.5, centered=True), ["rmsprop.keras", "rmsprop.h5"]),
    "sgd": (keras, k3.SGD(0.001), ["sgd.keras"]),
    "sgd_nesterov": (keras, k3.SGD(0.001, momentum=0.9, nesterov=True), ["sgd-nesterov.keras"]),
    "adam": (keras, k3.Adam(0.01), ["adam.keras"]),
    "weight_decay": (keras, k3.Adamax(0.01, weight_decay=0.004), ["weight-decay.keras"]),
    "keras2_adamax": (tf_keras, k2.Adamax(0.01), ["keras2-adamax.keras", "keras2-adamax.h5"]),
    "keras2_rmsprop": (tf_keras, k2.RMSprop(0.01, momentum=0.5), ["keras2-rmsprop.h5"]),
    "keras2_adagrad": (tf_keras, k2.Adagrad(0.1), ["keras2-adagrad.h5"]),
    "keras2_sgd": (tf_keras, k2.SGD(0.001), ["keras2-sgd.h5"]),
    "legacy_adamax": (tf_keras, old.Adamax(rate(tf_keras), decay=0.01), ["legacy-adamax.h5", "legacy-adamax.keras"]),
    "legacy_adagrad": (tf_keras, old.Adagrad(0.1), ["legacy-adagrad.h5"]),
    "legacy_rmsprop": (tf_keras, old.RMSprop(0.01), ["legacy-rmsprop.h5"]),
    "legacy_sgd": (tf_keras, old.SGD(0.001, momentum=0.9), ["legacy-sgd.h5"]),
}

FOLDER.mkdir(exist_ok=True)
cases = {name: train(*case) for name, case in CASES.items()}
content = {"saved": SAVED, "checkpoints": CHECKPOINTS, "cases": cases}
write("import-keras", "model.save and model.save_weights of keras and tf_keras", [tf, keras, tf_keras], content)
