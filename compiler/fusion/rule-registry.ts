// Written by `npm run registries`; add a file to the folder rather than edit this one.

/** Every fusion rule: the text of its file, by the name of the file. */
export const RULES: Readonly<Record<string, string>> = {
  'attention-heads.rule': `# Keys and values that were only split into heads for an attention: the operator splits them itself.
fuse  attention(
        q,
        transpose(reshape(k; shape = keyShape) as keyHeads; permutation = [0, 2, 1, 3]),
        transpose(reshape(v; shape = valueShape) as valueHeads; permutation = [0, 2, 1, 3]),
        mask?, bias?; heads, keyValueHeads, ...)
into  attention(q, k, v, mask?, bias?; heads, keyValueHeads, ...)
with  q [batch, queries, heads * headDim],
      k [batch, keys, keyValueHeads * headDim], keyHeads [batch, keys, keyValueHeads, headDim],
      v [batch, keys, keyValueHeads * headDim], valueHeads [batch, keys, keyValueHeads, headDim]
`,
  'attention-one-head.rule': `# Attention written by hand without heads: q, v [batch, tokens, dim] and k turned.
let   product = matmul(q, kT)
let   scaled  = (multiply(product, constant factor) | divide(product, constant divisor) | product)

fuse  matmul(softmax((where(mask, scaled, constant -infinity) | scaled); axis = last), v)
into  attention(
        q, transpose(kT; permutation = [0, 2, 1]), v, reshape(mask?; shape = dims(size(mask, 0), 1, size(mask, 1), size(mask, 2)));
        heads = 1, keyValueHeads = 1, causal = false, scale = first(factor, 1 / divisor, 1))
with  q [batch, queries, dim], kT [batch, dim, keys], v [batch, keys, dim], mask [_, _, _]
`,
  'attention-rotary-scale.rule': `# The factor of the scores of queries that turn is one of their cosines and sines, which are few and the same in all layers.
fuse  attention(
        rotary(q, cosines, sines; heads, dim = headDim, interleaved?), k, v, mask?, bias?, pastKey, pastValue;
        heads, keyValueHeads, scale?, ...)
into  attention(
        rotary(
          q,
          multiply(cosines, constant first(scale, 1 / sqrt(headDim))),
          multiply(sines, constant first(scale, 1 / sqrt(headDim)));
          heads = heads, dim = headDim, interleaved),
        k, v, mask?, bias?, pastKey, pastValue;
        heads, keyValueHeads, scale = 1, ...)
with  q [batch, queries, heads * headDim], cosines [batch, queries, half], sines [batch, queries, half],
      pastKey [batch, keyValueHeads, past, headDim], pastValue [batch, keyValueHeads, past, headDim]
when  first(scale, 1 / sqrt(headDim)) != 1
on    attentionOverCache
`,
  'attention-scale.rule': `# A factor on the queries is a factor on the scores, which the operator has anyway.
fuse  attention(multiply(q, constant factor), k, v, mask?, bias?; heads, keyValueHeads, scale, ...)
into  attention(q, k, v, mask?, bias?; heads, keyValueHeads, scale = scale * factor, ...)
`,
  'attention.rule': `# Attention written by hand in heads: q, v [batch, heads, tokens, headDim] and k turned, as matmul or einsum leave it.
# The transposes around the replacement cancel those with which the author split and merged the heads.
# A query that may attend to nothing gives zero; written with -infinity it would have given NaN.
let   product = matmul(q, kT)
let   scaled  = (multiply(product, constant factor) | divide(product, constant divisor) | product)
let   scores  = (add(scaled, bias) | scaled)

fuse  matmul(softmax((where(mask, scores, constant hidden) | scores); axis = last), v)
into  transpose(
        reshape(
          attention(
            reshape(transpose(q; permutation = [0, 2, 1, 3]); shape = dims(batch, queries, heads * headDim)),
            transpose(kT; permutation = [0, 1, 3, 2]), v,
            reshape(mask?; shape = padded(mask, 4)), reshape(bias?; shape = padded(bias, 4));
            heads = heads, keyValueHeads = heads, causal = false, scale = first(factor, 1 / divisor, 1));
          shape = dims(batch, queries, heads, headDim));
        permutation = [0, 2, 1, 3])
with  q [batch, heads, queries, headDim], kT [batch, heads, headDim, keys], v [batch, heads, keys, headDim]
when  first(hidden, -infinity) = -infinity

# The mask says who may not be attended to.
fuse  matmul(softmax(where(hiding, constant -infinity, scores); axis = last), v)
into  transpose(
        reshape(
          attention(
            reshape(transpose(q; permutation = [0, 2, 1, 3]); shape = dims(batch, queries, heads * headDim)),
            transpose(kT; permutation = [0, 1, 3, 2]), v,
            reshape(not(hiding); shape = padded(hiding, 4)), reshape(bias?; shape = padded(bias, 4));
            heads = heads, keyValueHeads = heads, causal = false, scale = first(factor, 1 / divisor, 1));
          shape = dims(batch, queries, heads, headDim));
        permutation = [0, 2, 1, 3])
with  q [batch, heads, queries, headDim], kT [batch, heads, headDim, keys], v [batch, heads, keys, headDim]

# Hidden with the lowest float instead of -infinity: a query that may attend to nothing takes the mean of the values.
# As a bias it keeps doing so: adding so low a number to any score gives that number again.
fuse  matmul(softmax(where(mask, scaled, constant low); axis = last), v)
into  transpose(
        reshape(
          attention(
            reshape(transpose(q; permutation = [0, 2, 1, 3]); shape = dims(batch, queries, heads * headDim)),
            transpose(kT; permutation = [0, 1, 3, 2]), v,
            none, reshape(where(mask, constant 0, constant low); shape = padded(mask, 4));
            heads = heads, keyValueHeads = heads, causal = false, scale = first(factor, 1 / divisor, 1));
          shape = dims(batch, queries, heads, headDim));
        permutation = [0, 2, 1, 3])
with  q [batch, heads, queries, headDim], kT [batch, heads, headDim, keys], v [batch, heads, keys, headDim]
when  low > -infinity, low < -1e30
`,
  'bias-gelu.rule': `# The bias of a linear layer and the GELU after it: one pass over memory instead of two.
fuse  gelu(linear(x, weight, bias))
into  biasGelu(linear(x, weight), bias)
with  x [..., in], weight [out, in], bias [out]

fuse  gelu(add(x, bias))
into  biasGelu(x, bias)
with  x [..., width], bias parameter [width]
`,
  'gated-add.rule': `# x + gate * y with one value as the gate: the end of a gated cross-attention block.
fuse  add(x, multiply(y, gate))
into  gatedAdd(x, y, gate)
with  x [batch, text, width], y [batch, text, width], gate [1]
on    gatedAdd
`,
  'gelu.rule': `# GELU written out with the error function: x/2 * (1 + erf(x / sqrt 2)), in the orders that authors put the factors.
let   bell = add(erf((divide(x, constant 1.41421356) | multiply(x, constant 0.70710678))), constant 1)

fuse  (multiply(multiply(x, constant 0.5), bell)
      | multiply(multiply(x, bell), constant 0.5)
      | multiply(x, multiply(bell, constant 0.5)))
into  gelu(x)
`,
  'layer-norm.rule': `# Layer norm written out: x less its mean, over its standard deviation, times a weight (Ba et al. 2016).
let   centred    = subtract(x, reduceMean(x; axes = [last], keep = true)) as centre
let   variance   = reduceMean((multiply(centre, centre) | power(centre, constant 2)); axes = [last], keep = true)
let   normalised = (
        divide(centred, sqrt(add(variance, constant epsilon)))
      | divide(centred, power(add(variance, constant epsilon), constant 0.5))
      | multiply(centred, divide(constant 1, sqrt(add(variance, constant epsilon))))
      | multiply(centred, power(add(variance, constant epsilon), constant -0.5)))

fuse  add(multiply(normalised, weight), bias)
into  layerNormalize(x, weight, bias; epsilon)
with  x [..., width], weight [width], bias [width]

fuse  multiply(normalised, weight)
into  layerNormalize(x, weight; epsilon)
with  x [..., width], weight [width]

# The bias of a layer norm whose scaled part was found on its own.
fuse  add(layerNormalize(x, weight; epsilon), bias)
into  layerNormalize(x, weight, bias; epsilon)
with  x [..., width], weight [width], bias [width]
`,
  'linear.rule': `# A product with a turned weight: the kernel reads the weight as it is stored, [out, in], and no turned copy is made.
fuse  matmul(x, shared transpose(weight; permutation = [1, 0]))
into  linear(x, weight)
with  x [..., in], weight parameter [out, in]

# The bias of a linear layer.
fuse  add(linear(x, weight), bias)
into  linear(x, weight, bias)
with  x [..., in], weight [out, in], bias parameter [out]
`,
  'matmul-transposed.rule': `# left @ right^T, and a factor on it: the kernel does both. Weights are the business of linear.rule.
let   matrices = matmul(left, transpose(right; permutation = [0, 2, 1]))
let   heads    = matmul(left, transpose(right; permutation = [0, 1, 3, 2]))

fuse  (matrices | multiply(matrices, constant factor))
into  matmulTransposed(left, right; scale = first(factor, 1))
with  left [batch, rows, inner], right [batch, columns, inner]

fuse  (heads | multiply(heads, constant factor))
into  matmulTransposed(left, right; scale = first(factor, 1))
with  left [batch, heads, rows, inner], right [batch, heads, columns, inner]

# Heads that lie side by side, turned on their way to the front: they come there unturned, whole rows at a time.
fuse  matmul(left, transpose(right; permutation = [0, 2, 3, 1]))
into  matmulTransposed(left, transpose(right; permutation = [0, 2, 1, 3]); scale = 1)
with  left [batch, heads, rows, inner], right [batch, columns, heads, inner]

# A factor on a product that was found on its own.
fuse  multiply(matmulTransposed(left, right; scale), constant factor)
into  matmulTransposed(left, right; scale = scale * factor)
with  left [..., rows, inner], right [..., columns, inner]
`,
  'quick-gelu.rule': `# x * sigmoid(1.702 x), the approximation of GELU that CLIP was trained with.
fuse  multiply(x, sigmoid(multiply(x, constant 1.702)))
into  quickGelu(x)
`,
  'rms-norm.rule': `# RMS norm written out: x over the root of its mean square, times a weight (Zhang and Sennrich 2019).
let   size       = add(reduceMean((multiply(x, x) | power(x, constant 2)); axes = [last], keep = true), constant epsilon)
let   normalised = (
        divide(x, sqrt(size))
      | divide(x, power(size, constant 0.5))
      | multiply(x, divide(constant 1, sqrt(size)))
      | multiply(x, power(size, constant -0.5)))

fuse  multiply(normalised, weight)
into  rmsNormalize(x, weight; epsilon)
with  x [..., width], weight [width]
`,
  'silu.rule': `# x * sigmoid(x), also called Swish.
fuse  multiply(x, sigmoid(x))
into  silu(x)
`,
  'skip-layer-norm.rule': `# A residual sum followed by a layer norm: one pass over memory instead of two. The sum goes on to the next residual.
fuse  layerNormalize(add(x, skip) as sum, weight, bias?; epsilon)
into  skipLayerNormalize(x, skip, weight, bias?; epsilon) -> (result, sum)
with  x [batch, text, width], skip [batch, text, width], weight [width], bias [width]
on    skipLayerNormalization
`,
  'skip-rms-norm.rule': `# A residual sum followed by an RMS norm: one pass over memory instead of two.
fuse  rmsNormalize(add(x, skip) as sum, weight; epsilon)
into  skipRmsNormalize(x, skip, weight; epsilon) -> (result, sum)
with  x [batch, text, width], skip [batch, text, width], weight [width]
`,
};
