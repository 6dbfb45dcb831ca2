import { Adamax } from 'adamax';
import { expect } from 'chai';
import { Random } from '../../examples/shared/maths/random.js';
import { nearest, unitVectors } from '../../examples/word-vectors/neighbours.js';
import { corpusOf } from '../../examples/word-vectors/text/corpus.js';
import { isContentWord } from '../../examples/word-vectors/text/stop-words.js';
import { Vocabulary } from '../../examples/word-vectors/text/vocabulary.js';
import { paragraphsOf, wordsOf } from '../../examples/word-vectors/text/words.js';
import { SkipGramModel } from '../../examples/word-vectors/training/model.js';
import { Negatives } from '../../examples/word-vectors/training/negatives.js';
import { SkipGrams } from '../../examples/word-vectors/training/skip-grams.js';

describe('word vectors: text', () => {
  it('takes runs of letters as words, with the apostrophes inside them', () => {
    expect(wordsOf("“Don’t,” said the WHALE's mate—'tis 1851; harpoon-line_")).to.deep.equal([
      "don't",
      'said',
      'the',
      "whale's",
      'mate',
      'tis',
      'harpoon',
      'line',
    ]);
  });

  it('takes letters of any script, composed or not, and marks with them', () => {
    expect(wordsOf('Cafe\u0301 CAFÉ Ἀχαιός हिन्दी')).to.deep.equal(['café', 'café', 'ἀχαιός', 'हिन्दी']);
  });

  it('takes a letter for a word where words are not spaced', () => {
    expect(wordsOf('白鲸 sees ひと')).to.deep.equal(['白', '鲸', 'sees', 'ひ', 'と']);
  });

  it('parts paragraphs at blank lines of any kind', () => {
    expect(paragraphsOf('a\nb\n\nc\r\n\r\nd\n \t\ne\n\n\n***\n\n')).to.deep.equal(['a\nb', 'c', 'd', 'e']);
  });

  it('numbers words by frequency, then by code unit, from the minimum count on', () => {
    const vocabulary = new Vocabulary(
      [
        ['b', 'a', 'c', 'a'],
        ['b', 'é', 'é', 'd'],
      ],
      2,
    );
    expect(vocabulary.words).to.deep.equal(['a', 'b', 'é']);
    expect([...vocabulary.counts]).to.deep.equal([2, 2, 2]);
    expect([...vocabulary.encode(['d', 'b', 'x', 'a'])]).to.deep.equal([1, 0]);
  });

  it('holds out every twentieth passage, and learns no words from it', () => {
    const passages = Array.from({ length: 60 }, (_, i) => (i % 20 === 10 ? 'secret '.repeat(9) : 'public '.repeat(7)));
    const { vocabulary, training, heldOut, wordCount } = corpusOf(passages.join('\n\n'));
    expect(vocabulary.words).to.deep.equal(['public']);
    expect([training.length, heldOut.length]).to.deep.equal([57, 3]);
    expect(wordCount).to.equal(57 * 7 + 3 * 9);
  });

  it('cuts a text without paragraphs so that some of it can be held out', () => {
    expect(corpusOf('word '.repeat(5000)).heldOut.map((passage) => passage.length)).to.deep.equal([200]);
  });

  it('knows words that say little, modern and archaic', () => {
    expect(['the', 'thou', 'upon', "don't", "he'll", 'ye'].filter(isContentWord)).to.deep.equal([]);
    expect(['whale', "whale's", 'sea', '鲸'].filter(isContentWord)).to.have.length(4);
  });
});

