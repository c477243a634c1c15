#!/usr/bin/env python3
"""Kills nights at random while a reader parses their status.jsonl, metrics.prom and record.json in a tight loop.

usage: watch.py --tidemill build/tidemill --config configs/demo.cfg --input EXPORTS [--kills 20] [--ranks 2] [--seed 1]

Every read must parse (of status.jsonl: every whole line), and after each kill `status` must not say "running". The
seed is printed; the same seed kills after the same times. Exit code 0 when everything held.
"""
import argparse
import glob
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

SAMPLE = re.compile(
    r'[a-zA-Z_][a-zA-Z0-9_]*(\{[a-z_]+="([^"\\]|\\["\\n])*"(,[a-z_]+="([^"\\]|\\["\\n])*")*\})? '
    r"(-?[0-9.]+(e[+-]?[0-9]+)?|NaN|[+-]Inf)$"
)


def parse_metrics(text):
    """The samples by name and labels; raises ValueError on anything that is not the text format."""
    if not text.endswith("\n"):
        raise ValueError("no line feed at the end")
    samples = {}
    for line in text.splitlines():
        if line.startswith(("# HELP ", "# TYPE ")):
            continue
        if not SAMPLE.match(line):
            raise ValueError(line)
        name, value = line.rsplit(" ", 1)
        samples[name] = float(value)
    if not any(name.startswith("tidemill_run_state") for name in samples):
        raise ValueError("no run state")
    return samples


def read_run(run, counts):
    """Reads what is there once; counts reads and what did not parse."""
    readers = {
        "metrics.prom": parse_metrics,
        "record.json": json.loads,
        "status.jsonl": lambda text: [json.loads(line) for line in text.split("\n")[:-1]],
        "alerts.jsonl": lambda text: [json.loads(line) for line in text.split("\n")[:-1]],
    }
    for name, parse in readers.items():
        try:
            with open(os.path.join(run, name), encoding="utf-8") as file:
                text = file.read()
        except FileNotFoundError:
            continue
        counts[name] = counts.get(name, 0) + 1
        try:
            parse(text)
        except ValueError as error:
            counts["torn"] += 1
            print(f"{run}/{name} does not parse: {error}")


def watch_until(process, seconds, store, counts):
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        runs = sorted(glob.glob(os.path.join(store, "*", "runs", "*")))
        if runs:
            read_run(runs[-1], counts)


def kill_session(leader):
    """Kills every process of the session that `leader` began: the launcher and its ranks, which have own groups."""
    for stat in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(stat, encoding="utf-8", errors="replace") as file:
                fields = file.read().rpartition(")")[2].split()
            if int(fields[3]) == leader:
                os.kill(int(stat.split("/")[2]), signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError):
            continue


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tidemill", required=True)
    parser.add_argument("--config", required=True)
    parser.add_argument("--input", required=True)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--longest", type=float, default=6, help="seconds until a kill, at most")
    args = parser.parse_args()
    print(f"seed {args.seed}")
    draw = random.Random(args.seed)
    counts = {"torn": 0}
    kills = finished = shown_as_running = 0
    with tempfile.TemporaryDirectory() as folder:
        store = os.path.join(folder, "store")
        command = ["mpirun", "-n", str(args.ranks), "--oversubscribe"] if args.ranks > 1 else []
        command += [args.tidemill, "nightly", "--config", args.config, "--input", args.input, "--store", store, "--quiet"]
        while kills < args.kills:
            night = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            watch_until(night, draw.uniform(0.5, args.longest), store, counts)
            if night.poll() is not None:  # it finished first: begin anew
                finished += 1
                subprocess.run(["rm", "-rf", store], check=True)
                continue
            kill_session(night.pid)
            night.wait()
            time.sleep(0.2)
            kills += 1
            watch_until(subprocess.Popen(["true"]), 0.1, store, counts)
            for run in glob.glob(os.path.join(store, "*", "runs", "*")):
                read_run(run, counts)
            tenants = glob.glob(os.path.join(store, "*", "runs"))
            for tenant in tenants:
                name = os.path.basename(os.path.dirname(tenant))
                said = subprocess.run([args.tidemill, "status", "--store", store, "--tenant", name], capture_output=True, text=True)
                shown_as_running += "ranks: running" in said.stdout
    reads = sum(count for name, count in counts.items() if name != "torn")
    print(f"{kills} kills, {finished} nights finished, {reads} reads, {counts['torn']} did not parse, "
          f"{shown_as_running} dead runs shown as running")
    print(json.dumps(counts))
    return 0 if counts["torn"] == 0 and shown_as_running == 0 and reads > kills else 1


if __name__ == "__main__":
    sys.exit(main())
