"""TensorFlow: the op ResourceApplyAdaMax in a graph; rows by tf_keras' legacy Adamax, which has the only sparse path."""

import os

from serve import BETA1, BETA2, EPSILON, THREADS, Rival, serve

os.environ["TF_USE_LEGACY_KERAS"] = "1"


class TensorFlow(Rival):
    def __init__(self):
        global tf
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(THREADS)
        tf.config.threading.set_inter_op_parallelism_threads(THREADS)
        self.version = f"tensorflow {tf.__version__}"

    def lay_out(self, case):
        self.params = [tf.Variable(case.param(i)) for i in range(len(case.shapes))]
        self.set_gradients([case.gradient(i) for i in range(len(case.shapes))])
        self.next = self.rows(case) if case.steps is not None else self.dense(case)

    def set_gradients(self, arrays):
        self.gradients = [tf.constant(array) for array in arrays]

    def dense(self, case):
        m = [tf.Variable(tf.zeros_like(p)) for p in self.params]
        u = [tf.Variable(tf.zeros_like(p)) for p in self.params]
        power = tf.Variable(1.0)
        scalars = {"lr": case.learning_rate, "beta1": BETA1, "beta2": BETA2, "epsilon": EPSILON}

        @tf.function
        def step(gradients):
            beta1_power = power.assign(power * BETA1)
            for p, m_p, u_p, g in zip(self.params, m, u, gradients):
                handles = {"var": p.handle, "m": m_p.handle, "v": u_p.handle}
                tf.raw_ops.ResourceApplyAdaMax(**handles, beta1_power=beta1_power, grad=g, **scalars)

        return lambda: step(self.gradients)

    def rows(self, case):
        import tf_keras

        options = {"beta_1": BETA1, "beta_2": BETA2, "epsilon": EPSILON}
        optimizer = tf_keras.optimizers.legacy.Adamax(learning_rate=case.learning_rate, **options)
        [table] = self.params
        steps = [tf.constant(indices) for indices in case.steps]

        @tf.function
        def step(values, indices):
            optimizer.apply_gradients([(tf.IndexedSlices(values, indices, table.shape), table)])

        def next_step(at=[0]):
            step(self.gradients[0], steps[at[0] % len(steps)])
            at[0] += 1

        return next_step

    def run(self, times):
        for _ in range(times):
            self.next()

    def read(self):
        return [p.numpy() for p in self.params]


serve(TensorFlow)
