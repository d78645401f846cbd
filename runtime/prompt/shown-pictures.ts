import type { ImageSource } from '../images/source.ts';
import type { VideoSource } from '../video.ts';
import type { Pictures } from './prompt.ts';

/** What the generated client's facts say of pictures: left out, a model is shown none. */
interface PictureFacts {
  readonly image?: { readonly maxFrames: number };
}

/** What a model of such facts can be shown: nothing, still pictures, or videos of so many frames too. */
export type ShownPictures<Facts extends PictureFacts> = Facts extends {
  readonly image: { readonly maxFrames: infer Most extends number };
}
  ? number extends Most
    ? Pictures
    : Most extends 1
      ? Stills
      : Stills | Video<Most>
  : Nothing;

interface Nothing {
  readonly image?: never;
  readonly images?: never;
  readonly video?: never;
  readonly frames?: never;
}

type Stills =
  | Nothing
  | { readonly image: ImageSource; readonly images?: never; readonly video?: never; readonly frames?: never }
  | {
      readonly images: readonly ImageSource[];
      readonly image?: never;
      readonly video?: never;
      readonly frames?: never;
    };

interface Video<Most extends number> {
  readonly video: VideoSource;
  readonly frames?: UpTo<Most>;
  readonly image?: never;
  readonly images?: never;
}

/** 1 to N; of more than 100 any number. */
type UpTo<N extends number, Counted extends readonly number[] = [1]> = Counted['length'] extends N
  ? Counted[number]
  : Counted['length'] extends 100
    ? number
    : UpTo<N, [...Counted, [...Counted, 0]['length'] & number]>;
