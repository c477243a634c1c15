"""Committed files with changed bits, lost ends and blocks, and other files' bytes in their place."""
import hashlib
import json
import os
import pathlib
import shutil

from small_night import TENANT, link_tree

BATCH = 200  # damaged copies that one call of verify looks at


class Kind:
    """One kind of file: `file` below `unit`, the folder (or the file) that verify is asked about."""

    def __init__(self, name, unit, file):
        self.name, self.unit, self.file = name, pathlib.Path(unit), pathlib.Path(file)
        self.bytes = self.file.read_bytes()

    def copy(self, target, changed):
        """A copy with `changed` in the file's place; returns the path to ask verify about."""
        if self.unit == self.file:
            target.mkdir(parents=True)
            (target / self.file.name).write_bytes(changed)
            return target / self.file.name
        unit = target / self.unit.name
        link_tree(self.unit, unit)
        place = unit / self.file.relative_to(self.unit)
        place.unlink()
        place.write_bytes(changed)
        return unit


def make_checkpoints(night, folder):
    """A training that is killed near its end leaves its checkpoints; returns the newest."""
    rows = "a,b,y\n" + "".join(f"{i % 17},{i * 7 % 23},{i % 17 * 2 + i * 7 % 23}\n" for i in range(200))
    (folder / "train.csv").write_text(rows)
    arguments = ["train", "--model", "boost", "--task", "regression", "--input", folder / "train.csv", "--target", "y",
                 "--trees", 6, "--max-leaves", 4, "--checkpoints", folder / "checkpoints", "--checkpoint-interval", 0,
                 "--quiet", "--output"]
    count = folder / "calls"
    night.expect(night.tidemill.run(*arguments, folder / "whole.h5", TIDEMILL_FAILPOINT_COUNT=str(count)))
    last = int(count.read_text().split()[0])
    for call in range(last - 10, 0, -10):
        night.tidemill.run(*arguments, folder / "m.h5", TIDEMILL_FAILPOINT=f"kill_before@{call}")
        left = sorted(folder.glob("checkpoints/**/checkpoint-*.h5"), key=lambda p: int(p.stem.split("-")[1]))
        if len(left) >= 2:
            return left[-2:]
        shutil.rmtree(folder / "checkpoints", ignore_errors=True)
    raise SystemExit("the killed training left no two checkpoints")


def kinds_of(night, folder):
    """The kinds of files of issue: every one is asked about alone where it carries its own digest or seal."""
    folder.mkdir(parents=True)
    tenant = night.after / TENANT
    cache = tenant / "cache"
    published = tenant / "nights" / night.new_night
    older, newest = make_checkpoints(night, folder)
    step = next(p for p in sorted(cache.iterdir()) if p.name.startswith("menu-"))
    table = next(iter(sorted((tenant / "tables" / "sales").glob("*.h5"))))
    champion = published / "recommender.h5"
    small_step = next(p for p in sorted(cache.iterdir()) if p.name.startswith("ingest-"))
    kinds = [Kind("checkpoint", newest, newest), Kind("model", champion, champion), Kind("table", table, table),
             Kind("commit record", published, published / "night.json"), Kind("cached table", step, step / "menu.h5"),
             Kind("step record", small_step, small_step / "step.json")]
    # For flips the record of a small night will do: thousands of copies are looked at.
    kinds[3] = Kind("commit record", *small_night(folder / "record"))
    return kinds, older


def small_night(folder):
    """A night of one file, written as io/store/night.cpp writes it; returns its folder and record."""
    night = folder / "nights" / "2026-06-27"
    night.mkdir(parents=True)
    (night / "a.csv").write_text("1,2\n")
    digest = hashlib.sha256(b"1,2\n").hexdigest()
    fields = "".join(f"{len(text)}:{text}" for text in ("a.csv", digest))
    record = {"date": "2026-06-27", "digest": hashlib.sha256(fields.encode()).hexdigest(), "folder": night.name,
              "files": [{"digest": digest, "is_result": True, "path": "a.csv"}]}
    plain = json.dumps(record, sort_keys=True, separators=(",", ":"))
    record["seal"] = hashlib.sha256(plain.encode()).hexdigest()
    (night / "night.json").write_text(json.dumps(record, sort_keys=True, indent=2) + "\n")
    return night, night / "night.json"


