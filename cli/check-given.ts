import type { Command } from 'commander';

/** Values that are paths, by what stands for them in an option's or argument's help. */
const PATHS = [
  'path',
  'file',
  'folder',
  'dir',
  'repository',
  'runs',
  'model',
  'recipe',
  'reference',
  'a',
  'b',
];

/**
 * Makes commander refuse what it would take in silence: an option of one value that is given twice, of which the last
 * would count, and an empty path (an unset variable of a shell), which would mean the working folder.
 */
export function checkGiven(command: Command): void {
  const times = new Map<string, number>();
  for (const option of command.options) {
    const name = option.attributeName();
    command.on(`option:${option.name()}`, () => times.set(name, (times.get(name) ?? 0) + 1));
  }
  command.hook('preAction', () => {
    for (const option of command.options) {
      const name = option.attributeName();
      const value: unknown = command.getOptionValue(name);
      const values = Array.isArray(value) ? value : [value];
      if (isPath(option.flags) && values.includes(''))
        command.error(`error: option '${option.flags}' is empty. a path was expected.`);
      if (option.required && value === values[0] && (times.get(name) ?? 0) > 1)
        command.error(`error: option '${option.flags}' is given more than once. it takes one value.`);
    }
    command.registeredArguments.forEach((argument, index) => {
      const given: unknown = command.processedArgs[index];
      if (PATHS.includes(argument.name().replace(/s$/, '')) && [given].flat().includes(''))
        command.error(`error: argument '${argument.name()}' is empty. a path was expected.`);
    });
  });
}

function isPath(flags: string): boolean {
  const placeholder = /<(\w+)(?:\.{3})?>/.exec(flags)?.[1];
  return placeholder !== undefined && PATHS.includes(placeholder);
}