describe('word vectors: examples', () => {
  const text = [...Array(900).fill('often'), ...Array(90).fill('some'), ...Array(10).fill('rare')];
  const vocabulary = new Vocabulary([text], 1);

  it('draws negatives by count^(3/4), never the context itself', () => {
    const negatives = new Negatives(vocabulary);
    const random = new Random(5);
    const targets = new Int32Array(11);
    const count = [0, 0, 0];
    for (let i = 0; i < 20_000; i++) {
      negatives.fill(targets, random);
      for (const word of targets.subarray(1)) count[word]++;
    }
    expect(count[0]).to.equal(0);
    expect(count[1] / count[2]).to.be.closeTo((90 / 10) ** 0.75, 0.1);
  });

  it('thins frequent words to the square root of what they are too many', () => {
    const skipGrams = new SkipGrams(vocabulary, 1);
    const random = new Random(6);
    const passage = Int32Array.from({ length: 200_000 }, (_, i) => (i % 2 === 0 ? 0 : 2));
    let pairs = 0;
    const centres = [0, 0, 0];
    skipGrams.forEachPair(passage, random, (centre) => {
      centres[centre]++;
      pairs++;
    });
    // Kept: √(3e-4 / 0.9) of 'often', √(3e-4 / 0.01) of 'rare'. With a window of 1 each kept word has two neighbours.
    expect(centres[0] / 200_000).to.be.closeTo(Math.sqrt(3e-4 / 0.9), 0.002);
    expect(centres[2] / 200_000).to.be.closeTo(Math.sqrt(3e-4 / 0.01), 0.005);
    expect(pairs).to.equal(centres[0] + centres[2]);
  });

  it('weighs near words more than far ones, and reaches no farther than the window', () => {
    // Ten words of equal, low enough frequency not to be thinned.
    const even = new Vocabulary([Array.from({ length: 10_000 }, (_, i) => `w${String(i).padStart(4, '0')}`)], 1);
    const skipGrams = new SkipGrams(even, 3);
    const passage = Int32Array.from({ length: 10_000 }, (_, i) => i);
    const at = [0, 0, 0, 0, 0, 0];
    skipGrams.forEachPair(passage, new Random(8), (centre, context) => at[Math.abs(centre - context)]++);
    expect(at[0] + at[4] + at[5]).to.equal(0);
    expect(at[1]).to.equal(2 * 10_000 - 2);
    expect(at[2] / at[1]).to.be.closeTo(2 / 3, 0.02);
    expect(at[3] / at[1]).to.be.closeTo(1 / 3, 0.02);
  });
});

describe('word vectors: the model', () => {
  const targets = Int32Array.of(2, 4, 5, 4);
  const make = () => new SkipGramModel(new Adamax(), 6, 7, 16, targets.length, new Random(1));

  it('starts at chance: ln 2 for each target', () => {
    expect(make().loss(0, targets)).to.be.closeTo(4 * Math.LN2, 1e-12);
  });

  it('returns the same loss whether it learns from a pair or not', () => {
    const model = make();
    for (let i = 0; i < 5; i++) {
      const loss = model.loss(0, targets);
      expect(model.add(0, targets)).to.equal(loss);
      model.step(0.1);
    }
  });

  it('steps down the gradient, by no more than the rate', () => {
    const model = make();
    const input = model.input.data as Float32Array;
    model.add(0, targets);
    model.step(0.1);
    // Output vectors are no longer zero, so the next step has an input gradient. It is the first that is not 0, in
    // the second step: m = 0.1 g, u = |g|, α = 0.1 / (1 − 0.9²).
    const slopes = Array.from({ length: 7 }, (_, d) => {
      const at = (x: number): number => {
        const before = input[d];
        input[d] = x;
        const loss = model.loss(0, targets);
        input[d] = before;
        return loss;
      };
      return at(input[d] + 2 ** -10) - at(input[d] - 2 ** -10);
    });
    const before = input.slice();
    model.add(0, targets);
    model.step(0.1);
    for (let d = 0; d < 7; d++) {
      const expected = (-Math.sign(slopes[d]) * 0.1 * 0.1) / (1 - 0.81);
      expect(input[d] - before[d], `element ${d}`).to.be.closeTo(expected, 1e-5);
    }
    expect(input.subarray(7), 'rows not touched').to.deep.equal(before.subarray(7));
  });

  it('learns: a pair it has seen often, and nothing else in the input table', () => {
    const model = make();
    const before = model.input.data.slice();
    for (let i = 0; i < 60; i++) {
      for (let k = 0; k < 4; k++) model.add(1, targets);
      model.step(0.05);
    }
    expect(model.loss(1, targets)).to.be.below(0.1);
    expect(model.input.data.subarray(14)).to.deep.equal(before.subarray(14));
    expect(model.input.data.subarray(0, 7)).to.deep.equal(before.subarray(0, 7));
  });
});

describe('word vectors: neighbours', () => {
  it('are ordered by cosine, whatever the length', () => {
    const vocabulary = new Vocabulary([['a', 'a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'd']], 1);
    const unit = unitVectors(Float32Array.of(1, 0, /**/ 0, 9, /**/ 5, 5, /**/ 0, 0), 2);
    expect(nearest(vocabulary, unit, 0, 2, 4).map(({ word }) => word)).to.deep.equal(['c', 'b']);
    expect(nearest(vocabulary, unit, 0, 9, 2).map(({ word }) => word)).to.deep.equal(['b']);
    expect(nearest(vocabulary, unit, 0, 1, 4)[0].cosine).to.be.closeTo(Math.SQRT1_2, 1e-12);
  });
});