class Damage:
    """Counts what verify says of damaged copies. `harmless`: verify finds the digest of the undamaged one."""

    def __init__(self, tidemill, folder):
        self.tidemill, self.folder = tidemill, folder
        self.counts, self.faults = {}, []
        self.waiting = []

    def expected(self, kind):
        code, whole, _ = self.tidemill.verify([kind.unit])
        if code != 0:
            raise SystemExit(f"the undamaged {kind.name} does not verify")
        return whole[str(kind.unit)]

    def add(self, kind, what, changed, note, expected):
        self.add_path(kind.name, what, kind.copy(self.folder / str(len(self.waiting)), changed), note, expected)

    def add_path(self, name, what, path, note, expected):
        self.waiting.append((name, what, path, note, expected))
        if len(self.waiting) == BATCH:
            self.flush()

    def flush(self):
        code, whole, faults = self.tidemill.verify([entry[2] for entry in self.waiting]) if self.waiting else (0, {}, [])
        found = {path for path, _ in faults}
        for name, what, path, note, expected in self.waiting:
            if code < 0 or code not in (0, 3):
                verdict = "crash"
            elif any(fault == str(path) or fault.startswith(str(path) + "/") for fault in found):
                verdict = "detected"
            else:
                # A unit without a digest of its own is whole when it is the same as before.
                verdict = "harmless" if expected is not None and whole.get(str(path)) == expected else "silent"
            self.counts.setdefault((what, name), {}).setdefault(verdict, 0)
            self.counts[what, name][verdict] += 1
            if verdict in ("crash", "silent"):
                self.faults.append(f"{what} of {name} ({note}): {verdict}")
        self.waiting = []
        shutil.rmtree(self.folder, ignore_errors=True)

    def rows(self):
        for (what, name), verdicts in self.counts.items():
            bad = verdicts.get("silent", 0) + verdicts.get("crash", 0)
            text = ", ".join(f"{n} {verdict}" for verdict, n in sorted(verdicts.items()))
            yield f"{what}: {name}", sum(verdicts.values()), text, bad


def flip(data, bit):
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def flip_bits(damage, kinds, random, number):
    """Single bits. A file with fewer bits than asked for has every one flipped."""
    for kind in kinds:
        expected = damage.expected(kind)
        bits = len(kind.bytes) * 8
        for bit in random.sample(range(bits), min(number, bits)):
            damage.add(kind, "bit flip", flip(kind.bytes, bit), f"bit {bit}", expected)
    damage.flush()


def flip_pointers(damage, folder, random, number):
    """Bits of the text that `current` holds, asked of the tenant. What the file system cannot hold is no case."""
    night, _ = small_night(folder / "tenant")
    target = f"nights/{night.name}"
    (night.parent.parent / "current").symlink_to(target)
    bits = len(target) * 8
    for bit in random.sample(range(bits), min(number, bits)):
        changed = flip(target.encode(), bit)
        if b"\0" in changed:
            continue
        tenant = damage.folder / str(len(damage.waiting)) / "main"
        shutil.copytree(night.parent.parent, tenant, symlinks=True)
        (tenant / "current").unlink()
        os.symlink(changed, bytes(tenant / "current"))
        damage.add_path("pointer current", "bit flip", tenant, f"bit {bit}", None)
    damage.flush()


def shapes(data, random):
    """(name, bytes) of a file that lost or got more than a bit."""
    size = len(data)
    yield "truncated", data[:random.randrange(size)]
    yield "extended", data + random.randbytes(random.randrange(1, 5000))
    block = min(4096, max(1, size // 3))
    at = random.randrange(size - block + 1)
    if any(data[at:at + block]):
        yield "zero page", data[:at] + bytes(block) + data[at + block:]
    block = min(512, size // 4)
    first, second = sorted(random.sample(range(size // block), 2))
    if data[first * block:][:block] != data[second * block:][:block]:
        changed = bytearray(data)
        changed[first * block:][:block], changed[second * block:][:block] = b"", b""
        changed[first * block:(first + 1) * block] = data[second * block:(second + 1) * block]
        changed[second * block:(second + 1) * block] = data[first * block:(first + 1) * block]
        yield "swapped blocks", bytes(changed)


def break_shapes(damage, kinds, random, rounds):
    for kind in kinds:
        expected = damage.expected(kind)
        for _ in range(rounds):
            for name, changed in shapes(kind.bytes, random):
                damage.add(kind, name, changed, f"{len(changed)} bytes", expected)
    damage.flush()


def put_back_stale(damage, night, folder, older_checkpoint):
    """Files that are whole but of another time or place."""
    nights = night.after / TENANT / "nights"
    old, new = nights / night.old_night, nights / night.new_night
    files = [p.relative_to(old) for p in sorted(old.rglob("*")) if p.is_file()]
    for name in files:
        if (new / name).is_file() and (old / name).read_bytes() != (new / name).read_bytes():
            kind = Kind("night", new, new / name)
            damage.add(kind, "file of another night", (old / name).read_bytes(), str(name), None)
    place = folder / "swapped" / "nights" / night.new_night
    link_tree(old, place)
    damage.add_path("night", "file of another night", place, "all files", None)
    cache = night.after / TENANT / "cache"
    steps = [p for p in sorted(cache.iterdir()) if (p / "step.json").is_file()]
    for mine, other in zip(steps, steps[1:] + steps[:1]):
        kind = Kind("step", mine, mine / "step.json")
        damage.add(kind, "record of another step", (other / "step.json").read_bytes(), mine.name, None)
    renamed = folder / "stale" / "checkpoint-99.h5"
    renamed.parent.mkdir(parents=True)
    shutil.copy(older_checkpoint, renamed)
    damage.add_path("checkpoint", "file of another step", renamed, "renamed", None)
    damage.flush()
    shutil.rmtree(folder / "swapped")
