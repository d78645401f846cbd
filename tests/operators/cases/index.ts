import type { OperatorCase } from '../case.ts';
import { activationCases } from './activation-cases.ts';
import { attentionCases } from './attention-cases.ts';
import { convolutionCases } from './convolution-cases.ts';
import { elementwiseCases } from './elementwise-cases.ts';
import { movementCases } from './movement-cases.ts';
import { normalisationCases } from './normalisation-cases.ts';
import { orderCases } from './order-cases.ts';
import { poolingCases } from './pooling-cases.ts';
import { positionCases } from './position-cases.ts';
import { productCases } from './product-cases.ts';
import { scanCases } from './scan-cases.ts';

/** Uses of every operator. */
export const OPERATOR_CASES: readonly OperatorCase[] = [
  ...elementwiseCases,
  ...activationCases,
  ...movementCases,
  ...orderCases,
  ...productCases,
  ...convolutionCases,
  ...poolingCases,
  ...normalisationCases,
  ...positionCases,
  ...attentionCases,
  ...scanCases,
];
