"""Public tables and their stated splits, read from the folder of data sets beside the project.

Every set is a list of splits; a split is (train, test), lists of rows of texts, under one header. Nothing is copied
into the project: the callers write the splits to a temporary folder.
"""
import csv
import io
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("TIDEMILL_DATA", ROOT.parent / "shared" / "data"))


def read_text(path):
    """The text of a file that may be stored as .zst."""
    path = DATA / path
    if path.exists():
        return path.read_text(errors="replace")
    return subprocess.run(["zstd", "-dc", "--long=27", f"{path}.zst"], check=True, capture_output=True,
                          text=True).stdout


def california():
    header = ["income", "age", "rooms", "bedrooms", "population", "occupancy", "latitude", "longitude", "y"]
    parts = ([], [])
    for number, row in enumerate(csv.DictReader(io.StringIO(read_text("california-housing/cal_housing.csv")))):
        v = {name: float(text) if text else None for name, text in row.items()}
        homes = v["households"]
        bedrooms = "" if v["total_bedrooms"] is None else v["total_bedrooms"] / homes
        parts[number % 5 == 0].append([
            v["median_income"], v["housing_median_age"], v["total_rooms"] / homes, bedrooms, v["population"],
            v["population"] / homes, v["latitude"], v["longitude"], v["median_house_value"] / 1e5])
    return header, [parts]


def adult():
    header = ["age", "workclass", "fnlwgt", "education", "education_num", "marital_status", "occupation",
              "relationship", "race", "sex", "capital_gain", "capital_loss", "hours_per_week", "native_country", "y"]

    def rows(path):
        cells = ([cell.strip() for cell in line.split(",")] for line in read_text(path).splitlines())
        return [row[:-1] + [row[-1].rstrip(".")] for row in cells if len(row) == len(header)]

    return header, [(rows("adult-census/adult.data"), rows("adult-census/adult.test"))]


def lightgbm(folder, name):
    def rows(part):
        path = f"lightgbm-examples/{folder}/{name}.{part}"
        weights = []
        if (DATA / f"{path}.weight").exists():
            weights = read_text(f"{path}.weight").split()
        table = [line.split("\t") for line in read_text(path).splitlines()]
        return [row + [weights[i] if weights else "1"] for i, row in enumerate(table)]

    train = rows("train")
    header = ["y"] + [f"f{i}" for i in range(1, len(train[0]) - 1)] + ["weight"]
    return header, [(train, rows("test"))]


def uci(name):
    folder = f"uci-regression/{name}"
    table = [line.split() for line in read_text(f"{folder}/data.txt").splitlines() if line.strip()]
    features = [int(float(text)) for text in read_text(f"{folder}/index_features.txt").split()]
    target = int(float(read_text(f"{folder}/index_target.txt").split()[0]))
    rows = [[row[column] for column in features] + [row[target]] for row in table]
    splits = []
    for line in read_text(f"{folder}/test_splits.txt").splitlines():
        tests = {int(float(text)) for text in line.split()}
        if tests:
            splits.append(([row for i, row in enumerate(rows) if i not in tests],
                           [row for i, row in enumerate(rows) if i in tests]))
    return [f"x{column}" for column in features] + ["y"], splits


# name -> (reader, configuration, metric, reference figure, larger is better)
SETS = {
    "california-housing": (california, "california", "rmse", 0.429, False),
    "adult-census": (adult, "adult", "auc", 0.9276, True),
    "lightgbm binary": (lambda: lightgbm("binary_classification", "binary"), "higgs_extract", "auc", 0.839, True),
    "lightgbm regression": (lambda: lightgbm("regression", "regression"), "regression_extract", "mse", 0.171, False),
    "concrete": (lambda: uci("concrete"), "uci_concrete", "rmse", 4.10, False),
    "energy": (lambda: uci("energy"), "uci_energy", "rmse", 0.305, False),
    "kin8nm": (lambda: uci("kin8nm"), "uci_kin8nm", "rmse", 0.110, False),
    "naval-propulsion-plant": (lambda: uci("naval-propulsion-plant"), "uci_naval", "rmse", 0.0010, False),
    "power-plant": (lambda: uci("power-plant"), "uci_power", "rmse", 3.07, False),
    "wine-quality-red": (lambda: uci("wine-quality-red"), "uci_wine", "rmse", 0.575, False),
    "yacht": (lambda: uci("yacht"), "uci_yacht", "rmse", 0.502, False),
}
UCI = list(SETS)[4:]
