"""Tokenizers of every kind that `tokenizer.json` has, small, and what Python's `tokenizers` makes of texts with them.

    python tokenizer_files.py   # tokenizers==0.23.3, sentencepiece==0.2.3 and protobuf; writes tokenizers.json.gz

`texts`; `tokenizers`, each with its `name`, its `json`, for every text its `ids` (no special tokens added; null where it
has none) and `decoded` (special tokens kept; true for the text itself), and `rows`: random `ids` with `decoded`.
"""

import gzip
import io
import itertools
import json
import random
from pathlib import Path

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = Path(__file__).resolve().parent

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA_3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
O200K = "|".join(
    [
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    ]
)
EXAONE = r"(?:\r?\n)+(?!\r?\n)|(?i:'s|'t|'re|'ve|'m|'ll|'d)|\p{L}+(?:\p{Lm}*\p{M}*)*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s+(?!\S)|\s+"
OLMO_3 = LLAMA_3.replace(r"\p{N}{1,3}", r"\p{N}{1,3}(?=(?:\p{N}{3})*(?:\P{N}|$))")
BLOOM = r" ?[^(\s|[.,!?…。，、।۔،])]+"
CLIP = r"""<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"""

SENTENCES = """
The cat sat on the mat.|A dog, a cat and 12 birds!|Isn't it? I'm sure they're here; we've seen 'em, he'll say she'd go.
What is in this picture?|a photo of two zebras|HELLO World|camelCase and snake_case|x = [1, 2.5, 3e-7]; // comment
Größe, naïve café, Ångström|ΑΛΦΑ και ΩΜΕΓΑ ς Σ|İstanbul ıiIİ|Привет, мир! Ёжик|שלום עולם|مرحبا بالعالم، كيف حالك؟
नमस्ते दुनिया। कैसे हो?|สวัสดีชาวโลก|你好，世界。今天天气很好！|日本語のテキスト、カタカナとひらがな|안녕하세요 세계|ﾊﾝｶｸ ｶﾅ
ﬁne ﬂow ﬃ|Ⅷ ½ ² ³ ¼ ①|Ｆｕｌｌ ｗｉｄｔｈ １２３！|K Å Ω ℃ №|ǅ ǆ ß ẞ|e\u0301 n\u0303 o\u0308\u0323|\u0301 alone
\U0001f642|\U0001f468\u200d\U0001f469\u200d\U0001f467 family|\U0001f1eb\U0001f1f7 flag|\u2764\ufe0f heart|\U0001f44d\U0001f3fd ok
tabs\tand\nlines\r\nand\rmore|\n\n\n|   |  two  spaces  |trailing   |\u00a0no\u00a0break\u3000wide\u2003em
\ufeffmark|in\ufeffside|a\u200bb\u200cc\u200dd|\u0000nul\u0007bell\u001f\u007f\u009f|\u00adsoft|\u202eright\u202c|\ufffd bad
1234567890|3.14159|2026-11-26|$9.99 €5 ¥100|50%|a_b-c.d@e.com|https://example.org/a?b=c&d=e#f|C:\\x|"quoted" “curly” ‘single’
<s>|</s>|<unk> <pad>|<image>a|[CLS] [MASK] [SEP]|<|endoftext|>|<|ENDOFCHUNK|>|＜image＞|<0x41>|##ing|▁under ▁▁ two|Ġbyte Ċ
don't can't won't do not|hello . how are you ?|a ' b|I 'm|word|wordword|Word WORD wOrD|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
tok|xtoky|tok tok|  tok  |tok.|.tok|TOK Tok|tok9|_tok_|étok|tok\u0301|left|  left|right  |  both  x|\tboth\n|ＢＯＴＨ
"""

