"""What a process asked of the disk, call by call, as strace saw it: the calls that change something below one folder.

Each is a tuple (kind, ...), paths relative to the folder:
  ("create", path)  ("folder", path)  ("link", path, target)  ("rename", path, to)  ("remove", path)
  ("write", path, offset, bytes)  ("truncate", path, size)  ("sync", path)  of a file or a folder
"""
import os
import pathlib
import re
import shutil
import subprocess

# Names of calls that change files or tell where the next byte goes, and of those that this reader has no notion of.
KNOWN = ("openat open creat close write writev pwrite64 ftruncate truncate fsync fdatasync rename renameat renameat2 "
         "unlink unlinkat rmdir mkdir mkdirat symlink symlinkat lseek").split()
UNKNOWN = ("pwritev pwritev2 fallocate copy_file_range sendfile splice link linkat sync_file_range msync sync syncfs "
           "io_uring_setup io_submit").split()
ON_A_PATH = {"mkdir": "folder", "mkdirat": "folder", "rmdir": "remove", "unlink": "remove", "unlinkat": "remove"}
LONGEST = 1 << 25  # bytes of one call
LINE = re.compile(r"(\d+) +(\w+)\((.*)\) += (-?\d+)", re.S)
TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
DESCRIPTOR = re.compile(r"(\d+)<((?:\\x[0-9a-f]{2})*)>")
PATH = re.compile(r'(?:(?:AT_FDCWD|\d+)<((?:\\x[0-9a-f]{2})*)>, )?"((?:\\x[0-9a-f]{2})*)"')


def can_trace():
    """Whether strace is here and may follow a process."""
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-qq", "-o", os.devnull, "true"], capture_output=True, check=False).returncode == 0


def tracing(log):
    """The words before a command that leave its calls in the file `log`, all bytes as hexadecimal digits."""
    return ["strace", "-f", "-y", "-qq", "-xx", "-s", str(LONGEST), "-o", str(log), "-e",
            "trace=" + ",".join(f"?{name}" for name in KNOWN + UNKNOWN)]


def decoded(digits):
    return bytes.fromhex(digits.replace("\\x", ""))


def paths_in(arguments):
    """The paths of a call; those after a folder's descriptor begin in that folder."""
    return [os.path.join(*(os.fsdecode(decoded(digits)) for digits in found)) for found in PATH.findall(arguments)]


def whole_lines(log):
    """Lines of the log; a call that another thread's interrupted is put together again."""
    begun = {}
    with open(log, encoding="ascii") as file:
        for line in file:
            thread = line.split(" ", 1)[0]
            if line.endswith("<unfinished ...>\n"):
                begun[thread] = line[:-len("<unfinished ...>\n")]
            elif "resumed>" in line[:80]:
                yield begun.pop(thread) + line.split("resumed>", 1)[1]
            else:
                yield line


class CallReader:
    """Turns lines of the log into operations below `folder`. Descriptors belong to the one process that is traced;
    where each stands is followed, for `write` does not say it."""

    def __init__(self, folder):
        self.folder = os.path.realpath(folder)
        self.here = os.getcwd()
        self.stands_at = {}  # "end" for one that appends

    def inside(self, path):
        """Relative to the folder; None outside of it."""
        path = os.path.normpath(os.path.join(self.here, path))
        is_inside = path == self.folder or path.startswith(self.folder + os.sep)
        return os.path.relpath(path, self.folder) if is_inside else None

    def described(self, arguments):
        """Number and path of the descriptor that comes first."""
        number, path = DESCRIPTOR.match(arguments).groups()
        return int(number), self.inside(os.fsdecode(decoded(path)))

    def operations(self, name, arguments, result):
        """The operations of one call that did not fail; nothing for one that changes nothing below the folder."""
        if name in ("openat", "open", "creat"):
            flags = "O_CREAT|O_TRUNC" if name == "creat" else arguments
            yield from self.opened(self.inside(paths_in(arguments)[0]), flags, result)
        elif name in ON_A_PATH:
            path = self.inside(paths_in(arguments)[-1])
            if path is not None:
                yield ON_A_PATH[name], path
        elif name == "truncate":
            path = self.inside(paths_in(arguments)[0])
            if path is not None:
                yield "truncate", path, int(arguments.rsplit(",", 1)[1])
        elif name.startswith("rename"):
            source, target = (self.inside(path) for path in paths_in(arguments))
            if (source is None) != (target is None) or "RENAME_EXCHANGE" in arguments:
                raise SystemExit(f"call_log.py: {name}({arguments}) leads out of the store or exchanges two names")
            if source is not None:
                yield "rename", source, target
        elif name.startswith("symlink"):
            path = self.inside(paths_in(arguments)[-1])
            if path is not None:
                yield "link", path, os.fsdecode(decoded(TEXT.search(arguments)[1]))
        elif name in KNOWN:
            yield from self.on_descriptor(name, arguments, result)
        elif self.folder in str(paths_in(arguments) + [os.fsdecode(decoded(path)) for _, path in
                                                       DESCRIPTOR.findall(arguments)]):
            raise SystemExit(f"call_log.py: {name} changes the store, and nothing here knows how")

    def opened(self, path, flags, number):
        self.stands_at[number] = "end" if "O_APPEND" in flags else 0
        if path is None:
            return
        if "O_CREAT" in flags:
            yield "create", path
        if "O_TRUNC" in flags:
            yield "truncate", path, 0

    def on_descriptor(self, name, arguments, result):
        number, path = self.described(arguments)
        texts = [decoded(text) for text in TEXT.findall(arguments)]
        if name == "lseek":
            self.stands_at[number] = result
        elif path is None or name == "close":
            return
        elif name in ("fsync", "fdatasync"):
            yield "sync", path
        elif name == "ftruncate":
            yield "truncate", path, int(arguments.rsplit(",", 1)[1])
        elif name == "pwrite64":
            yield "write", path, int(arguments.rsplit(",", 1)[1]), texts[0][:result]
        else:
            yield "write", path, self.stands_at[number], b"".join(texts)[:result]
            if self.stands_at[number] != "end":
                self.stands_at[number] += result


def operations_of(log, folder):
    """All of them, in order."""
    reader = CallReader(pathlib.Path(folder))
    found = []
    for line in whole_lines(log):
        call = LINE.match(line)
        if call and int(call[4]) >= 0:
            found += reader.operations(call[2], call[3], int(call[4]))
    return found
