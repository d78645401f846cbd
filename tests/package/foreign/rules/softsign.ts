export const softsignRule = {
  name: 'softsign',
  text: `# x / (1 + |x|) in one node.
fuse  divide(x, add(absolute(x), constant 1))
into  softsign(x)
`,
};
