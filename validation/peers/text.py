#!/usr/bin/env python3
"""Texts in memory to rows of TF-IDF weights: tidemill against scikit-learn, on the same texts and one core.

    python3 -m venv VENV && VENV/bin/pip install scikit-learn==1.5.2
    VENV/bin/python validation/peers/text.py [--tidemill build/tidemill] [--megabytes 20] [--repeats 5] [--report FILE]

The texts are made up: words of English letter frequencies whose ranks follow Zipf's law, 5 to 60 of them per text.
Two peers: HashingVectorizer + TfidfTransformer (2^20 terms) and TfidfVectorizer, with single words, with n-grams of 1 to
2 words, and with n-grams of 2 to 5 characters within words (char_wb). Measurements take turns; medians; only the step
from texts in memory to weights is timed on both sides.
"""
import argparse
import csv
import json
import os
import random
import statistics
import subprocess
import tempfile
import time

CASES = {"words": (1, 0), "words 1-2": (2, 0), "words 1-2 and characters 2-5": (2, 5)}


def make_texts(megabytes):
    draw = random.Random(1)
    letters, weights = "etaoinshrdlcumwfgypbvk", [12, 9, 8, 8, 7, 7, 6, 6, 6, 4, 4, 3, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1]
    words = ["".join(draw.choices(letters, weights, k=draw.choice((2, 3, 4, 4, 5, 5, 6, 7, 8, 10)))) for _ in range(50000)]
    zipf = [1 / (rank + 2) for rank in range(len(words))]
    texts, size = [], 0
    while size < megabytes * 1e6:
        text = " ".join(draw.choices(words, zipf, k=draw.randint(5, 60))).capitalize() + "."
        texts.append(text)
        size += len(text)
    return texts


def peers(words, characters):
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer, TfidfVectorizer
    word = dict(ngram_range=(1, words), token_pattern=r"(?u)\b\w+\b")
    wide = dict(analyzer="char_wb", ngram_range=(2, characters))

    def hashed(texts):
        parts = [HashingVectorizer(alternate_sign=False, norm=None, n_features=2**20, **word).transform(texts)]
        if characters:
            parts.append(HashingVectorizer(alternate_sign=False, norm=None, n_features=2**20, **wide).transform(texts))
        return TfidfTransformer().fit_transform(hstack(parts).tocsr())

    def listed(texts):
        parts = [TfidfVectorizer(**word).fit_transform(texts)]
        if characters:
            parts.append(TfidfVectorizer(**wide).fit_transform(texts))
        return parts
    return {"HashingVectorizer": hashed, "TfidfVectorizer": listed}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tidemill", default="build/tidemill")
    parser.add_argument("--megabytes", type=float, default=20)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--report")
    options = parser.parse_args()
    import sklearn
    texts = make_texts(options.megabytes)
    size = sum(map(len, texts))
    lines = ["| n-grams | texts | MB | tidemill s | MB/s | HashingVectorizer s | ratio | TfidfVectorizer s | ratio |",
             "|---|---|---|---|---|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        for name, (words, characters) in CASES.items():
            part = texts if not characters else texts[:len(texts) // 4]
            megabytes = sum(map(len, part)) / 1e6
            with open(f"{folder}/texts.csv", "w", newline="") as file:
                csv.writer(file).writerows([["text"], *([text] for text in part)])
            ours = [options.tidemill, "bench", "--what", "text", "--input", f"{folder}/texts.csv", "--words", str(words),
                    "--characters", str(characters), "--json", "--quiet"]
            seconds = {"tidemill": [], **{peer: [] for peer in peers(words, characters)}}
            for _ in range(options.repeats):
                done = subprocess.run(ours, capture_output=True, text=True, check=True,
                                      env={**os.environ, "OMP_NUM_THREADS": "1"})
                seconds["tidemill"].append(json.loads(done.stdout)["median_seconds"])
                for peer, run in peers(words, characters).items():
                    start = time.perf_counter()
                    run(part)
                    seconds[peer].append(time.perf_counter() - start)
            median = {peer: statistics.median(times) for peer, times in seconds.items()}
            mine = median["tidemill"]
            lines.append(f"| {name} | {len(part):,} | {megabytes:.1f} | {mine:.3f} | {megabytes / mine:.0f} | "
                         f"{median['HashingVectorizer']:.2f} | {median['HashingVectorizer'] / mine:.1f} | "
                         f"{median['TfidfVectorizer']:.2f} | {median['TfidfVectorizer'] / mine:.1f} |")
            print(lines[-1], flush=True)
    if options.report:
        with open(options.report, "w") as file:
            file.write(f"# Texts to TF-IDF weights, against scikit-learn {sklearn.__version__}\n\n"
                       f"`validation/peers/text.py --megabytes {options.megabytes:g} --repeats {options.repeats}`: one core "
                       "(one rank), medians, taking turns; ratio = scikit-learn /\ntidemill. tidemill: case folding of "
                       "several scripts, 2^20 hashed terms, both passes (document counts, weights).\n\n"
                       + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
