import { add } from '../../dsl/operators/add.ts';
import { arange } from '../../dsl/operators/arange.ts';
import { less } from '../../dsl/operators/comparison.ts';
import { multiply } from '../../dsl/operators/multiply.ts';
import { remainder } from '../../dsl/operators/remainder.ts';
import { reshape } from '../../dsl/operators/reshape.ts';
import { multiplyDims } from '../../dsl/shape/dim.ts';
import type { Shape, Tensor } from '../../dsl/tensor.ts';

/** The largest prime below 2^31: products of two numbers below it are exact in int64. */
const PRIME = 2 ** 31 - 1;

/**
 * Random bits as a function of what they are for: seed, use, step and element, without any state, so that a resumed run
 * draws what an unbroken one draws (ONNX's own generators count their calls). Every element's number is enciphered by two
 * rounds of `(x + key)^5` modulo a prime, which takes no two numbers to one (5 has no factor in common with the prime
 * less 1): the permutation of MiMC (Albrecht et al. 2016, eprint 492/2016), cut short, as secrecy is not asked for.
 */
export class RandomBits {
  #uses = 0;

  /**
   * @param seed a whole number
   * @param step the step's number, an int64 scalar
   */
  constructor(
    private readonly seed: number,
    private readonly step: Tensor,
  ) {}

  /** Booleans of a shape, true with a probability; others at every call. */
  bernoulli(probability: number, shape: Shape): Tensor {
    const [first, second] = this.#keys();
    const count = multiplyDims(...shape);
    const drawn = fifthPower(add(fifthPower(add(arange(count), first)), second));
    return reshape(less(drawn, Math.round(probability * PRIME)), shape);
  }

  /** The keys of both rounds: of the step, by numbers that belong to this use. */
  #keys(): readonly [Tensor, Tensor] {
    this.#uses += 1;
    const own = fifthPowerOf(fifthPowerOf(BigInt(this.seed)) + BigInt(this.#uses));
    const first = fifthPower(add(this.step, Number(own)));
    return [first, fifthPower(add(first, Number(fifthPowerOf(own + 1n))))];
  }
}

/** `x^5` modulo the prime, of numbers below twice the prime. */
function fifthPower(x: Tensor): Tensor {
  const within = remainder(x, PRIME);
  const square = remainder(multiply(within, within), PRIME);
  const fourth = remainder(multiply(square, square), PRIME);
  return remainder(multiply(fourth, within), PRIME);
}

function fifthPowerOf(value: bigint): bigint {
  return value ** 5n % BigInt(PRIME);
}
