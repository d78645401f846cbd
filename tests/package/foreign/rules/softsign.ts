export const softsignRule = {
  name: 'softsign',
  text: `# x / (1 + |x|) in one node.
fuse  divide(x, add(abs(x), constant 1))
into  softsign(x)
`,
};
