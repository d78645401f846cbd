import { open } from 'node:fs/promises';
import { UserError, type WeightFormat, weightFile } from 'flamingo-onnx/extend';

const MARK = 'PLAIN1\n';

/** "PLAIN1", a line of JSON (name -> shape), then the float32 values one after the other. */
export const plain: WeightFormat = {
  name: 'plain',
  recognises: (start) => Buffer.from(start).toString('latin1').startsWith(MARK),
  async open(path) {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(1 << 16), 0, 1 << 16, 0);
      const end = buffer.indexOf('\n', MARK.length);
      if (end < 0 || end >= bytesRead)
        throw new UserError(`${path} has no table of tensors; write it again.`);
      const table: Readonly<Record<string, readonly number[]>> = JSON.parse(
        buffer.toString('utf8', MARK.length, end),
      );
      let offset = end + 1;
      const tensors = Object.entries(table).map(([name, shape]) => {
        const bytes = 4 * shape.reduce((product, size) => product * size, 1);
        const tensor = { name, dtype: 'float32' as const, shape, path, offset, bytes };
        offset += bytes;
        return tensor;
      });
      return weightFile(path, tensors, { offset: 0, bytes: end + 1 });
    } finally {
      await file.close();
    }
  },
};
