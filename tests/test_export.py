# SPDX-License-Identifier: MIT
"""The exporter and the committed fixtures. Run with build/torch-venv/bin/python (tools/setup_torch.sh)."""

import hashlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures"
sys.path.insert(0, str(FIXTURES))

import export  # noqa: E402 - first: it pins the environment before torch starts
import h5py  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402

import cases  # noqa: E402
import golden  # noqa: E402
import problem  # noqa: E402
import recurrence  # noqa: E402
import values  # noqa: E402

SUBSET = "*_L2_*"
WORDS = {"cell", "requires_grad", "tags", "note"}
NUMBERS = {
    "input_size",
    "hidden_size",
    "num_layers",
    "bidirectional",
    "bias",
    "batch_first",
    "unbatched",
    "proj_size",
    "seq_len",
    "batch_size",
}
ROOT_ATTRS = {
    "format",
    "format_version",
    "producer",
    "torch_version",
    "torch_config",
    "seed",
    "exporter_sha256",
    "licence",
}


def files():
    return sorted(FIXTURES.glob("*.h5"))


def groups():
    """(file name, case id, group) of every committed case."""
    for path in files():
        with h5py.File(path) as f:
            for case_id, g in f["cases"].items():
                yield path.name, case_id, g


def run(*args):
    return subprocess.run(
        [sys.executable, str(FIXTURES / "export.py"), *map(str, args)], capture_output=True, text=True, timeout=200
    )


def test_twice_same_bytes(tmp):
    for name in ("one", "two"):
        got = run("--cases", SUBSET, "--out", tmp / name)
        assert got.returncode == 0, got.stderr
    for path in sorted((tmp / "one").iterdir()):
        assert path.read_bytes() == (tmp / "two" / path.name).read_bytes(), path.name


def test_check_of_committed(tmp):
    got = run("--check")
    assert got.returncode == 0, got.stdout + got.stderr


def test_check_finds_damage(tmp):
    """A golden element that is off by 1e-10 of its tensor is found, and named."""
    got = run("--cases", "gru_T3_*", "--out", tmp / "a")
    assert got.returncode == 0, got.stderr
    path = tmp / "a" / "core.h5"
    before = tmp / "before.h5"
    before.write_bytes(path.read_bytes())
    with h5py.File(path, "r+") as f:
        d = f["cases/gru_T3_N2_I3_H4.init/golden64/grad_weight_hh_l0"]
        d[3, 1] += 1e-10 * np.abs(d[()]).max()
    assert export.compare(before, before, "*") == []
    found = export.compare(path, before, "*")
    assert len(found) == 1 and "golden64/grad_weight_hh_l0" in found[0], found


def test_manifest(tmp):
    lines = (FIXTURES / "MANIFEST.sha256").read_text().splitlines()
    assert lines[0] == f"# gatemark fixtures {values.SET}", lines[0]
    want = [f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}" for p in files()]
    assert lines[1:] == want
    assert sum(p.stat().st_size for p in files()) <= 14 << 20


def check_shape(case_id, name, d, p):
    """Shape and type of one data set against the schema."""
    stem = name.split("/")[-1].removeprefix("grad_")
    shapes = {
        "input": p.layout(p.I),
        "output": p.layout(p.D * p.W),
        "h_0": p.state(p.W),
        "h_n": p.state(p.W),
        "c_0": p.state(p.H),
        "c_n": p.state(p.H),
        "lengths": (p.N,),
        **p.weight_shapes(),
    }
    if name.startswith("trace/"):
        gates = (p.T, p.N, p.G, p.H)
        shapes = {
            "gates": gates,
            "dgates": gates,
            "a_nh": gates[:2] + (p.H,),
            "h": (p.T, p.N, p.W),
            "dh": (p.T, p.N, p.W),
            "c": (p.T, p.N, p.H),
            "dc": (p.T, p.N, p.H),
        }
    elif stem.startswith("dropout_mask_l"):
        shapes = {stem: p.layout(p.D * p.W)}
    assert d.shape == shapes[stem], f"{case_id} {name} {d.shape}"
    kind = "<i8" if stem == "lengths" else "<f8" if name.startswith(("golden64", "trace")) else "<f4"
    assert d.dtype.str == kind, f"{case_id} {name} {d.dtype}"
    if d.chunks:
        assert d.chunks == d.shape and d.shuffle and d.fletcher32 and d.compression == "gzip"


