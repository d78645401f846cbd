import type { WebProvider } from '../../../runtime/web/index.ts';
import type { Example, State } from './state.ts';

type Place = State['place'];

/** What a person can do. */
export type Actions = {
  putFile(place: Place, file: File): Promise<void>;
  putPicture(place: Place, name: string): void;
  choosePlace(place: Place): void;
  clear(place: Place): void;
  addExample(): void;
  removeExample(id: number): void;
  moveExample(id: number, by: number): void;
  changeExample(id: number, change: Partial<Example>): void;
  changeQuery(text: string): void;
  change(change: Partial<Pick<State, 'mode' | 'choices' | 'maxNewTokens' | 'temperature'>>): void;
  toggleModel(index: number): void;
  setProvider(provider: WebProvider): void;
  ask(): Promise<void>;
  stop(): void;
};
