"""keras.optimizers.Adamax of Keras 3, compiled by XLA. The backend is KERAS_BACKEND: tensorflow or jax."""

import os

from serve import BETA1, BETA2, EPSILON, THREADS, Rival, serve


class Keras(Rival):
    def __init__(self):
        global keras, np
        if os.environ["KERAS_BACKEND"] == "tensorflow":
            import tensorflow as tf

            tf.config.threading.set_intra_op_parallelism_threads(THREADS)
            tf.config.threading.set_inter_op_parallelism_threads(THREADS)
        import keras
        import numpy as np

        self.version = f"keras {keras.__version__} on {backend_version()}"

    def lay_out(self, case):
        self.variables = [keras.Variable(case.param(i)) for i in range(len(case.shapes))]
        self.set_gradients(case.gradient(i) for i in range(len(case.shapes)))
        options = {"beta_1": BETA1, "beta_2": BETA2, "epsilon": EPSILON}
        self.optimizer = keras.optimizers.Adamax(learning_rate=case.learning_rate, **options)
        self.optimizer.build(self.variables)
        make = {"tensorflow": self.steps_of_tensorflow, "jax": self.steps_of_jax}[keras.backend.backend()]
        self.steps, self.read = make()

    def set_gradients(self, arrays):
        self.gradients = [keras.ops.convert_to_tensor(array.copy()) for array in arrays]

    def steps_of_tensorflow(self):
        import tensorflow as tf

        @tf.function(jit_compile=True)
        def step(gradients):
            self.optimizer.apply(gradients, self.variables)

        def steps(times):
            for _ in range(times):
                step(self.gradients)

        return steps, lambda: [v.numpy() for v in self.variables]

    def steps_of_jax(self):
        """Steps as Keras' own JAX trainer does: the state goes in, is donated, and comes out."""
        import jax

        def step(state, gradients):
            params, slots = self.optimizer.stateless_apply(state[1], gradients, state[0])
            return params, slots

        compiled = jax.jit(step, donate_argnums=0)
        states = [([v.value + 0 for v in self.variables], [v.value + 0 for v in self.optimizer.variables])]
        for v in [*self.variables, *self.optimizer.variables[2:]]:
            v._value = None  # this frees its memory: the state has its own
            del v

        def steps(times):
            for _ in range(times):
                states[0] = compiled(states[0], self.gradients)
            jax.block_until_ready(states[0])

        return steps, lambda: [np.asarray(p) for p in states[0][0]]

    def run(self, times):
        self.steps(times)


def backend_version():
    name = keras.backend.backend()
    return f"{name} {__import__(name).__version__}"


serve(Keras)