def check_names(case_id, names, g, p):
    lstm = p.cell == "lstm"
    must = {"input", "golden64/output", "golden64/h_n", *("weights/" + n for n in p.weight_shapes())}
    must |= {"golden64/c_n"} if lstm else set()
    must |= {"lengths"} if p.len else set()
    must |= {f"dropout_mask_l{k}" for k in range(p.L - 1)} if p.drop else set()
    grads = [n for n in g.attrs["requires_grad"].decode().split(",") if n != "none"]
    must |= {"golden64/grad_" + n for n in grads}
    may = {"h_0", "grad_output", "grad_h_n"} | ({"c_0", "grad_c_n"} if lstm else set())
    rest = {n for n in names - must - may if not n.startswith(("golden32/", "trace/"))}
    assert must <= names and not rest, f"{case_id}: missing {must - names}, unknown {rest}"
    assert {n.replace("32", "64") for n in names if n.startswith("golden32/")} <= names, case_id
    given = [n for n in ("grad_output", "grad_h_n", "grad_c_n") if n in names]
    assert bool(grads) == bool(given), f"{case_id}: gradients without upstream or the reverse"


def test_schema(tmp):
    for path in files():
        with h5py.File(path) as f:
            assert set(f) == {"cases"} and set(f.attrs) == ROOT_ATTRS
            assert f.attrs["exporter_sha256"].decode() == export.sources_hash(), (
                f"{path.name} was written by another exporter"
            )
    for _, case_id, g in groups():
        assert re.fullmatch(r"[A-Za-z0-9_.-]{1,63}", case_id), case_id
        p = problem.parse(case_id.partition(".")[0])
        a = g.attrs
        assert set(a) == WORDS | NUMBERS | {"dropout"}, case_id
        assert all(a[n].dtype.str == "<i8" and a[n].shape == () for n in NUMBERS), case_id
        assert all(a[n].dtype.kind == "S" and len(a[n]) for n in WORDS), case_id
        got = problem.Problem(
            a["cell"].decode(),
            int(a["num_layers"]),
            1 + int(a["bidirectional"]),
            int(a["seq_len"]),
            int(a["batch_size"]),
            int(a["input_size"]),
            int(a["hidden_size"]),
            int(a["proj_size"]),
            bool(a["bias"]),
            bool(a["batch_first"]),
            bool(a["unbatched"]),
            "lengths" in g,
            p.drop,
        )
        assert got == p and (a["dropout"] > 0) == p.drop, case_id
        names = {}
        g.visititems(lambda n, o: names.update({n: o}) if isinstance(o, h5py.Dataset) else None)
        check_names(case_id, set(names), g, p)
        for name, d in names.items():
            check_shape(case_id, name, d, p)


def test_values(tmp):
    """Finite unless tagged; lengths legal; output beyond a row's length and its input gradient are 0."""
    for _, case_id, g in groups():
        p = problem.parse(case_id.partition(".")[0])
        special = g.attrs["tags"].decode() in ("nan", "inf")
        for name, d in [*g.items(), *g["weights"].items(), *g["golden64"].items()]:
            assert special or isinstance(d, h5py.Group) or np.isfinite(d[()]).all(), f"{case_id} {name}"
        if not p.len:
            continue
        n = g["lengths"][()]
        assert n.min() >= 1 and n.max() <= p.T, case_id
        pad = np.arange(p.T)[:, None] >= n
        for name in ("output", "grad_input"):
            if name in g["golden64"]:
                d = g["golden64"][name][()]
                d = d.transpose(1, 0, 2) if p.bf else d
                assert not d[pad].any(), f"{case_id} {name}"


def test_padding_is_irrelevant(tmp):
    """Golden gradients do not depend on upstream gradients or inputs beyond a row's length."""
    case = next(c for c in cases.all_cases() if c.id == "lstm_T9_N5_I4_H7_len.init")
    t = values.tensors(case)
    want = golden.goldens(case.p, t, torch.float64)
    pad = np.arange(case.p.T)[:, None] >= t["lengths"]
    for name in ("input", "grad_output"):
        t[name][pad] = 1e6
    got = golden.goldens(case.p, t, torch.float64)
    assert all(np.array_equal(got[n], want[n]) for n in want)


