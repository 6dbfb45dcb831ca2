"""optax.adamax compiled by XLA, state and parameters donated; rows by hand, as optax has no sparse step."""

from serve import BETA1, BETA2, EPSILON, Rival, serve


class Optax(Rival):
    def __init__(self):
        global jax, jnp, np, optax
        import jax
        import jax.numpy as jnp
        import numpy as np
        import optax

        self.version = f"optax {optax.__version__} on jax {jax.__version__}"

    def lay_out(self, case):
        params = [jnp.array(case.param(i), copy=True) for i in range(len(case.shapes))]
        self.set_gradients(case.gradient(i) for i in range(len(case.shapes)))
        self.next = self.rows(case, *params) if case.steps is not None else self.dense(case, params)
        del params

    def set_gradients(self, arrays):
        self.gradients = [jnp.array(array, copy=True) for array in arrays]

    def dense(self, case, params):
        optimizer = optax.adamax(case.learning_rate, b1=BETA1, b2=BETA2, eps=EPSILON)

        def step(params, state, gradients):
            updates, state = optimizer.update(gradients, state, params)
            return optax.apply_updates(params, updates), state

        compiled = jax.jit(step, donate_argnums=(0, 1))
        self.state = (params, jax.jit(optimizer.init)(params))

        def next_step():
            self.state = compiled(*self.state, self.gradients)

        return next_step

    def rows(self, case, table):
        """Each row is named once, so that nothing has to be summed, which is less work than the others do."""

        def step(table, m, u, power, values, indices):
            power = power * BETA1
            m_rows = m[indices]
            m_rows = m_rows + (values - m_rows) * (1 - BETA1)
            u_rows = jnp.maximum(u[indices] * BETA2, jnp.abs(values))
            change = case.learning_rate / (1 - power) * m_rows / (u_rows + EPSILON)
            put = {"unique_indices": True, "mode": "promise_in_bounds"}
            table = table.at[indices].add(-change, **put)
            return table, m.at[indices].set(m_rows, **put), u.at[indices].set(u_rows, **put), power

        compiled = jax.jit(step, donate_argnums=(0, 1, 2, 3))
        steps = [jnp.array(indices) for indices in case.steps]
        self.state = (table, jnp.zeros_like(table), jnp.zeros_like(table), jnp.float32(1))
        self.at = 0

        def next_step():
            self.state = compiled(*self.state, self.gradients[0], steps[self.at % len(steps)])
            self.at += 1

        return next_step

    def run(self, times):
        for _ in range(times):
            self.next()
        jax.block_until_ready(self.state)

    def read(self):
        params = self.state[0]
        return [np.asarray(p) for p in (params if isinstance(params, list) else [params])]


serve(Optax)
