"""schedules.json and configs.json: values of schedules, configs, and what becomes of ours over there."""

import json

from recording import encode, outcome, plain, write
from schedules import LINEAR_COSINE, SCHEDULE_STEPS, SCHEDULES, WARM_UP, schedule2, schedule3, schedules2, schedules3

import keras
import tensorflow as tf
import tf_keras

Legacy = tf_keras.optimizers.legacy.Adamax


def schedule_values():
    cases = {}
    for name in SCHEDULES:
        two = schedule2(name)
        # The optimizer casts the number of finished steps to the dtype of the variable before it asks the schedule.
        values = [two(tf.cast(tf.constant(s, tf.int64), tf.float32)) for s in SCHEDULE_STEPS]
        cases[name] = entry(SCHEDULES[name][0], two, values)
    kind, options = WARM_UP
    warm = getattr(schedules2, kind)(**options)
    cases["cosine_warm_up"] = entry(kind, warm, [warm(tf.constant(float(s))) for s in SCHEDULE_STEPS])
    linear = getattr(tf_keras.experimental, "LinearCosineDecay", None)
    if linear is None:
        from tf_keras.src.optimizers.schedules.learning_rate_schedule import LinearCosineDecay as linear
    linear = linear(**LINEAR_COSINE)
    cases["linear_cosine"] = entry("LinearCosineDecay", linear, [linear(tf.constant(float(s))) for s in SCHEDULE_STEPS])
    return cases


def entry(kind, schedule, values):
    return {"class_name": kind, "config": plain(schedule.get_config()), "values": encode([v.numpy() for v in values])}


def configs():
    keras.utils.clear_session()  # names are counted
    used = Legacy(clipnorm=1.0)
    used.apply_gradients([(tf.constant([1.0]), tf.Variable([1.0]))])
    serialize2, serialize3 = tf_keras.optimizers.serialize, keras.optimizers.serialize
    with_schedule2 = {name: Legacy(schedule2(name)) for name in SCHEDULES}
    with_schedule3 = {name: keras.optimizers.Adamax(schedule3(name)) for name in SCHEDULES}
    return {
        "legacy": {
            "fresh": plain(Legacy().get_config()),
            "others": plain(Legacy(0.1, 0.5, 0.9, 1e-3, "other", decay=0.01, clipnorm=1.0, clipvalue=0.5).get_config()),
            "global_clipnorm": plain(Legacy(global_clipnorm=1.0).get_config()),
            "used": plain(used.get_config()),
            "with_schedule": {name: plain(o.get_config()) for name, o in with_schedule2.items()},
            "serialize": outcome(lambda: serialize2(Legacy())),
            "serialize_legacy_format": outcome(lambda: serialize2(Legacy(), use_legacy_format=True)),
            "serialize_with_schedule": outcome(lambda: serialize2(with_schedule2["exponential"])),
            "serialize_with_schedule_legacy_format": outcome(
                lambda: serialize2(with_schedule2["exponential"], use_legacy_format=True)
            ),
            "schedules": {n: outcome(lambda: schedules2.serialize(schedule2(n))) for n in SCHEDULES},
            "schedules_legacy_format": {
                n: outcome(lambda: schedules2.serialize(schedule2(n), use_legacy_format=True)) for n in SCHEDULES
            },
        },
        "keras3": {
            "fresh": plain(keras.optimizers.Adamax().get_config()),
            "serialize": outcome(lambda: serialize3(keras.optimizers.Adamax())),
            "serialize_with_schedule": {n: outcome(lambda: serialize3(o)) for n, o in with_schedule3.items()},
            "schedules": {n: outcome(lambda: schedules3.serialize(schedule3(n))) for n in SCHEDULES},
        },
        "loads": loads(),
        "facts": facts(),
    }


# What `getConfig()` of the package gives, and what becomes of it there.
OURS = {
    "fresh": {"name": "Adamax", "learning_rate": 0.001, "decay": 0.0, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-07},
    "clipped": {
        "name": "Adamax",
        "clipnorm": 1.0,
        "clipvalue": 0.5,
        "learning_rate": 0.001,
        "decay": 0.01,
        "beta_1": 0.9,
        "beta_2": 0.999,
        "epsilon": 1e-07,
    },
    "decayed": {
        "name": "Adamax",
        "learning_rate": 0.001,
        "decay": 0.01,
        "beta_1": 0.9,
        "beta_2": 0.999,
        "epsilon": 1e-07,
    },
    "with_schedule": {
        "name": "Adamax",
        "learning_rate": {
            "class_name": "ExponentialDecay",
            "config": {
                "initial_learning_rate": 0.1,
                "decay_steps": 1000,
                "decay_rate": 0.96,
                "staircase": False,
                "name": None,
            },
        },
        "decay": 0.0,
        "beta_1": 0.9,
        "beta_2": 0.999,
        "epsilon": 1e-07,
    },
}
OURS["with_schedule_of_keras3_form"] = json.loads(json.dumps(OURS["with_schedule"]))
OURS["with_schedule_of_keras3_form"]["learning_rate"] |= {
    "module": "keras.optimizers.schedules",
    "registered_name": None,
}