def test_self_check_bites(tmp):
    """A wrong recurrence is noticed before anything is written."""
    case = next(c for c in cases.all_cases() if c.id == "lstm_T3_N2_I3_H4.init")
    right = recurrence.tanh
    try:
        recurrence.tanh = lambda a: right(a) * (1 + 1e-11)
        export.compute(case, values.tensors(case))
        raise AssertionError("a tanh that is off by 1e-11 was accepted")
    except golden.CheckFailed:
        pass
    finally:
        recurrence.tanh = right


def test_coverage(tmp):
    found = [problem.parse(i.partition(".")[0]) for _, i, _ in groups()]
    assert {c.id for c in cases.all_cases()} == {i for _, i, _ in groups()}
    sizes = set(cases.TAILS)
    assert sizes == {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127}
    for cell in ("rnn_tanh", "lstm", "gru"):
        mine = [p for p in found if p.cell == cell]
        assert sizes <= {p.H for p in mine} and sizes <= {p.I for p in mine}, cell
        assert {*range(1, 10), 16, 17, 33} <= {p.N for p in mine}, cell
        assert {1, 2, 3, 5, 16, 64, 257, 1000} <= {p.T for p in mine}, cell
    for cell in problem.GATES:
        mine = [p for p in found if p.cell == cell]
        assert {(p.L, p.D) for p in mine} >= {(k, d) for k in (1, 2, 3) for d in (1, 2)}, cell
        assert {p.bias for p in mine} == {True, False} and any(p.unb for p in mine), cell
        assert any(p.bf for p in mine) and any(p.drop for p in mine) and any(p.len for p in mine), cell
    assert {(p.L > 1, p.D) for p in found if p.P} == {(k, d) for k in (False, True) for d in (1, 2)}
    regimes = {i.rpartition(".")[2].split("_")[0] for _, i, _ in groups()}
    assert regimes >= {
        "init",
        "x3",
        "sat8",
        "tiny",
        "decay",
        "orth",
        "relu",
        "longmem",
        "forget0",
        "cancel",
        "ints",
        "nan",
        "inf",
    }, regimes
    given = {
        tuple(n in g for n in ("grad_output", "grad_h_n", "grad_c_n")) for _, i, g in groups() if i.startswith("lstm")
    }
    assert {(True,) * 3, (False,) * 3, (True, False, False), (False, True, False), (False, True, True)} <= given
    assert any("trace" in g for _, _, g in groups())


def test_own_module(tmp):
    """A fixture of a user's own module holds that module's weights and results."""
    script = tmp / "my.py"
    script.write_text(
        "import torch\n\ndef make():\n    torch.manual_seed(3)\n"
        "    return torch.nn.GRU(5, 7, 2, bidirectional=True, batch_first=True)\n"
    )
    np.save(tmp / "x.npy", np.random.default_rng(1).standard_normal((3, 4, 5)).astype(np.float32))
    got = run("--module", f"{script}:make", "--input", tmp / "x.npy", "--out", tmp / "my.h5")
    assert got.returncode == 0, got.stderr
    m = export.load_module(f"{script}:make").double()
    with h5py.File(tmp / "my.h5") as f:
        g = f["cases/gru_L2_D2_T4_N3_I5_H7_bf.user"]
        y, _ = m(torch.from_numpy(np.load(tmp / "x.npy")).double())
        assert golden.worst(g["golden64/output"][()], y.detach().numpy()) < 1e-14
        assert "grad_weight_ih_l1_reverse" in g["golden64"]
    np.save(tmp / "bad.npy", np.zeros((3, 4, 6), np.float32))
    bad = run("--module", f"{script}:make", "--input", tmp / "bad.npy")
    assert bad.returncode != 0 and "input_size 5" in bad.stderr, bad.stderr


def test_command_line(tmp):
    assert run("--cases", "nothing*").returncode == 5
    assert run("--cases", "gru*").returncode != 0  # would cut the committed files short
    listed = run("--list").stdout.splitlines()
    assert len(listed) == len(cases.all_cases()) and all(ln.count("\t") == 2 for ln in listed)


def main():
    tests = [(n, f) for n, f in globals().items() if n.startswith("test_")]
    failed = 0
    for name, f in tests:
        with tempfile.TemporaryDirectory() as tmp:
            try:
                f(pathlib.Path(tmp))
                print(f"ok   {name}", flush=True)
            except Exception as e:  # noqa: BLE001 - every failure is reported, the rest goes on
                failed += 1
                print(f"FAIL {name}: {type(e).__name__}: {e}"[:2000], flush=True)
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
