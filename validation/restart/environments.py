"""The small night where things are not as usual: other locales, clocks, limits and users. Each must end as ever."""
import dataclasses
import glob
import json
import os
import pathlib
import resource
import shutil
import subprocess
import typing

from small_night import link_tree

FAKETIME = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
NOBODY_KNOWN = 54321


@dataclasses.dataclass
class Environment:
    """What is unusual: variables (None takes one away), a step before the start, where the store is."""
    name: str
    variables: dict = dataclasses.field(default_factory=dict)
    prepare: typing.Callable[[], None] | None = None
    store: str = "store"
    user: int | None = None


def closed(*descriptors):
    def close():
        for descriptor in descriptors:
            os.close(descriptor)
    return close


def small_stack():
    resource.setrlimit(resource.RLIMIT_STACK, (1 << 20, 1 << 20))


def few_files():
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def with_comma(folder):
    """A locale that writes 1,5 for 1.5; where its sources are not installed the variables alone."""
    locales = folder / "locales"
    locales.mkdir(parents=True)
    subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", str(locales / "de_DE.UTF-8")], capture_output=True,
                   check=False)
    return {"LOCPATH": str(locales), "LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"}


def clocks():
    """Needs libfaketime (the package faketime)."""
    for name, time in (("a day ahead", "+1d"), ("a day behind", "-1d"),
                       ("at the end of a year", "@2027-12-31 23:59:59"),
                       ("before a leap day", "@2028-02-28 23:59:59"),
                       ("when clocks go forward", "@2027-03-28 01:59:59"),
                       ("when clocks go back", "@2027-10-31 02:59:59"), ("that stands still", "2027-01-01 00:00:00"),
                       ("ten times as fast", "+0 x10")):
        yield Environment(f"a clock {name}", {"LD_PRELOAD": FAKETIME[0], "FAKETIME": time, "TZ": "Europe/Berlin"})


def everyone_may_enter(*paths):
    return all(parent.stat().st_mode & 0o001 for path in paths for parent in path.resolve().parents)


def all_of_them(folder, executable):
    yield Environment("a locale with a decimal comma", with_comma(folder))
    yield Environment("a locale that does not exist", {"LC_ALL": "xx_XX"})
    yield Environment("a time zone of +5:45", {"TZ": "Asia/Kathmandu"})
    yield Environment("a time zone of -3:30", {"TZ": "America/St_Johns"})
    yield Environment("new files open to all (umask 000)", prepare=lambda: os.umask(0))
    yield Environment("a stack of 1 MiB", prepare=small_stack)
    yield Environment("64 open files", prepare=few_files)
    yield Environment("no standard input", prepare=closed(0))
    yield Environment("no standard input and error", prepare=closed(0, 2))
    yield Environment("blanks and letters of other scripts in the path", store="a store/für 店 'n' \"so\"")
    yield Environment("no HOME, USER, LANG or TMPDIR", dict.fromkeys(("HOME", "USER", "LOGNAME", "LANG", "TMPDIR")))
    yield Environment("two threads", {"OMP_NUM_THREADS": "2"})
    if os.geteuid() == 0 and everyone_may_enter(executable, folder):
        yield Environment("a user without a name", user=NOBODY_KNOWN)
    if FAKETIME:
        yield from clocks()


def give_to(user, folder):
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, user, user, follow_symlinks=False)


def run_in(environment, night, folder):
    """Returns the code and what is wrong."""
    store = folder / environment.store
    store.parent.mkdir(parents=True, exist_ok=True)
    # A user's store is the user's: its files are copied, not shared.
    shutil.copytree(night.before, store, symlinks=True) if environment.user else link_tree(night.before, store)
    variables = night.tidemill.environment_of(1)
    for name, value in environment.variables.items():
        variables.pop(name, None) if value is None else variables.update({name: value})
    user = {}
    if environment.user:
        scratch = folder / "scratch"
        scratch.mkdir()
        give_to(environment.user, folder)
        os.chmod(folder.parent, 0o711)  # made for its owner alone
        variables.update(OMPI_MCA_orte_tmpdir_base=str(scratch))
        user = {"user": environment.user, "group": environment.user, "extra_groups": []}
    done = subprocess.run(night.tidemill.nightly_command(night.work, store, 27), capture_output=True, text=True,
                          errors="replace", env=variables, preexec_fn=environment.prepare, timeout=600, check=False,
                          **user)
    if done.returncode != 0:
        return done.returncode, [f"ended with {done.returncode}: {done.stderr.strip()}"]
    faults = [] if json.loads(done.stdout)["digest"] == night.digest else ["another digest"]
    again = night.tidemill.nightly(night.work, store, 27)
    faults += night.faults_of_repeat(store, again)
    if again.returncode == 0 and not json.loads(again.stdout)["unchanged"]:
        faults.append("an ordinary run after it does not find the night published")
    return 0, faults


def unusual_environments(night, folder, count, draw):
    """As many as asked for, all for 0. Yields (name, code, faults)."""
    chosen = list(all_of_them(folder, night.tidemill.executable))
    for number, environment in enumerate(draw.sample(chosen, min(count, len(chosen))) if count else chosen):
        place = pathlib.Path(folder / f"environment-{number}")
        place.mkdir()
        yield environment.name, *run_in(environment, night, place)
        shutil.rmtree(place)
