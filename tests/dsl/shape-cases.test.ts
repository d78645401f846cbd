import assert from 'node:assert/strict';
import { Node } from 'ts-morph';
import { originalCallSite } from '../../dsl/call-site.ts';
import { ModelError } from '../../dsl/errors/model-error.ts';
import type { Tensor } from '../../dsl/tensor.ts';
import type { MistakeTables } from './mistake.ts';
import { shapeCases } from './shape-cases.ts';
import { errorsOf, givenBy, madeFile, rowsOf, sourceFile } from './type-checker.ts';

const RIGHT = 'tests/dsl/shape-cases.ts';
const WRONG = 'tests/dsl/rejected/shape-mistakes.ts';

/** Imported by a name that the project's type check does not follow: the file does not pass it, and must not. */
const mistakes: MistakeTables = await import(new URL('./rejected/shape-mistakes.ts', import.meta.url).href);

const described = ({ dtype, shape }: Tensor) => `${dtype} [${shape.join(', ')}]`;

/** The same file over tensors of which the types know nothing. */
function widened(path: string) {
  const text = sourceFile(path).getFullText();
  return madeFile(
    path.replace('.ts', '-wide.ts'),
    text.replace(/'(\.+)\/makers\.ts'/, "'$1/wide-makers.ts'"),
  );
}

describe('shapes: the types and the rules that build the model', () => {
  describe('give the same', () => {
    const rows = () => rowsOf(sourceFile(RIGHT), 'shapeCases');

    it('in the types, every size that is not said to be open', () => {
      assert.deepEqual(errorsOf(sourceFile(RIGHT)), []);
      for (const [index, row] of rows().entries()) {
        const of = Node.isObjectLiteralExpression(row) ? row.getPropertyOrThrow('of') : row;
        const arrow = Node.isPropertyAssignment(of) ? of.getInitializerOrThrow() : of;
        const wanted = shapeCases[index];
        assert.equal(givenBy(arrow), wanted?.types ?? wanted?.gives, row.getText());
      }
    });

    for (const { gives, of } of shapeCases) {
      it(`when built: ${of.toString().replace(/\s+/g, ' ')}`, () => {
        const result = of();
        assert.equal(([result].flat() as readonly Tensor[]).map(described).join('; '), gives);
      });
    }

    it('and tensors of unknown shape are accepted everywhere', () => {
      assert.deepEqual(errorsOf(widened(RIGHT)), []);
    });
  });

  describe('refuse the same, in the same words', () => {
    const tables = [
      ['tensorMistakes', mistakes.tensorMistakes],
      ['writtenMistakes', mistakes.writtenMistakes],
    ] as const;

    for (const [table, entries] of tables) {
      it(`in the types: one error each (${table})`, () => {
        const file = sourceFile(WRONG);
        const errors = errorsOf(file);
        for (const [index, row] of rowsOf(file, table).entries()) {
          const own = errors.filter(({ start }) => start >= row.getStart() && start < row.getEnd());
          assert.deepEqual(
            own.map(({ sentence }) => sentence),
            [entries[index]?.[0]],
            row.getText(),
          );
        }
      });
    }

    it('and the types have no other errors', () => {
      const expected = mistakes.tensorMistakes.length + mistakes.writtenMistakes.length;
      assert.equal(errorsOf(sourceFile(WRONG)).length, expected);
    });

    it('where sizes are unknown, the types leave to run time all that depends on them', () => {
      const errors = errorsOf(widened(WRONG));
      assert.deepEqual(
        errors.map(({ sentence }) => sentence),
        mistakes.writtenMistakes.map(([sentence]) => sentence),
      );
    });

    for (const [table, entries] of Object.entries(mistakes)) {
      for (const [index, [sentence, use]] of entries.entries()) {
        it(`when built: ${sentence}`, () => {
          const row = rowsOf(sourceFile(WRONG), table)[index];
          assert.ok(row !== undefined);
          assert.throws(use, (error) => {
            assert.ok(error instanceof ModelError, String(error));
            assert.equal(error.sentence, sentence);
            assert.ok(error.callSite !== undefined, 'the author is told where');
            const { file, line } = originalCallSite(error.callSite);
            assert.ok(file.endsWith('shape-mistakes.ts'), file);
            assert.ok(line >= row.getStartLineNumber() && line <= row.getEndLineNumber(), `line ${line}`);
            return true;
          });
        });
      }
    }
  });
});