PARTS = (
    ["a", "b", "The", "cat", " ", "  ", "    ", "\n", "\t", "\r\n", ".", ",", "!", "'s", "'", "1", "42", "é", "e\u0301"]
    + ["ß", "Σ", "İ", "K", "日", "本", "語", "の", "カ", "안", "ш", "ع", "א", "न", "ก", "\u0e34", "Ａ", "１", "ﬁ", "½", "²", "Ⅷ"]
    + ["\U0001f642", "\u200d", "\ufe0f", "\U0001f3fd", "\U00020000", "\U0001d400", "\ufeff", "\u00a0", "\u3000", "\u2028", "\u0085"]
    + ["\u0000", "\u0007", "\u007f", "\u00ad", "\u200b", "\ufffd", "▁", "Ġ", "_", "-", "<s>", "</s>", "<image>", "tok", "left", "##"]
    + ["right", "BOTH", "both", "<0x41>", "don't", "hello", "world", "…", "。", "，", "।", "$", "+", "^", "`", "~", "|", "\U0001f1eb"]
)


def make_texts():
    lines = [line for block in SENTENCES.strip().split("\n") for line in block.split("|")]
    texts = ["", *lines]
    generator = random.Random(7)
    while len(texts) < 300:
        texts.append("".join(generator.choice(PARTS) for _ in range(generator.randint(1, 14))))
    return texts[:300]


TEXTS = make_texts()
TRAINING = [text for text in TEXTS if text.isprintable()] * 2 + ["the cat sat on the mat and the dog ran"] * 20
SPECIAL = ["<unk>", "<pad>", "<s>", "</s>", "<image>"]
LETTERS = [chr(i) for i in range(0x20, 0x7F)] + list("éàüßçñ日本語안녕你好привет▁Ġ")


def with_specials(tokenizer, tokens=SPECIAL):
    tokenizer.add_special_tokens(tokens)
    return tokenizer


def trained_bpe(pre_tokenizer, normalizer=None, size=420, byte_level=False, **options):
    trained = {key: options.pop(key) for key in ["continuing_subword_prefix", "end_of_word_suffix"] if key in options}
    tokenizer = Tokenizer(models.BPE(**options, **trained))
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    if pre_tokenizer is not None:
        tokenizer.pre_tokenizer = pre_tokenizer
    alphabet = pre_tokenizers.ByteLevel.alphabet() if byte_level else LETTERS[:80]
    trainer = trainers.BpeTrainer(
        vocab_size=size, show_progress=False, initial_alphabet=alphabet, special_tokens=SPECIAL, limit_alphabet=300, **trained
    )
    tokenizer.train_from_iterator(TRAINING, trainer)
    return tokenizer


def byte_level(pre_tokenizer=None, normalizer=None, decoder=None, **options):
    tokenizer = trained_bpe(pre_tokenizer or pre_tokenizers.ByteLevel(add_prefix_space=False), normalizer, 480, True, **options)
    tokenizer.decoder = decoder or decoders.ByteLevel()
    return tokenizer


def split_then_bytes(pattern, behavior="isolated", invert=False, *before):
    bytes_alone = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    return pre_tokenizers.Sequence([*before, pre_tokenizers.Split(Regex(pattern), behavior, invert), bytes_alone])


BYTES = [f"<0x{i:02X}>" for i in range(256)]
MERGES = ["▁ t", "h e", "▁t he", "▁ a", "c a", "ca t", "▁ cat", "▁ ▁", "▁▁ ▁▁", "i n", "in g", "▁ W", "o r", "or d", "t o", "to k"]


def sentencepiece_bpe(**options):
    """LLaMA's vocabulary: bytes, letters and merges, in that order."""
    merges = [tuple(merge.split(" ")) for merge in MERGES]
    vocabulary = list(dict.fromkeys(["<unk>", "<s>", "</s>", *BYTES, *LETTERS, *(a + b for a, b in merges)]))
    ids = {token: index for index, token in enumerate(vocabulary)}
    model = models.BPE(ids, merges, unk_token="<unk>", **{"fuse_unk": True, "byte_fallback": True, **options})
    return with_specials(Tokenizer(model), ["<unk>", "<s>", "</s>", "<image>"])


def llama_decoder():
    return decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])


def llama():
    tokenizer = sentencepiece_bpe()
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = llama_decoder()
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A", "<s> $A <s> $B", [("<s>", 1)])
    return tokenizer


