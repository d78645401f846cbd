import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { AnswerText } from '../../../runtime/generate/answer-text.ts';
import type { TextStream } from '../../../runtime/tokenizer.ts';

/** Every id is a byte. */
function utf8(): TextStream {
  const decoder = new TextDecoder();
  return {
    push: (id) => decoder.decode(Uint8Array.of(id), { stream: true }),
    end: () => decoder.decode(),
  };
}

/** The pieces that come for each byte of a text, until a stop text is found. */
function piecesOf(
  text: string,
  stops: readonly string[],
): { pieces: string[]; stopped: boolean; all: string } {
  const answer = new AnswerText(utf8(), stops);
  const bytes = [...Buffer.from(text)];
  const pieces: string[] = [];
  for (const [index, byte] of bytes.entries()) {
    const { piece, stopped } = answer.push(byte, index === bytes.length - 1);
    pieces.push(piece);
    if (stopped) return { pieces, stopped, all: answer.text };
  }
  return { pieces, stopped: false, all: answer.text };
}

describe('text of an answer', () => {
  it('holds back what may be the beginning of a stop text', () => {
    assert.deepEqual(piecesOf('a\nb', ['\n\n']).pieces, ['a', '', '\nb']);
    assert.deepEqual(piecesOf('a\n\nb', ['\n\n']), { pieces: ['a', '', ''], stopped: true, all: 'a' });
  });

  it('gives a whole character at a time', () => {
    assert.deepEqual(piecesOf('é!', []).pieces, ['', 'é', '!']);
  });

  it('gives everything when the last token comes', () => {
    assert.deepEqual(piecesOf('stop', ['stopped']).all, 'stop');
    const answer = new AnswerText(utf8(), []);
    assert.equal(answer.push(0xc3, true).piece, '\ufffd');
  });

  it('joins to the text before the first stop text', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '🦩'), maxLength: 12 });
    const stop = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '🦩'), minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(letters, fc.array(stop, { maxLength: 3 }), (text, stops) => {
        const { pieces, stopped, all } = piecesOf(text, stops);
        // the stop text that is complete first ends the answer, wherever it began
        let expected = text;
        for (const end of [...text].map((_, index) => [...text].slice(0, index + 1).join(''))) {
          const places = stops.map((each) => end.indexOf(each)).filter((place) => place >= 0);
          if (places.length > 0) {
            expected = end.slice(0, Math.min(...places));
            break;
          }
        }
        assert.equal(pieces.join(''), expected);
        assert.equal(all, expected);
        assert.equal(
          stopped,
          stops.some((each) => text.includes(each)),
        );
      }),
      { numRuns: 500 },
    );
  });
});
