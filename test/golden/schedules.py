"""The learning rate schedules that are recorded, of Keras 2 and of Keras 3."""

import keras
import tf_keras

schedules2 = tf_keras.optimizers.schedules
schedules3 = keras.optimizers.schedules

SCHEDULES = {
    "exponential": ("ExponentialDecay", dict(initial_learning_rate=0.1, decay_steps=100, decay_rate=0.5)),
    "exponential_staircase": (
        "ExponentialDecay",
        dict(initial_learning_rate=0.1, decay_steps=100, decay_rate=0.9, staircase=True),
    ),
    "piecewise": (
        "PiecewiseConstantDecay",
        dict(boundaries=[10, 100, 500], values=[0.01, 0.1, 0.003, 0.0001]),
    ),
    "polynomial": (
        "PolynomialDecay",
        dict(initial_learning_rate=0.1, decay_steps=400, end_learning_rate=0.01, power=2.0),
    ),
    "polynomial_cycle": (
        "PolynomialDecay",
        dict(initial_learning_rate=0.1, decay_steps=300, end_learning_rate=0.01, power=0.5, cycle=True),
    ),
    "inverse_time": ("InverseTimeDecay", dict(initial_learning_rate=0.1, decay_steps=10, decay_rate=0.5)),
    "inverse_time_staircase": (
        "InverseTimeDecay",
        dict(initial_learning_rate=0.1, decay_steps=10, decay_rate=0.5, staircase=True),
    ),
    "cosine": ("CosineDecay", dict(initial_learning_rate=0.05, decay_steps=800, alpha=0.1)),
    "cosine_restarts": (
        "CosineDecayRestarts",
        dict(initial_learning_rate=0.05, first_decay_steps=100, t_mul=2.0, m_mul=0.9, alpha=0.1),
    ),
    "cosine_restarts_even": (
        "CosineDecayRestarts",
        dict(initial_learning_rate=0.05, first_decay_steps=150, t_mul=1.0),
    ),
}
WARM_UP = ("CosineDecay", dict(initial_learning_rate=0.0, decay_steps=600, alpha=0.01, warmup_target=0.1, warmup_steps=200))
LINEAR_COSINE = dict(initial_learning_rate=0.1, decay_steps=800, num_periods=2.5, alpha=0.01, beta=0.002)
SCHEDULE_STEPS = [*range(0, 12), *range(17, 1203, 37), 99, 100, 101, 299, 300, 301, 400, 500, 501, 600, 700, 701, 800, 1000]


def schedule2(name):
    kind, options = SCHEDULES[name]
    return getattr(schedules2, kind)(**options)


def schedule3(name):
    kind, options = SCHEDULES[name]
    return getattr(schedules3, kind)(**options)
