// Written by `npm run registries`; add a file to the folder rather than edit this one.
import { engine as onnxClassifier } from './engines/onnx-classifier.ts';
import { engine as wordList } from './engines/word-list.ts';
import type { ToxicityEngine } from './classifier.ts';

/** Every kind of classifiers of toxic texts. */
export const ENGINES: readonly ToxicityEngine[] = [
  onnxClassifier,
  wordList,
];
