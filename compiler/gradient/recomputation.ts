import { isFloat } from '../../dsl/dtype.ts';
import { add } from '../../dsl/operators/add.ts';
import { multiply } from '../../dsl/operators/multiply.ts';
import { reduceSum } from '../../dsl/operators/reduce.ts';
import { reshape } from '../../dsl/operators/reshape.ts';
import { slice } from '../../dsl/operators/slice.ts';
import { multiplyDims } from '../../dsl/shape/dim.ts';
import type { Operation, Tensor } from '../../dsl/tensor.ts';
import { onBehalfOf } from '../graph/on-behalf-of.ts';
import { reapply } from '../graph/rewrite.ts';
import { type Cotangents, identityOf } from './cotangents.ts';

/**
 * Chooses blocks by the blocks around them, outermost first: `['language', 'layers.0']` is a layer of the language
 * model. Called for every block from the outside in; what is inside a chosen one goes with it.
 */
export type RecomputedBlocks = (scope: readonly string[]) => boolean;

/**
 * Forward values that the backward pass computes again rather than keep (gradient checkpointing, Chen et al. 2016,
 * arXiv 1604.06174): of a chosen block only what enters it lives until the backward pass comes to it.
 */
export class Recomputation {
  private readonly blocks = new Map<Operation, Block>();
  /** What enters a chosen block from outside, and the block. */
  private readonly entering = new Map<object, Block>();

  /** @param operations the forward pass, inputs before their users */
  constructor(operations: readonly Operation[], isChosen: RecomputedBlocks) {
    const byPath = new Map<string, Block>();
    for (const operation of operations) {
      const scope = operation.scope.map(({ name }) => name);
      const depth = scope.findIndex((_name, index) => isChosen(scope.slice(0, index + 1)));
      if (depth < 0) continue;
      const path = JSON.stringify(scope.slice(0, depth + 1));
      const block = byPath.get(path) ?? new Block();
      byPath.set(path, block);
      block.operations.push(operation);
      this.blocks.set(operation, block);
    }
    for (const [operation, block] of this.blocks) {
      for (const input of operation.inputs) {
        if (input?.source.kind === 'parameter') block.parameters.add(input);
        if (input?.source.kind !== 'operation' || this.blocks.get(input.source.operation) === block) continue;
        this.entering.set(identityOf(input), block);
      }
    }
  }

  /**
   * The cotangent of what enters a chosen block, to be known only once the gradients of the block's parameters are. ONNX
   * Runtime might leave those for the end, and keep all blocks' values until then.
   */
  afterBlock(tensor: Tensor, cotangents: Cotangents): Tensor | undefined {
    const cotangent = cotangents.of(tensor);
    const parameters = this.entering.get(identityOf(tensor))?.parameters ?? [];
    const found = [...parameters].flatMap((parameter) => cotangents.of(parameter) ?? []);
    if (cotangent === undefined || found.length === 0) return cotangent;
    const zero = found.map(zeroAfter).reduce((sum, each) => add(sum, each));
    return add(cotangent, zero);
  }

  /**
   * An operation as its gradient rule may read it: in a chosen block its results, and those of the block's operations
   * before it, are computed again.
   *
   * @param cotangent has come back to the operation
   */
  of(operation: Operation, cotangent: Tensor): Operation {
    return this.blocks.get(operation)?.recomputed(operation, cotangent) ?? operation;
  }
}

class Block {
  readonly operations: Operation[] = [];
  readonly parameters = new Set<Tensor>();
  private copies: ReadonlyMap<Operation, Operation> | undefined;

  recomputed(operation: Operation, cotangent: Tensor): Operation | undefined {
    this.copies ??= this.copy(cotangent);
    const copies = this.copies;
    const copy = copies.get(operation);
    // What enters the block is there already.
    return copy && { ...copy, inputs: operation.inputs.map((input) => input && copiedIn(copies, input)) };
  }

  private copy(cotangent: Tensor): ReadonlyMap<Operation, Operation> {
    const zero = zeroAfter(cotangent);
    const entering = new Map<object, Tensor>();
    const copies = new Map<Operation, Operation>();
    for (const operation of this.operations) {
      onBehalfOf(operation, () => {
        const inputs = operation.inputs.map((input) => {
          if (input === undefined) return undefined;
          const inside = copiedIn(copies, input);
          if (inside !== input || !isFloat(input.dtype) || isFixed(input)) return inside;
          const delayed = entering.get(identityOf(input)) ?? add(input, zero);
          entering.set(identityOf(input), delayed);
          return delayed;
        });
        copies.set(operation, reapply(operation, inputs, operation.attributes));
      });
    }
    return copies;
  }
}

function copiedIn(copies: ReadonlyMap<Operation, Operation>, tensor: Tensor): Tensor {
  const { source } = tensor;
  return source.kind === 'operation'
    ? (copies.get(source.operation)?.outputs[source.output] ?? tensor)
    : tensor;
}

function isFixed({ source }: Tensor): boolean {
  return source.kind === 'parameter' || source.kind === 'constant';
}

/**
 * A zero that cannot be known before the cotangent is. Added to what enters a block, it keeps the second computation
 * from being merged with the first, by this compiler or by ONNX Runtime, and from running before its turn.
 */
function zeroAfter(cotangent: Tensor): Tensor {
  const flat = reshape(cotangent, [multiplyDims(...cotangent.shape)]);
  // The sum of the first element alone; of none, where the cotangent is empty.
  return multiply(reduceSum(slice(flat, 0, 0, 1)), 0);
}