def llama_metaspace(scheme, split=False, normalizer=None):
    tokenizer = sentencepiece_bpe()
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁", scheme, split)
    tokenizer.decoder = llama_decoder()
    return tokenizer


def gemma():
    tokenizer = sentencepiece_bpe()
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    return tokenizer


def with_added(tokenizer, *tokens):
    tokenizer.add_tokens(list(tokens))
    return tokenizer


def with_spaces(tokenizer):
    """Runs of spaces and of tabs as tokens of their own, as the vocabularies of code have them."""
    spaces = [AddedToken(" " * count, normalized=True) for count in range(12, 1, -1)]
    return with_added(tokenizer, *spaces, *(AddedToken("\t" * count, normalized=False) for count in range(4, 1, -1)))


def word_piece(normalizer, pre_tokenizer, decoder=None, **options):
    words = ["the", "cat", "##s", "##at", "mat", "s", "##ing", "##a", "##t", "do", "not", "hello", "world", "don", "'", "i", "m"]
    letters = [letter for letter in LETTERS if not letter.isspace()]
    vocabulary = list(dict.fromkeys(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *("##" + each for each in letters), *words]))
    ids = {token: index for index, token in enumerate(vocabulary)}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]", **options))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoder or decoders.WordPiece()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", ids["[SEP]"]), ("[CLS]", ids["[CLS]"]))
    return with_specials(tokenizer, ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])


def word_level(pre_tokenizer, normalizer=None, unknown="<unk>", decoder=None):
    tokenizer = Tokenizer(models.WordLevel(unk_token="<unk>"))
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    trainer = trainers.WordLevelTrainer(vocab_size=350, show_progress=False, special_tokens=[unknown])
    tokenizer.train_from_iterator(TRAINING, trainer)
    if decoder is not None:
        tokenizer.decoder = decoder
    return tokenizer


def unigram(normalizer=None, pre_tokenizer=None, byte_fallback=False, unknown=0, decoder=None, specials=True):
    pieces = [("<unk>", 0.0), ("<s>", 0.0), ("</s>", 0.0)]
    generator = random.Random(3)
    scored = ["▁", "▁the", "▁cat", "▁a", "s", "at", "▁m", "ing", "▁dog", "日本", "語", "日", "he", "llo", "▁hello", "▁▁", "12", "don", "'t"]
    letters = [letter for letter in LETTERS if letter not in scored and letter not in "QZ~"]
    pieces += [(piece, -generator.uniform(2, 6) - (0 if piece in scored else 5)) for piece in [*scored, *letters]]
    if byte_fallback:
        pieces += [(byte, 0.0) for byte in BYTES]
    tokenizer = Tokenizer(models.Unigram(pieces, unknown, byte_fallback))
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer or pre_tokenizers.Metaspace()
    tokenizer.decoder = decoder or decoders.Metaspace()
    return with_specials(tokenizer, ["<s>", "</s>", "<image>"]) if specials else tokenizer


def charsmap(name):
    """SentencePiece's own table; `small` is one of a few rules."""
    model = io.BytesIO()
    options = {"normalization_rule_name": name}
    if name == "small":
        rules = HERE / "rules.tsv"
        rules.write_text("41\t61\n42\t62 62\nFF21\t41\n65 301\tE9\n3000\t20\n1F642\t3A 29\nA0\t20\nFB01\t66 69\nAD\t\n")
        options = {"normalization_rule_tsv": str(rules)}
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["a cat sat on the mat"] * 50),
        model_writer=model,
        vocab_size=16,
        hard_vocab_limit=False,
        minloglevel=3,
        **options,
    )
    if name == "small":
        rules.unlink()
    proto = sentencepiece_model_pb2.ModelProto.FromString(model.getvalue())
    return normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap)


