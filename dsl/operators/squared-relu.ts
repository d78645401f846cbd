import { defineOperator } from '../operator.ts';
import { multiply } from './multiply.ts';
import { square } from './power.ts';
import { relu } from './relu.ts';
import { checkDtype, FLOATS, type NoAttributes, required } from './shared/inputs.ts';
import { elementwise } from './shared/same-shape.ts';

export const squaredReluOperator = defineOperator<NoAttributes>({
  name: 'squaredRelu',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(inputs) {
    const x = required('squaredRelu', inputs, 0, 'x');
    checkDtype('squaredRelu', 'x', x, FLOATS);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  gradient: ({ cotangent, input }) => [multiply(multiply(cotangent, 2), relu(input(0)))],
  decompose: (inputs) => [square(relu(required('squaredRelu', inputs, 0, 'x')))],
});

/** `max(x, 0)^2`: the activation of the layers that Flamingo adds (So et al. 2021, Primer, arXiv 2109.08668). */
export const squaredRelu = elementwise('squaredRelu', 'a float dtype', squaredReluOperator);
