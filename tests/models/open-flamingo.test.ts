import { checkJoinedModel } from './joined-model.ts';
import { OPEN_FLAMINGO_REFERENCES, openFlamingoProgram } from './open-flamingo-program.ts';
import { joinedWeights, openReference } from './reference.ts';

for (const reference of OPEN_FLAMINGO_REFERENCES) {
  for (const fusion of [true, false]) {
    describe(`flamingo against OpenFlamingo (${reference}), fusion ${fusion ? 'on' : 'off'}`, () => {
      for (const side of ['right', 'left'] as const) {
        it(`gives the same prefill and cached decode logits, padded ${side}`, async () => {
          const file = await openReference(`${reference}.safetensors`);
          await checkJoinedModel(openFlamingoProgram(file), file, joinedWeights(file), { fusion, side });
        });
      }
    });
  }
}
