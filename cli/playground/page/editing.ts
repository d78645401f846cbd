import type { Actions } from './actions.ts';
import { pictureOfFile } from './pictures.ts';
import { reasonOf } from './reason-of.ts';
import type { Example, Picture } from './state.ts';
import type { Store } from './store.ts';

let ids = 0;

export function newExample(picture: Picture | undefined, text: string): Example {
  ids += 1;
  return { id: ids, picture, text, on: true };
}

/** What a person does to the prompt and to how it is asked. */
export function editing(store: Store): Omit<Actions, 'ask' | 'stop'> {
  return {
    async putFile(place, file) {
      try {
        store.put(place, await pictureOfFile(file));
      } catch (error) {
        store.note(`${file.name} cannot be read (${reasonOf(error)}): choose the file of a picture.`);
      }
    },
    putPicture(place, name) {
      store.put(
        place,
        store.state.pictures.find((picture) => picture.name === name),
      );
    },
    choosePlace: (place) => store.update({ place }),
    clear: (place) => store.put(place, undefined),
    addExample() {
      const added = newExample(undefined, '');
      store.update({ examples: [...store.state.examples, added], place: added.id });
    },
    removeExample(id) {
      store.update({ examples: store.state.examples.filter((each) => each.id !== id), place: 'query' });
    },
    moveExample(id, by) {
      const { examples } = store.state;
      const from = examples.findIndex((each) => each.id === id);
      const moved = examples[from];
      if (moved === undefined) return;
      const others = examples.filter((each) => each !== moved);
      store.update({ examples: others.toSpliced(Math.max(0, from + by), 0, moved) });
    },
    changeExample: (id, change) => store.changeExample(id, change),
    changeQuery: (text) => store.update({ query: { ...store.state.query, text } }),
    change: (change) => store.update(change),
    toggleModel(index) {
      const { asked } = store.state;
      store.update({
        asked: asked.includes(index)
          ? asked.filter((each) => each !== index)
          : [...asked, index].sort((a, b) => a - b),
      });
    },
    setProvider(provider) {
      store.update({ provider, loads: store.state.site.models.map(() => undefined) });
    },
  };
}
