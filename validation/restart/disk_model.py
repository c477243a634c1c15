"""What a disk may hold after the power is lost, from the calls that were made before.

The rules are those of POSIX, harsher than most file systems: bytes of a file are there for sure once the file was
synced, a name once its folder was. Of what is not synced any part may be there in any order: a file's writes each whole, torn
into sectors, or missing; names new, old, or both after a rename from one folder to another. A rename within a folder is
one step. (The model of Pillai et al., "All File Systems Are Not Created Equal", OSDI 2014.)
"""
import dataclasses
import os
import pathlib

SECTOR = 512


@dataclasses.dataclass(eq=False)
class File:
    """Bytes that are safe, and what was asked for since: ("write", offset, bytes) or ("truncate", size)."""
    original: pathlib.Path | None = None  # where the safe bytes are while nothing has changed
    safe: bytearray | None = None
    pending: list = dataclasses.field(default_factory=list)
    size: int = 0  # as the running process sees it

    def load(self):
        if self.safe is None:
            self.safe = bytearray(self.original.read_bytes() if self.original else b"")
            self.original = None

    def change(self, step):
        self.load()
        self.pending.append(step)
        self.size = step[1] if step[0] == "truncate" else max(self.size, step[1] + len(step[2]))

    def sync(self):
        for step in self.pending:
            apply(self.safe, step)
        self.pending.clear()


@dataclasses.dataclass(eq=False)
class Link:
    target: str


@dataclasses.dataclass(eq=False)
class Folder:
    """Names that are safe, names as the process sees them, and the steps between: lists of (name, what or None)."""
    safe: dict = dataclasses.field(default_factory=dict)
    names: dict = dataclasses.field(default_factory=dict)
    pending: list = dataclasses.field(default_factory=list)

    def change(self, *step):
        self.pending.append(step)
        set_names(self.names, step)

    def sync(self):
        for step in self.pending:
            set_names(self.safe, step)
        self.pending.clear()


def set_names(names, step):
    for name, what in step:
        names.pop(name, None)
        if what is not None:
            names[name] = what


def apply(content, step, sectors=None):
    """Does a step to the bytes; of a write only the sectors (numbers in the file) that are named."""
    if step[0] == "truncate":
        del content[step[1]:]
        content.extend(bytes(step[1] - len(content)))
        return
    _, offset, data = step
    if sectors is not None and not sectors:
        return
    end = offset + len(data)
    content.extend(bytes(max(0, end - len(content))))
    if sectors is None:
        content[offset:end] = data
        return
    for sector in sectors:
        first, last = max(offset, sector * SECTOR), min(end, (sector + 1) * SECTOR)
        content[first:last] = data[first - offset:last - offset]


class Disk:
    """A folder and all below it, all of it safe at first; then the operations of call_log.py, one by one."""

    def __init__(self, folder):
        self.root = self.read(pathlib.Path(folder))

    def read(self, path):
        if path.is_symlink():
            return Link(os.readlink(path))
        if not path.is_dir():
            return File(original=path, size=path.stat().st_size)
        names = {entry.name: self.read(entry) for entry in path.iterdir()}
        return Folder(dict(names), names)

    def at(self, path):
        """What the process finds under a path, links followed on the way."""
        found, parts = self.root, [part for part in path.split("/") if part != "."]
        for number, part in enumerate(parts):
            found = found.names[part]
            if isinstance(found, Link) and number + 1 < len(parts):
                return self.at("/".join([*parts[:number], found.target, *parts[number + 1:]]))
        return found

    def parent(self, path):
        folder, _, name = path.rpartition("/")
        return self.at(folder or "."), name

    def do(self, kind, path, *more):
        if kind in ("write", "truncate"):
            file = self.at(path)
            first = file.size if more[0] == "end" else more[0]
            file.change((kind, first, *more[1:]))
        elif kind == "sync":
            self.at(path).sync()
        elif kind == "rename":
            self.rename(path, more[0])
        else:
            folder, name = self.parent(path)
            if kind == "create" and name in folder.names:
                return
            new = {"create": File, "folder": Folder, "link": lambda: Link(*more), "remove": lambda: None}[kind]()
            if isinstance(new, File):
                new.load()
            folder.change((name, new))

    def rename(self, path, to):
        (source, old), (target, new) = self.parent(path), self.parent(to)
        moved = source.names[old]
        if source is target:
            source.change((old, None), (new, moved))
        else:
            target.change((new, moved))
            source.change((old, None))


class PowerLoss:
    """One disk after the power was lost: `keep` (0 to 1) is the chance of each step that was not synced to be there,
    `tear` that of a write to be in parts. Writes the disk to a folder; files that nobody changed share their bytes."""

    def __init__(self, draw, keep, tear):
        self.draw, self.keep, self.tear = draw, keep, tear

    def kept(self):
        return self.draw.random() < self.keep

    def write(self, what, place):
        if isinstance(what, Link):
            os.symlink(what.target, place)
        elif isinstance(what, File):
            self.write_file(what, place)
        else:
            names = dict(what.safe)
            for step in what.pending:
                if self.kept():
                    set_names(names, step)
            place.mkdir()
            for name, entry in names.items():
                self.write(entry, place / name)

    def write_file(self, file, place):
        if file.safe is None and place.suffix != ".jsonl":  # those grow in place
            os.link(file.original, place)
            return
        content = bytearray(file.original.read_bytes() if file.safe is None else file.safe)
        for step in file.pending:
            if step[0] == "write" and self.draw.random() < self.tear:
                sectors = range(step[1] // SECTOR, -(-(step[1] + len(step[2])) // SECTOR))
                apply(content, step, [sector for sector in sectors if self.draw.random() < 0.5])
            elif self.kept():
                apply(content, step)
        place.write_bytes(content)