def flags(normalizer, pre_tokenizer=None):
    """An added token for each combination of flags, called `tok0` to `tok31`, and a few that overlap."""
    tokenizer = byte_level(pre_tokenizer, normalizer)
    for index, chosen in enumerate(itertools.product([False, True], repeat=5)):
        single_word, left, right, normalized, special = chosen
        token = AddedToken(f"Tok{index}", single_word=single_word, lstrip=left, rstrip=right, normalized=normalized, special=special)
        (tokenizer.add_special_tokens if special else tokenizer.add_tokens)([token])
    tokenizer.add_tokens([AddedToken("Both", lstrip=True, rstrip=True), "Tok1 Tok2", "日本", AddedToken("left", lstrip=True)])
    tokenizer.add_tokens([AddedToken("right", rstrip=True, normalized=False), AddedToken("tok", single_word=True, normalized=True)])
    return tokenizer


def split_by(pattern, behavior, invert=False):
    tokenizer = trained_bpe(pre_tokenizers.Split(pattern, behavior, invert), unk_token="<unk>")
    tokenizer.decoder = decoders.Fuse()
    return tokenizer


def letters_bpe(**options):
    """Without merges: the pre-tokeniser's words cannot be seen, the normaliser's letters can."""
    ids = {token: index for index, token in enumerate(dict.fromkeys(["<unk>", *LETTERS, *"'\"αβσςωкш"]))}
    return Tokenizer(models.BPE(ids, [], **options))


def normalised_by(normalizer):
    tokenizer = letters_bpe(unk_token="<unk>")
    tokenizer.normalizer = normalizer
    tokenizer.decoder = decoders.Fuse()
    return tokenizer


def decoded_by(decoder):
    tokenizer = sentencepiece_bpe()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(split=True)
    tokenizer.decoder = decoder
    return tokenizer


def with_processor(tokenizer, processor):
    tokenizer.post_processor = processor
    return tokenizer


