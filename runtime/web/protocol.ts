import type { WorkerOptions } from '../worker/protocol.ts';
import type { WebProvider } from './provider.ts';

/** What a page's worker is told besides what every worker is; its first message. */
export type OpenRequest = {
  readonly kind: 'open';
  readonly options: WorkerOptions;
  readonly settings: WebSettings;
};

export type WebSettings = {
  readonly provider: WebProvider;
  readonly threads: number;
  /** Address of the folder of ONNX Runtime's files. */
  readonly onnxRuntime: string;
  /** What addresses of pictures are relative to. */
  readonly base: string;
  /** Whether files are kept in the browser's cache. */
  readonly cache: boolean;
};

/** How far a model is downloaded. */
export type DownloadEvent = {
  /** Bytes so far, of all files together. */
  readonly loaded: number;
  /** Bytes of all files. */
  readonly total: number;
  /** The file that is being read. */
  readonly file: string;
  /** Whether it is in the browser's cache. */
  readonly cached: boolean;
};

/** What a page's worker says besides what every worker does. */
export type WebResponse =
  | { readonly kind: 'download'; readonly event: DownloadEvent }
  | { readonly kind: 'note'; readonly sentence: string };
