import { UserError } from '../../artifact/user-error.ts';
import type { FuzzReader } from './fuzz-reader.ts';

/** A reader that does all that is watched for, by the number of the file. */
export const reader: FuzzReader = {
  name: '../misbehaving',
  async prepare() {
    let file = -1;
    const held: Buffer[] = [];
    return {
      seeds: [],
      make(random) {
        // One file after the other, from 0: the number that a child begins with is in no draw.
        file = random.file;
        return Buffer.from([file]);
      },
      read() {
        if (file === 0) throw new UserError('This is refused as it should be.');
        if (file === 1) throw new RangeError('Maximum call stack size exceeded');
        if (file === 2) for (;;) Math.random();
        if (file === 3) for (;;) held.push(Buffer.alloc(2 ** 20, 1));
        if (file === 4) process.exit(7);
        if (file === 5) throw new UserError('x'.repeat(10_000));
        if (file === 6) throw new UserError('one\ntwo');
      },
    };
  },
};
