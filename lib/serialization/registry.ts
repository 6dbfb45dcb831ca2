import { describe, wrongType } from '../arguments/errors.js';
import { checkRecord } from '../arguments/options.js';
import { suggestion } from '../arguments/suggestion.js';
import { checkOwn, configError, type Serialized } from './serialized.js';

/** Classes by the name that a serialised form has for them, for one call. */
export type CustomObjects = Readonly<Record<string, unknown>>;

/** What a name stood for: something of this package or registered, or one of the caller's custom objects. */
export type Found<T> =
  | { readonly custom: false; readonly value: T }
  | { readonly custom: true; readonly value: unknown; readonly argument: string };

/** What a caller can do about a class that is not here, as messages say it. */
interface Remedy {
  /** It stands behind the list of what is here. */
  readonly unknown: string;
  /** It stands behind `a module of Keras`. */
  foreign(className: string): string;
}

export const inCustomObjects: Remedy = {
  unknown: ' or in customObjects',
  foreign: (className) => `, or ${className} in customObjects`,
};

/**
 * From names to classes (or factories) and back: the one policy of optimizers, schedules and initializers, after
 * `keras.saving.register_keras_serializable` and `get_registered_object`.
 *
 * - A name is found among the caller's custom objects first, then among what was registered, then among our own; a
 *   registered name comes before a class name.
 * - An object of ours is taken only for a serialised form that is Keras' own: a class of the same name in another
 *   module may compute something else.
 * - The name of a class is the one it was entered under, found by identity: a bundler may have renamed the class.
 */
export class Registry<T> {
  readonly #own = new Map<string, { readonly name: string; readonly value: T }>();
  readonly #registered = new Map<string, { readonly name: string; readonly value: T }>();
  readonly #keyOf: (name: string) => string;
  readonly #remedy: Remedy;

  /** @param ignoreCase - whether `'ADAMAX'` finds `'Adamax'` */
  constructor(ignoreCase: boolean, remedy: Remedy) {
    this.#keyOf = ignoreCase ? (name) => name.toLowerCase() : (name) => name;
    this.#remedy = remedy;
  }

  /** Enters what this package has itself. The first name of a value is the one it is written under. */
  add(name: string, value: T): void {
    // A bundler may have renamed it, and people are shown this name, as subclasses are.
    if (typeof value === 'function' && this.nameOf(value) === undefined) {
      Object.defineProperty(value, 'name', { value: name, configurable: true });
    }
    this.#own.set(this.#keyOf(name), { name, value });
  }

  /** Enters `value` under `name`, in place of what was registered under it before. */
  register(name: string, value: T): void {
    this.#registered.set(this.#keyOf(name), { name, value });
  }

  /** The name `value` was registered under last, or else its first name among our own. */
  nameOf(value: unknown): string | undefined {
    const registered = [...this.#registered.values()].filter((entry) => entry.value === value).at(-1);
    return (registered ?? [...this.#own.values()].find((entry) => entry.value === value))?.name;
  }

  /** What stands under a bare name: registered, or our own. */
  named(name: string): T | undefined {
    const key = this.#keyOf(name);
    return (this.#registered.get(key) ?? this.#own.get(key))?.value;
  }

  /** The name of each thing that is here: our own, then those registered. */
  get names(): string[] {
    const values = new Set<T>();
    for (const { value } of [...this.#own.values(), ...this.#registered.values()]) values.add(value);
    return [...values].map((value) => this.nameOf(value) as string);
  }

  /**
   * What a serialised form asks for.
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE` for `customObjects` that are no object
   * @throws RangeError `ERR_ADAMAX_CONFIG` for a class that is not here, or one of ours that is asked for as another
   *   module's
   */
  find(argument: string, serialized: Serialized, customObjects?: CustomObjects): Found<T> {
    const { className, registeredName } = serialized;
    const asked = registeredName === null ? [className] : [registeredName, className];
    if (customObjects !== undefined) {
      checkCustomObjects(customObjects);
      const name = asked.find((candidate) => Object.hasOwn(customObjects, candidate));
      if (name !== undefined) {
        return { custom: true, value: customObjects[name], argument: `customObjects[${describe(name)}]` };
      }
    }
    for (const name of asked) {
      const registered = this.#registered.get(this.#keyOf(name));
      if (registered !== undefined) return { custom: false, value: registered.value };
    }
    const own = this.#own.get(this.#keyOf(className));
    if (own === undefined) {
      throw configError(
        `${argument}.class_name`,
        `one of ${this.names.join(', ')}${this.#remedy.unknown}${suggestion(className, this.names)}`,
        className,
      );
    }
    checkOwn(argument, serialized, this.#remedy.foreign(className));
    return { custom: false, value: own.value };
  }

  /**
   * The name under which a class is written: the one it was entered under, else its own, which must not be empty.
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`
   */
  nameToWrite(argument: string, value: unknown, of: unknown): string {
    const name = this.nameOf(value) ?? (value as { name?: unknown }).name;
    if (typeof name !== 'string' || name === '') throw wrongType(argument, 'of a class with a name', of);
    return name;
  }
}

/** @throws TypeError `ERR_ADAMAX_ARG_TYPE` */
export function checkCustomObjects(customObjects: unknown): void {
  checkRecord('customObjects', customObjects, 'an object of classes by name');
}
