import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  averagePrecision,
  bleu,
  cider,
  exactMatch,
  meanAveragePrecision,
  meanSampledAveragePrecision,
  meanWeightedAveragePrecision,
  ndcg,
  openWordNet,
  type RareActClip,
  rocAuc,
  rougeL,
  topOneAccuracy,
  vqaAccuracy,
  wups,
} from '../../../runtime/evaluate/metrics/index.ts';
import { oneSentence } from '../../support/one-sentence.ts';

const refuses = (action: () => unknown, pattern: RegExp) => assert.throws(action, oneSentence(pattern));

const clip: RareActClip = { video: 'v', verb: 'cut', noun: 'egg', classId: 0, annotation: 1, scores: [0.5] };

describe('metrics refuse in one sentence', () => {
  it('no items', () => {
    refuses(() => cider([]), /list of items of CIDEr .*list of 0/);
    refuses(() => bleu([]), /BLEU/);
    refuses(() => rougeL([]), /ROUGE-L/);
    refuses(() => vqaAccuracy([]), /VQA accuracy/);
    refuses(() => exactMatch([]), /exact match/);
    refuses(() => topOneAccuracy([]), /top-1/);
    refuses(() => ndcg([]), /NDCG/);
    refuses(() => rocAuc([]), /ROC AUC has 0 positive/);
    refuses(() => averagePrecision([]), /no positive/);
    refuses(() => meanAveragePrecision([]), /classes/);
    refuses(() => meanWeightedAveragePrecision([]), /mWAP/);
  });

  it('items without references or answers, by their place', () => {
    const items = [
      { candidate: 'a', references: ['a'] },
      { candidate: 'b', references: [] },
    ];
    refuses(() => cider(items), /'1\.references' of the list of items of CIDEr is a list of 0/);
    refuses(() => vqaAccuracy([{ answer: 'a', answers: ['a'] }]), /'0\.answers' .*at least 2/);
    refuses(() => exactMatch([{ answer: 'a', answers: [] }]), /'0\.answers'/);
  });

  it('scores that are no numbers, and lists of unequal lengths', () => {
    const bad = { score: Number.NaN, positive: true };
    refuses(() => rocAuc([bad, { score: 1, positive: false }]), /'0\.score' .* is NaN/);
    refuses(() => averagePrecision([{ ...bad, score: Infinity }]), /'0\.score'/);
    refuses(() => averagePrecision([{ score: 1, positive: true, weight: 0 }]), /'0\.weight' .*above 0/);
    refuses(() => ndcg([{ scores: [1], relevance: [1, 0] }]), /item 0 of NDCG has 1 scores and 2/);
    refuses(() => ndcg([{ scores: [1, 2], relevance: [0, 0] }]), /relevance above 0/);
    refuses(() => topOneAccuracy([{ scores: [1, 2], label: 2 }]), /label of item 0/);
    refuses(() => topOneAccuracy([{ scores: [1, Number.NaN], label: 0 }]), /'0\.scores\.1'/);
  });

  it('one class alone where two are compared', () => {
    refuses(() => rocAuc([{ score: 1, positive: true }]), /1 positive and 0 negative/);
    refuses(() => averagePrecision([{ score: 1, positive: false }]), /no positive item/);
    refuses(() => meanWeightedAveragePrecision([{ ...clip, annotation: 0 }]), /no clip/);
    refuses(() => meanWeightedAveragePrecision([{ ...clip, classId: 3 }]), /class 3/);
    refuses(() => meanWeightedAveragePrecision([clip, { ...clip, scores: [1, 2] }]), /item 1 of mWAP has 2/);
  });

  it('options that are out of range or misspelt', () => {
    const items = [{ candidate: 'a', references: ['a'] }];
    refuses(() => cider(items, { sigma: 0 }), /'sigma' of the options of CIDEr/);
    const misspelt = JSON.parse('{ "tokenise": false }');
    refuses(() => bleu(items, misspelt), /unknown entry 'tokenise'/);
    refuses(() => cider(JSON.parse('[{ "candidate": 5, "references": ["a"] }]')), /'0\.candidate' .* is 5/);
    refuses(() => meanSampledAveragePrecision([clip], { samples: 0 }), /'samples'/);
  });

  it('a folder without WordNet, or with files that do not belong together', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wordnet-'));
    try {
      await assert.rejects(openWordNet(folder), oneSentence(/index\.noun cannot be read/));
      writeFileSync(join(folder, 'index.noun'), 'dog n 1 0 1 0 00000005\ncat n 1 0 1 0 00000009\n');
      writeFileSync(join(folder, 'data.noun'), '00000000 03 n 01 entity 0 000 | nothing\n');
      const wordNet = await openWordNet(folder);
      refuses(() => wups([{ answer: 'dog', truth: 'cat' }], wordNet), /no entry at byte/);
      refuses(() => wups([{ answer: 'dog', truth: 'cat' }], wordNet, { threshold: 2 }), /'threshold'/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
