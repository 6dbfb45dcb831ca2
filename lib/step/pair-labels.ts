import { byName, type Label } from '../state/labels.js';
import { isNamed, type Variable } from '../variables/variable.js';

/** What messages call the list of a step, and what is at a position of it. */
export interface PairWords {
  readonly list: string;
  gradient(position: number): string;
  variable(position: number): string;
}

export const APPLIED: PairWords = {
  list: 'gradsAndVars',
  gradient: (i) => `at gradsAndVars[${i}][0]`,
  variable: (i) => `at gradsAndVars[${i}][1]`,
};
export const DIFFERENTIATED: PairWords = {
  list: 'varList',
  gradient: (i) => `at gradients[${i}]`,
  variable: (i) => `of gradients[${i}]`,
};

/** What a message calls the gradient of a variable. */
export function gradientLabel(words: PairWords, position: number, variable: Variable): string {
  return `gradient${isNamed(variable) ? ` of '${variable.name}'` : ''} ${words.gradient(position)}`;
}

/**
 * What messages call the variables of a step. Positions are looked for only when there is a message: a step keeps
 * account of none but those of pairs that it leaves out.
 */
export class PairLabels {
  words = APPLIED;
  /** Variables of the pairs that are stepped, in their order. */
  readonly #stepped: readonly Variable[];
  /** Pairs that were read and left out, in their order; null where there are none. */
  leftOut: { readonly position: number; readonly variable: Variable; readonly isMissing: boolean }[] | null = null;

  constructor(stepped: readonly Variable[]) {
    this.#stepped = stepped;
  }

  /** @param isMissing - whether it is left out since it has no gradient */
  leaveOut(position: number, variable: Variable, isMissing: boolean): void {
    this.leftOut ??= [];
    this.leftOut.push({ position, variable, isMissing });
  }

  /** Variables that were left out since they have no gradient. */
  get missing(): Variable[] {
    return (this.leftOut ?? []).filter(({ isMissing }) => isMissing).map(({ variable }) => variable);
  }

  /** Leaves out those at some places among the pairs that are stepped so far. */
  dropPlaces(places: readonly number[]): void {
    const dropped = places.map((i) => {
      return { position: this.positionOf(i), variable: this.#stepped[i], isMissing: false };
    });
    this.leftOut = [...(this.leftOut ?? []), ...dropped].sort((a, b) => a.position - b.position);
  }

  /** Where the pair at place `i` of those that are stepped stood in the list. */
  positionOf(i: number): number {
    let position = i;
    for (const leftOut of this.leftOut ?? []) if (leftOut.position <= position) position++;
    return position;
  }

  /** What a message calls a variable. */
  readonly variable: Label = (variable) => {
    const position = this.#find(variable);
    if (position === undefined) return byName(variable);
    return `${isNamed(variable) ? `'${variable.name}'` : 'variable'} ${this.words.variable(position)}`;
  };

  /** What a message calls the gradient of a variable. */
  gradient(variable: Variable): string {
    const position = this.#find(variable);
    return position === undefined ? `gradient of ${byName(variable)}` : gradientLabel(this.words, position, variable);
  }

  #find(variable: Variable): number | undefined {
    const i = this.#stepped.indexOf(variable);
    return i < 0 ? this.leftOut?.find((pair) => pair.variable === variable)?.position : this.positionOf(i);
  }
}
