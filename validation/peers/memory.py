#!/usr/bin/env python3
"""Memory of training implicit ALS: what is said before reading and before training against what ranks held at most.

usage: memory.py [--tidemill build/tidemill] [--users 1000000] [--assets 200000] [--factors 64] [--sweeps 1]
       [--ranks 2] [--checkpoints] [--folder DIR]

Interactions are generated (tidemill generate --what assets) and deleted again, unless --folder keeps them. Prints a row
of the table in results/memory.md; ends with code 1 when the larger of both is off by more than 15 %.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile


def run(command):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tidemill", default="build/tidemill")
    parser.add_argument("--users", type=int, default=1000000)
    parser.add_argument("--assets", type=int, default=200000)
    parser.add_argument("--factors", type=int, default=64)
    parser.add_argument("--sweeps", type=int, default=1)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--checkpoints", action="store_true", help="write one after every sweep")
    parser.add_argument("--folder")
    options = parser.parse_args()
    launcher = ["mpirun", "-n", options.ranks, "--oversubscribe"] if options.ranks > 1 else []
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(options.folder or temporary)
        data = folder / f"assets-{options.users}-{options.assets}"
        if not (data / "interactions.csv").exists():
            run([*launcher, options.tidemill, "generate", "--what", "assets", "--users", options.users, "--assets",
                 options.assets, "--output", data, "--quiet"])
        more = []
        if options.checkpoints:
            more = ["--checkpoints", folder / "checkpoints", "--checkpoint-interval", 0]
        done = run([*launcher, options.tidemill, "train", "--model", "ials", "--interactions",
                    data / "interactions.csv", "--factors", options.factors, "--sweeps", options.sweeps, "--output",
                    folder / "model.h5", "--json", *more])
        (folder / "model.h5").unlink()
    found = json.loads(done.stdout)
    reading, training, peak = found["reading_estimate_mib"], found["memory_estimate_mib"], found["peak_memory_mib"]
    estimate = max(reading, training)
    print(f"| {found['users']} | {found['items']} | {found['pairs']} | {options.factors} | {options.ranks} | "
          f"{'yes' if options.checkpoints else 'no'} | {reading:.0f} | {training:.0f} | {peak:.0f} | {estimate / peak - 1:+.1%} |")
    sys.exit(0 if abs(estimate / peak - 1) <= .15 else 1)


if __name__ == "__main__":
    main()
