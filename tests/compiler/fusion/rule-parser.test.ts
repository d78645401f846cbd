import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { readRule } from '../../../compiler/fusion/load-rules.ts';
import { RuleError } from '../../../compiler/fusion/rule-error.ts';

/** Every mistake is one sentence with its place; the texts are what a person is most likely to get wrong. */
const MISTAKES: readonly (readonly [what: string, text: string, message: string])[] = [
  ['an empty file', '', "a.rule:1:1: expected 'let' or 'fuse', but found the end of the file"],
  ['no replacement', 'fuse silu(x)', "a.rule:1:13: expected 'into', but found the end of the file"],
  ['an open parenthesis', 'fuse silu(x\ninto gelu(x)', "a.rule:2:1: expected ')', but found 'into'"],
  ['a sign without meaning', 'fuse silu(x) $', "a.rule:1:14: the sign '$' has no meaning in a rule"],
  [
    'an unknown operator',
    'fuse silu(x)\ninto quickgelu(x)',
    "a.rule:2:6: there is no operator 'quickgelu'; did you mean 'quickGelu'?",
  ],
  [
    'nothing like an operator',
    'fuse zzzzzzzzzz(x) into silu(x)',
    "a.rule:1:6: there is no operator 'zzzzzzzzzz'",
  ],
  [
    'an unbound variable',
    'fuse silu(x)\ninto gelu(y)',
    "a.rule:2:11: 'y' is not bound by the pattern; it binds x",
  ],
  [
    'a value in the place of a tensor',
    'fuse multiply(x, constant c) into gelu(c)',
    "a.rule:1:40: 'c' is a value, but a tensor is needed here",
  ],
  [
    'one name for two kinds',
    'fuse multiply(x, constant x) into gelu(x)',
    "a.rule:1:27: 'x' is a tensor elsewhere in this rule and a value here",
  ],
  [
    'a name that only one choice binds',
    'fuse (multiply(x, y) | silu(x)) into add(x, y)',
    "a.rule:1:45: 'y' is missing in some matches; write 'y?' to leave it out then",
  ],
  [
    'an output that is none',
    'fuse silu(x) into gelu(x) -> (result, x)',
    "a.rule:1:39: 'x' is not the output of an operation; use 'result' or a name given with 'as'",
  ],
  [
    'no result',
    'fuse silu(relu(x) as y) into gelu(x) -> (y)',
    "a.rule:1:1: no output of the replacement is 'result'",
  ],
  [
    'an unknown capability',
    'fuse silu(x) into gelu(x) on gpu',
    "a.rule:1:30: targets have no capability 'gpu'; they may have attentionOverCache, emptyRowsAreZero, gatedAdd, skipLayerNormalization, groupedVolumes, threefoldChannels, int8Products, int8Rows, quantisedProductsAddBias, staticCache, cacheOnDevice, optimizerOnHost",
  ],
  [
    'an unknown function',
    'fuse silu(x) into gelu(x) when width(x) = 1',
    "a.rule:1:32: there is no function 'width'; they are size, rank, shape, dtype, sqrt, dims, padded, first",
  ],
  [
    'too few arguments',
    'fuse silu(x) into gelu(x) when size(x) = 1',
    'a.rule:1:32: size takes 2 arguments, but 1 are given',
  ],
  [
    'an unknown dtype',
    'fuse silu(x) into gelu(x) with x double',
    "a.rule:1:34: 'double' is not a dtype; they are float32, float16, bfloat16, int64, int32, uint8, int8, bool",
  ],
  [
    'two ellipses',
    'fuse silu(x) into gelu(x) with x [..., a, ...]',
    "a.rule:1:43: a shape may have one '...' only",
  ],
  ['a lone variable', 'fuse x into gelu(x)', 'a.rule:1:1: the pattern after fuse must be an operation'],
  [
    'a definition given twice',
    'let a = silu(x)\nlet a = gelu(x)\nfuse a into gelu(x)',
    "a.rule:2:5: 'a' is defined twice; give the second another name",
  ],
  ['only definitions', 'let a = silu(x)', "a.rule:1:1: there is no 'fuse' in this file"],
];

describe('rule files', () => {
  for (const [what, text, message] of MISTAKES) {
    it(`points at ${what}`, () => {
      assert.throws(() => readRule(text, 'a.rule'), { name: 'UserError', message });
    });
  }

  it('keeps definitions from growing without end', () => {
    const lines = Array.from({ length: 20 }, (_, index) => `let a${index + 1} = add(a${index}, a${index})`);
    const text = `let a0 = add(x, y)\n${lines.join('\n')}\nfuse a20 into add(x, y)`;
    assert.throws(() => readRule(text, 'a.rule'), /stands for more than 1000 parts of a pattern/);
  });

  it('reads what it explains, and every form', () => {
    const rule = readRule(
      '# Two\n# lines.\nfuse silu(x) into gelu(x)\nfuse gelu(x) into silu(x)',
      'two.rule',
    );
    assert.equal(rule.name, 'two');
    assert.equal(rule.explanation, 'Two\nlines.');
    assert.deepEqual(
      rule.forms.map(({ roots }) => [...roots]),
      [['silu'], ['gelu']],
    );
  });

  it('answers any text with a rule or a RuleError inside the text', () => {
    const words = fc.constantFrom(
      ...[
        'fuse',
        'into',
        'with',
        'when',
        'on',
        'let',
        'as',
        'shared',
        'constant',
        'none',
        'last',
        'true',
        'parameter',
      ],
      ...[
        'infinity',
        'silu',
        'gelu',
        'add',
        'multiply',
        'x',
        'y',
        'cpu',
        '(',
        ')',
        '[',
        ']',
        ',',
        ';',
        '|',
        '?',
        '_',
        '=',
      ],
      ...['->', '...', '~', '<', '+', '-', '*', '/', '%', '1', '0.5', "'a'", '\n', '# no\n', '$', '\u00e9'],
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(words).map((list) => list.join(' ')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          readRule(text, 'a.rule');
        } catch (error) {
          assert.ok(error instanceof RuleError, String(error));
          const { line, column } = error.place;
          const lines = text.split(/\r\n|\r|\n/);
          assert.ok(line >= 1 && line <= lines.length && column >= 1, `${line}:${column}`);
          assert.ok(!error.sentence.includes('undefined'), error.sentence);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('answers a rule with a piece cut out or doubled in the same way', () => {
    const whole =
      'let a = (multiply(x, constant c) | x)\nfuse layerNormalize(a as sum, weight, bias?; epsilon, axis? = last)\n' +
      'into skipLayerNormalize(x, x, weight, bias?; epsilon = first(c, 1 / 2)) -> (result, sum)\n' +
      'with x float32 [..., width], weight parameter [width]\nwhen size(x, 1) % 2 = 0, rank(x) > 2\non cpu';
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(12), fc.boolean(), (start, length, doubled) => {
        const piece = whole.slice(start, start + length);
        const text = whole.slice(0, start) + (doubled ? piece + piece : '') + whole.slice(start + length);
        try {
          readRule(text, 'a.rule');
        } catch (error) {
          assert.ok(error instanceof RuleError, String(error));
        }
      }),
      { numRuns: 1000 },
    );
  });
});