def loads():
    """Each of our configs through each way in; what comes back is get_config() of what was made, or the error."""

    def copy(config):
        return json.loads(json.dumps(config))

    def identifier(config):
        return {"class_name": "Adamax", "config": copy(config)}

    ways = {
        "tf_keras.optimizers.legacy.Adamax.from_config": lambda c: Legacy.from_config(copy(c)),
        "tf_keras.optimizers.deserialize, use_legacy_optimizer": lambda c: tf_keras.optimizers.deserialize(
            identifier(c), use_legacy_optimizer=True, use_legacy_format=True
        ),
        "tf_keras.optimizers.deserialize": lambda c: tf_keras.optimizers.deserialize(identifier(c)),
        "tf_keras.optimizers.Adamax.from_config": lambda c: tf_keras.optimizers.Adamax.from_config(copy(c)),
        "keras.optimizers.Adamax.from_config": lambda c: keras.optimizers.Adamax.from_config(copy(c)),
        "keras.optimizers.deserialize": lambda c: keras.optimizers.deserialize(identifier(c)),
    }
    results = {}
    for name, config in OURS.items():
        results[name] = {"config": config, "results": {}}
        for way, load in ways.items():

            def made(load=load):
                optimizer = load(config)
                kind = f"{type(optimizer).__module__}.{type(optimizer).__name__}"
                return {"class": kind, "config": plain(optimizer.get_config())}

            results[name]["results"][way] = outcome(made)
    return results


def facts():
    """Where the package leaves the original on purpose: what the original does."""

    def steps(optimizer, gradient=(1.0, -2.0), n=1, between=lambda optimizer: None, twice=False):
        variable = tf.Variable([1.0, 1.0])
        history = []
        for _ in range(n):
            pair = (tf.constant(gradient), variable)
            optimizer.apply_gradients([pair, pair] if twice else [pair])
            history.append([float(x) for x in variable.numpy()])
            between(optimizer)
        return {"p": history, "iterations": int(optimizer.iterations.numpy())}

    def set_decay(optimizer):
        optimizer.decay = 1.0

    def mutated():
        config = {"lr": 0.5}
        Legacy.from_config(config)
        return config

    return {
        "epsilon 0": outcome(lambda: Legacy(epsilon=0).get_config()),
        "beta_1 1.5, one step": outcome(lambda: steps(Legacy(beta_1=1.5))),
        "beta_1 1, one step": outcome(lambda: json.loads(json.dumps(steps(Legacy(beta_1=1.0))).replace("NaN", "null"))),
        "learning_rate -1": outcome(lambda: steps(Legacy(learning_rate=-1.0))),
        "learning_rate 1, integer, then 0.5": outcome(lambda: integer_rate()),
        "clipnorm -1": outcome(lambda: Legacy(clipnorm=-1.0)),
        "clipvalue 0, one step": outcome(lambda: steps(Legacy(0.1, clipvalue=0.0))),
        "clipnorm 0, one step": outcome(lambda: steps(Legacy(0.1, clipnorm=0.0))),
        "decay 1, three steps": outcome(lambda: steps(Legacy(0.1, decay=1.0), n=3)),
        "decay set to 1 after the first of three steps": outcome(lambda: steps(Legacy(0.1), n=3, between=set_decay)),
        "one variable twice, one step": outcome(lambda: steps(Legacy(0.1), twice=True)),
        "from_config of {lr: 0.5} leaves its argument as": outcome(mutated),
        "from_config, unknown key": outcome(lambda: Legacy.from_config({"no_such_key": 1})),
        "keras 3, clipnorm and clipvalue": outcome(lambda: keras.optimizers.Adamax(clipnorm=1.0, clipvalue=1.0)),
        "keras 3, decay": outcome(lambda: keras.optimizers.Adamax(decay=0.1).get_config()),
    }


def integer_rate():
    optimizer = Legacy(1)
    first = optimizer.lr.numpy()
    optimizer.lr = 0.5
    return {"first": first, "second": optimizer.lr.numpy()}


packages = [tf, tf_keras, keras]
write("schedules", "tf_keras.optimizers.schedules", packages, {"steps": SCHEDULE_STEPS, "cases": schedule_values()})
write("configs", "get_config, serialize and from_config of the sources", packages, configs())
