"""Nights on file systems that get full while they run, of bytes or of names, or that may only be read."""
import shutil
import subprocess


def mount(place, *options):
    try:
        return subprocess.run(["mount", *options, str(place)], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def mounted(place, limit):
    place.mkdir(parents=True, exist_ok=True)
    return mount(place, "-t", "tmpfs", "-o", limit, "tidemill-campaign")


def pages_below(folder):
    """KiB that a tmpfs needs for all below, a page for each link and folder too."""
    return sum(4 * max(1, -(-p.lstat().st_size // 4096)) for p in folder.rglob("*") if not p.is_dir())


def names_below(folder):
    return 1 + sum(1 for _ in folder.rglob("*"))


def night_on(place, night, limit, wide, ranks, before=()):
    """Runs the night on a file system with the mount option `limit`, remounted with `before` first; then with the
    option `wide` again. Returns (return code, faults), nothing where no file system can be mounted."""
    if not mounted(place, limit):
        return None
    try:
        store = place / "store"
        shutil.copytree(night.before, store, symlinks=True)
        if before:
            mount(place, *before)
        done = night.tidemill.nightly(night.work, store, 27, ranks=ranks)
        faults = night.faults_of_old_night(store)
        if done.returncode not in (0, 1):
            faults.append(f"{ranks} ranks ended with {done.returncode}: {done.stderr.strip()}")
        if done.returncode == 1 and not before and "free" not in done.stderr:
            faults.append(f"does not say what to do: {done.stderr.strip()}")
        if before and (done.returncode == 0 or "ead-only" not in done.stderr):
            faults.append(f"does not say that it may only be read: {done.returncode}, {done.stderr.strip()}")
        _, _, damaged = night.tidemill.verify([store])
        faults += [f"{path}: {what}" for path, what in damaged]
        subprocess.run(["mount", "-o", f"remount,rw,{wide}", str(place)], check=True)
        faults += night.faults_of_repeat(store, night.tidemill.nightly(night.work, store, 27))
        return done.returncode, faults
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)


def sweep(night, folder, count, measure, option):
    """The night of one and two ranks in turn on file systems of a sweep of sizes as `measure` tells them. Yields (size,
    return code, faults)."""
    used, needed = measure(night.before), measure(night.after)
    for number in range(count):
        size = used + (needed - used) * (number + 1) // (count + 1)
        outcome = night_on(folder / "disk", night, option.format(size), option.format(needed * 4), number % 2 + 1)
        if outcome is None:
            return
        yield size, *outcome


def full_disk(night, folder, count):
    """Sizes in KiB."""
    yield from sweep(night, folder, count, pages_below, "size={}k")


def full_of_names(night, folder, count):
    """Files, folders and links that there may be."""
    yield from sweep(night, folder, count, names_below, "nr_inodes={}")


def read_only(night, folder):
    """On one and two ranks; yields (ranks, return code, faults)."""
    for ranks in (1, 2):
        outcome = night_on(folder / "disk", night, "size=64m", "size=64m", ranks, before=("-o", "remount,ro"))
        if outcome is not None:
            yield ranks, *outcome