def make_tokenizers():
    n, p, d = normalizers, pre_tokenizers, decoders
    small = charsmap("small")
    yield "gpt2", byte_level()
    yield "byte-level-prefix-space", with_processor(byte_level(p.ByteLevel(add_prefix_space=True)), processors.ByteLevel())
    yield "byte-level-without-words", byte_level(p.ByteLevel(add_prefix_space=False, use_regex=False))
    yield "roberta", with_processor(byte_level(p.ByteLevel(add_prefix_space=True)), processors.RobertaProcessing(("</s>", 3), ("<s>", 2)))
    yield "llama-3", byte_level(split_then_bytes(LLAMA_3), ignore_merges=True)
    yield "qwen", byte_level(split_then_bytes(LLAMA_3.replace("{1,3}", "")), n.NFC())
    yield "o200k", byte_level(split_then_bytes(O200K))
    yield "bloom", byte_level(split_then_bytes(BLOOM))
    yield "digits-then-words", byte_level(p.Sequence([p.Digits(True), p.ByteLevel(add_prefix_space=False)]))
    yield "deepseek", byte_level(
        p.Sequence(
            [
                p.Split(Regex("[\r\n]"), "isolated"),
                p.Split(Regex(r"\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-Ֆ]+"), "isolated"),
                p.Split(Regex(r"\s?[!-/:-~！-／：-～‘-‟　-。]+"), "isolated"),
                p.Split(Regex(r"\s+$"), "isolated"),
                p.Split(Regex(r"[一-龥ࠀ-一가-퟿]+"), "isolated"),
                p.Digits(True),
                p.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
    )
    yield "falcon", byte_level(
        p.Sequence(
            [p.Punctuation("contiguous"), p.ByteLevel(add_prefix_space=False), p.Digits(False), p.Split(Regex("[0-9][0-9][0-9]"), "isolated")]
        )
    )
    yield "codegen", with_spaces(byte_level())
    yield "gpt-neox", with_spaces(byte_level(normalizer=n.NFC()))
    yield "cohere", byte_level(p.Sequence([p.Digits(True), p.ByteLevel(add_prefix_space=False)]), n.NFC())
    yield "exaone", byte_level(split_then_bytes(EXAONE), n.NFC())
    yield "olmo-3", byte_level(split_then_bytes(OLMO_3))
    yield "clip", clip()
    yield "byte-level-normalizer", byte_level(p.Whitespace(), n.ByteLevel())
    yield "llama", llama()
    yield "metaspace-first", llama_metaspace("first")
    yield "metaspace-never", llama_metaspace("never", True)
    yield "metaspace-always", llama_metaspace("always", True)
    yield "metaspace-first-stripped", llama_metaspace("first", True, n.Sequence([n.Strip(), n.NFKC(), n.Lowercase()]))
    yield "phi-3", with_added(
        llama(), *(AddedToken(token, rstrip=True, normalized=False, special=True) for token in ["<|endoftext|>", "<pad>", "tok"])
    )
    yield "gemma", gemma()
    yield "gemma-runs", with_added(gemma(), *(AddedToken(each * count, normalized=False) for each in "\n▁" for count in range(2, 6)))
    yield "bpe-suffix", with_decoder(trained_bpe(p.Whitespace(), unk_token="<unk>", end_of_word_suffix="</w>"), d.BPEDecoder("</w>"))
    yield "bpe-prefix", trained_bpe(p.BertPreTokenizer(), unk_token="<unk>", continuing_subword_prefix="##")
    yield "bpe-fused-unknown", trained_bpe(p.WhitespaceSplit(), unk_token="<unk>", fuse_unk=True)
    yield "bpe-without-unknown", trained_bpe(None)
    yield "byte-fallback-incomplete", incomplete_bytes()
    yield "bert-uncased", word_piece(n.BertNormalizer(), p.BertPreTokenizer())
    yield "bert-cased", word_piece(n.BertNormalizer(lowercase=False), p.BertPreTokenizer(), d.WordPiece(cleanup=False))
    yield "bert-accents", word_piece(n.BertNormalizer(strip_accents=False, handle_chinese_chars=False), p.BertPreTokenizer())
    yield "bert-unclean", word_piece(n.BertNormalizer(clean_text=False, strip_accents=True, lowercase=False), p.WhitespaceSplit())
    yield "word-piece-short", word_piece(n.NFKC(), p.Whitespace(), max_input_chars_per_word=4)
    yield "word-level", word_level(p.Whitespace())
    yield "word-level-without-unknown", word_level(p.WhitespaceSplit(), unknown="[none]")
    yield "delimiter", word_level(p.CharDelimiterSplit("a"), n.Lowercase(), decoder=d.CTC("<unk>", "|", True))
    yield "ctc", word_level(p.Split("", "isolated"), decoder=d.CTC("a", " ", True))
    yield "unigram", unigram(n.Sequence([n.Nmt(), n.NFKC(), n.Replace(Regex(" {2,}"), " ")]))
    yield "unigram-precompiled", unigram(small, p.Metaspace(prepend_scheme="always"))
    yield "unigram-byte-fallback", unigram(byte_fallback=True, decoder=d.Sequence([d.ByteFallback(), d.Metaspace()]))
    yield "unigram-without-unknown", unigram(unknown=None, specials=False)
    yield "unigram-first", unigram(pre_tokenizer=p.Sequence([p.Metaspace(prepend_scheme="first", split=True)]))
    yield "unigram-scripts", unigram(n.Lowercase(), p.Sequence([p.UnicodeScripts(), p.Metaspace()]))
    yield "t5", unigram(small, p.Sequence([p.WhitespaceSplit(), p.Metaspace(prepend_scheme="always")]))
    yield "albert", unigram(n.Sequence([n.Replace("``", '"'), n.NFKD(), n.StripAccents(), n.Lowercase(), charsmap("nmt_nfkc_cf")]))
    yield "nfd", normalised_by(n.NFD())
    yield "strip", normalised_by(n.Sequence([n.Strip(left=True, right=False), n.Prepend("_")]))
    yield "strip-right", normalised_by(n.Strip(left=False, right=True))
    yield "replace-regex", normalised_by(n.Sequence([n.Replace(Regex(r"(\w)\1"), "2"), n.Replace(Regex("x*"), "-")]))
    yield "punctuation-contiguous", trained_bpe(p.Punctuation("contiguous"), unk_token="<unk>")
    yield "punctuation-removed", trained_bpe(p.Sequence([p.Punctuation("removed"), p.Digits(False)]), unk_token="<unk>")
    yield "punctuation-with-next", trained_bpe(p.Punctuation("merged_with_next"), unk_token="<unk>")
    yield "fixed-length", trained_bpe(p.FixedLength(3), unk_token="<unk>")
    yield "split-with-previous", split_by(Regex(r"[aeiou]+|\s"), "merged_with_previous")
    yield "split-with-next", split_by(Regex(r"\w"), "merged_with_next", True)
    yield "split-contiguous", split_by("t", "contiguous")
    yield "split-removed", split_by(Regex(r"\b"), "removed", True)
    yield "split-lookaround", split_by(Regex(r"(?<=[a-z])(?=[A-Z])|(?<=\d)\D|^\s|\s$|(?>a+)b|[[:punct:]&&[^.]]"), "isolated")
    yield "decoder-strip", decoded_by(d.Sequence([d.Fuse(), d.Replace("▁", " "), d.Strip(" ", 2, 2)]))
    yield "decoder-replace", decoded_by(d.Sequence([d.Replace(Regex("[aeiou]"), "*"), d.Fuse(), d.Replace("▁▁", "="), d.Replace("*", "")]))
    yield "decoder-word-piece", decoded_by(d.Sequence([d.Replace("▁", " "), d.WordPiece("##", True)]))
    yield "decoder-bytes", decoded_by(d.Sequence([d.ByteFallback(), d.ByteLevel(), d.Metaspace()]))
    yield "flags", flags(None)
    yield "flags-lowercase", flags(n.Lowercase())
    yield "flags-prefix-space", flags(n.NFKC(), p.ByteLevel(add_prefix_space=True))


def with_decoder(tokenizer, decoder):
    tokenizer.decoder = decoder
    return tokenizer


def clip():
    normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    tokenizer = byte_level(split_then_bytes(CLIP, "removed", True), normalizer, decoders.ByteLevel(), unk_token="<unk>", end_of_word_suffix="</w>")
    return tokenizer


def incomplete_bytes():
    """Bytes, but not all of them."""
    ids = {token: index for index, token in enumerate(["<unk>", *BYTES[:200], "a", "b", " "])}
    tokenizer = Tokenizer(models.BPE(ids, [], unk_token="<unk>", byte_fallback=True))
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    return tokenizer


def texts_of(name):
    if not name.startswith("flags"):
        return TEXTS
    generator = random.Random(name)
    parts = [f"{'Tok' if index % 3 else 'tok'}{index}" for index in range(32)] + PARTS
    return ["".join(generator.choice(parts) for _ in range(generator.randint(1, 12))) for _ in range(300)]


def try_or_none(call):
    try:
        return call()
    except BaseException as error:  # pyo3's panics are no Exception
        if isinstance(error, KeyboardInterrupt):
            raise
        return None


def reference(name, made):
    text = made.to_str()
    tokenizer = Tokenizer.from_str(text)
    texts = texts_of(name)
    ids = [try_or_none(lambda: tokenizer.encode(each, add_special_tokens=False).ids) for each in texts]

    def decode(row):
        return try_or_none(lambda: tokenizer.decode(row, skip_special_tokens=False))

    decoded = [None if row is None else decode(row) for row in ids]
    generator = random.Random(name)
    highest = max(tokenizer.get_vocab().values())
    rows = [[generator.randint(0, highest) for _ in range(generator.randint(1, 12))] for _ in range(60)]
    return {
        "name": name,
        "json": json.loads(text),
        **({} if texts is TEXTS else {"texts": texts}),
        "ids": ids,
        "decoded": [True if made == each else made for made, each in zip(decoded, texts)],
        "rows": [{"ids": row, "decoded": decode(row)} for row in rows],
    }


if __name__ == "__main__":
    references = [reference(name, tokenizer) for name, tokenizer in make_tokenizers()]
    content = json.dumps({"texts": TEXTS, "tokenizers": references}, ensure_ascii=False, separators=(",", ":"))
    (HERE / "tokenizers.json.gz").write_bytes(gzip.compress(content.encode(), 9, mtime=0))
    print(len(references), "tokenizers;", (HERE / "tokenizers.json.gz").stat().st_size, "bytes")
