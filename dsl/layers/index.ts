// Temporary, see block.ts.
import { block } from '../block.ts';
import { conv2d } from '../operators/conv2d.ts';
import { embedding as embed } from '../operators/embedding.ts';
import { layerNormalize } from '../operators/layer-normalize.ts';
import { linear as lin } from '../operators/linear.ts';
import { normal, ones, uniform, zeros } from '../parameter.ts';
import type { Initialiser, Tensor } from '../tensor.ts';
// biome-ignore lint/suspicious/noExplicitAny: temporary
type Any = any;
export const parameter = (shape: number[], initialiser: Initialiser = normal(0.02), o: { trainable?: boolean } = {}): Any => ({ dtype: 'float32', shape, source: { kind: 'parameter', parameter: { name: undefined, dtype: 'float32', shape, initialiser, trainable: o.trainable ?? true } } });
export const linear = (i: number, o: number, { bias = true } = {}): Any => block('Linear', { parts: () => ({ weight: parameter([o, i], uniform(1 / Math.sqrt(i))), ...(bias ? { bias: parameter([o], zeros) } : {}) }), forward: ({ parts }: Any, x: Tensor) => lin(x, parts.weight, parts.bias) })();
export const layerNorm = (d: number): Any => block('LayerNorm', { parts: () => ({ weight: parameter([d], ones), bias: parameter([d], zeros) }), forward: ({ parts }: Any, x: Tensor) => layerNormalize(x, parts.weight, parts.bias) })();
export const embedding = (v: number, d: number): Any => block('Embedding', { parts: () => ({ weight: parameter([v, d], normal(0.02)) }), forward: ({ parts }: Any, x: Tensor) => embed(parts.weight, x) })();
export const conv2dLayer = (i: number, o: number, { kernel, stride, bias }: Any): Any => block('Conv2d', { parts: () => ({ weight: parameter([o, i, kernel, kernel], normal(0.02)) }), forward: ({ parts }: Any, x: Tensor) => conv2d(x, parts.weight, undefined, { stride }) })();
export const frozen = (x: Any): Any => x;
