/** What is said of a block in the place of a connector, by types and when the model is built. */

export const CONNECTOR_TAKES =
  "spliced: connector takes 'images places vision' or 'images frames tokens vision', but {block} takes {takes}";
export const CONNECTOR_GIVES =
  'spliced: connector must give [images, features, {language}], but {block} gives {given}';
export const CONNECTOR_COUNT = 'spliced: connector must give one tensor, but {block} gives several';
