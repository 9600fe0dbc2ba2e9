# SPDX-License-Identifier: MIT
"""Writes stats_expected.def: what SciPy and NumPy make of a few samples, for test_stats.c to compare with.

  python3 tests/bench/stats_scipy.py > tests/bench/stats_expected.def

Needs NumPy and SciPy; only to make the table anew: neither the build nor the tests import them.  Rows, all numbers
with 17 digits:
  STATS_SAMPLE(name, values)
  STATS_EXPECT(name, n, median, q05, q25, q90, q99, boot_low, boot_high, boot_error)
  STATS_WIDENING(groups, factor)
boot_*: percentile bootstrap of the median, 100000 resamples; boot_error: largest distance of either end between two
such runs, plus the gap to the neighbouring order statistics (a bootstrap median takes few values).
"""

import sys

import numpy as np
import scipy
from scipy import stats


def samples():
    rng = np.random.default_rng(20260801)
    yield "one", rng.normal(5, 1, 1)
    yield "two", rng.normal(5, 1, 2)
    yield "five", rng.normal(5, 1, 5)
    yield "six", rng.normal(5, 1, 6)
    yield "seven_tied", np.array([3.0, 1.0, 3.0, 3.0, 2.0, 3.0, 7.0])
    yield "normal_18", rng.normal(100, 2, 18)
    yield "lognormal_61", rng.lognormal(3, 0.5, 61)
    yield "times_200", 1000 * (1 + rng.exponential(0.02, 200)) + 500 * (rng.random(200) < 0.05)
    yield "heavy_1001", rng.standard_t(1.5, 1001)


def bootstrap(values):
    if len(values) < 2:
        return values[0], values[0], 0.0
    runs = [
        stats.bootstrap(
            (values,), np.median, n_resamples=100000, method="percentile", batch=1000, random_state=seed
        ).confidence_interval
        for seed in (1, 2)
    ]
    ordered = np.sort(values)
    error = max(abs(runs[0].low - runs[1].low), abs(runs[0].high - runs[1].high))
    for end in runs[0]:
        i = np.searchsorted(ordered, end)
        near = ordered[max(i - 1, 0) : i + 2]
        error = max(error, np.max(np.diff(near), initial=0.0))
    return runs[0].low, runs[0].high, error


def number(x):
    return f"{x:.17g}"


def main():
    out = sys.stdout
    made = f"SciPy {scipy.__version__}, NumPy {np.__version__}"
    out.write("/* SPDX-License-Identifier: MIT */\n")
    out.write(f"/* stats_expected.def - written by stats_scipy.py with {made}. */\n")
    for name, values in samples():
        text = [number(v) for v in values]
        lines = [", ".join(text[i : i + 5]) for i in range(0, len(text), 5)]
        out.write(f"STATS_SAMPLE({name},\n\t" + ",\n\t".join(lines) + ")\n")
        figures = [np.median(values), *np.quantile(values, [0.05, 0.25, 0.9, 0.99]), *bootstrap(values)]
        out.write(f"STATS_EXPECT({name}, {len(values)}, " + ", ".join(map(number, figures)) + ")\n")
    for groups in range(2, 22):
        factor = stats.t.ppf(0.975, groups - 1) / stats.norm.ppf(0.975) * np.sqrt(groups / (groups - 1))
        out.write(f"STATS_WIDENING({groups}, {number(factor)})\n")


main()
