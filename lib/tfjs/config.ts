/**
 * A config as this package writes it, of what TensorFlow.js makes of it when it loads a model: there all keys are in camel
 * case, those of a schedule too, and there is one more, `customObjects`.
 */
export function configFrom(config: object): Record<string, unknown> {
  const { customObjects: _, ...own } = config as Record<string, unknown>;
  return pythonic(own) as Record<string, unknown>;
}

function pythonic(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pythonic);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [snakeCased(key), pythonic(item)]));
}

/** `learningRate` → `learning_rate`, `beta1` → `beta_1`; what is in snake case already stays. */
function snakeCased(key: string): string {
  return key.replace(/([a-z])(?=[A-Z\d])/g, '$1_').toLowerCase();
}
