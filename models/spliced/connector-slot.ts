import { type Sentence, sentence } from '../../dsl/errors/sentence.ts';
import {
  type AnyBlock,
  applyBlock,
  type CallProblem,
  type CallResultOf,
  checkCall,
  type Describe,
  type Dim,
  type Dtype,
  type FilledBy,
  fillSlot,
  input,
  isSlot,
  ModelError,
  type Problem,
  rearrange,
  type SameShape,
  type Shape,
  type Slot,
  type Tensor,
} from '../../dsl/index.ts';
import type { AnyNamed, FeaturesFor, FirstOfProblems, Quoted } from '../shared/slot-types.ts';
import type { Connector, ConnectorSizes, MadeConnector } from './connector.ts';
import { CONNECTOR_COUNT, CONNECTOR_GIVES, CONNECTOR_TAKES } from './sentences.ts';

/** The sizes that the place of a connector gives to what is made for it. */
export interface ConnectorPlace {
  /** Width of the vision encoder's features. */
  readonly vision: number;
  /** Width of the language model's embeddings. */
  readonly dim: number;
  /** Features of a frame. */
  readonly tokens: number;
}

/**
 * Puts a connector, or a block in its place, between a vision encoder and a language model: a block that takes the
 * features of a picture, `'images places vision'`, or of its frames, `'images frames tokens vision'`, and gives
 * `'images features dim'`.
 *
 * @throws ModelError for a block whose axes do not fit
 */
export function connectorIn(
  slot: Connector | Slot<ConnectorPlace>,
  sizes: ConnectorSizes,
): MadeConnector & Pick<Connector, 'options' | 'checkpointNames'> {
  if (!isSlot<ConnectorPlace>(slot)) {
    const { options, checkpointNames = [] } = slot;
    return { ...slot.make(sizes), options, checkpointNames };
  }
  const { vision, language, tokens, frames } = sizes;
  const block = fillSlot('spliced: connector', slot, { vision, dim: language, tokens });
  const { blockName, takes } = block;
  const [take = '', ...others] = takes;
  const axes = take.replace(/:.*$/, '').trim().split(/\s+/).length;
  if ((axes !== 3 && axes !== 4) || others.some((each) => !each.endsWith('?')))
    throw new ModelError(
      sentence(CONNECTOR_TAKES, { block: blockName, takes: takes.map((each) => `'${each}'`).join(', ') }),
    );
  checkCall(
    block,
    input('features', 'float32', [
      ...(axes === 3 ? ['images', 'places'] : ['images', 'frames', 'tokens']),
      vision,
    ]),
  );
  const connect = (features: Tensor): Tensor => {
    const places =
      axes === 4
        ? features
        : rearrange(features, 'images frames tokens vision -> images (frames tokens) vision');
    return resultOf(block, places, language);
  };
  const [, features = 1] = connect(input('features', 'float32', ['images', frames, tokens, vision])).shape;
  return { part: block, options: { block: blockName }, features, connect };
}

function resultOf(block: AnyBlock, features: Tensor, language: Dim): Tensor {
  const [given, another] = applyBlock(block, features);
  if (another !== undefined) throw new ModelError(sentence(CONNECTOR_COUNT, { block: block.blockName }));
  if (given?.shape.length !== 3 || given.shape[2] !== language)
    throw new ModelError(
      sentence(CONNECTOR_GIVES, { language, block: block.blockName, given: `[${given?.shape.join(', ')}]` }),
    );
  return given;
}

/** What is wrong with a block in the place of a connector, or never. */
export type ConnectorProblem<Value, Vision extends number, Language extends number> =
  FilledBy<Value, ConnectorPlace & { readonly vision: Vision; readonly dim: Language }> extends infer Made
    ? Made extends `✗ ${string}`
      ? Made
      : CallOfConnector<Made, FeaturesFor<Made, Vision>, Language>
    : never;

type CallOfConnector<Made, Arguments extends readonly Tensor[], Language extends number> =
  Made extends AnyNamed<infer Name, infer Takes, infer _Gives>
    ? [Arguments] extends [never]
      ? Problem<Sentence<typeof CONNECTOR_TAKES, { block: Name; takes: Quoted<Takes> }>>
      : FirstOfProblems<
          CallProblem<Made, Arguments>,
          GivenProblem<Name, CallResultOf<Made, Arguments>, Language>
        >
    : never;

type GivenProblem<Name extends string, Given, Language extends number> =
  Given extends Tensor<Dtype, infer S extends Shape>
    ? SameShape<S, readonly [Dim, Dim, Language]> extends true
      ? never
      : Problem<Sentence<typeof CONNECTOR_GIVES, { language: Language; block: Name; given: Describe<S> }>>
    : Problem<Sentence<typeof CONNECTOR_COUNT, { block: Name }>>;
