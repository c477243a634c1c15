"""Runs the built executable on one split."""
import csv
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIDEMILL = os.environ.get("TIDEMILL", str(ROOT / "build" / "tidemill"))


def write_table(path, header, rows):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def run(arguments, ranks=1):
    launcher = ["mpirun", "-n", str(ranks), "--oversubscribe"] if ranks > 1 else []
    done = subprocess.run([*launcher, TIDEMILL, *arguments, "--json"], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"tidemill {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}")
    return json.loads(done.stdout)


def train(folder, options, ranks=1, output="model.h5"):
    return run(["train", *options, "--input", f"{folder}/train.csv", "--target", "y", "--quiet", "--output",
                f"{folder}/{output}"], ranks)


def judge(folder, header, split, options, metric):
    """Metric of a model trained on split[0] and scored on split[1]."""
    write_table(f"{folder}/train.csv", header, split[0])
    write_table(f"{folder}/test.csv", header, split[1])
    trained = train(folder, options)
    run(["score", "--model", f"{folder}/model.h5", "--input", f"{folder}/test.csv", "--output", f"{folder}/p.csv"])
    found = run(["evaluate", "--predictions", f"{folder}/p.csv", "--actual", f"{folder}/test.csv", "--target", "y",
                 "--metrics", metric])
    return found[metric], trained["seconds"]
