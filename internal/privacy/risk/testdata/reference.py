"""Writes table.csv and reference.json: a table that is made up here, and the figures
that pycanon computes for it.

    python3 -m venv venv && venv/bin/pip install pycanon==1.3.6
    venv/bin/python internal/privacy/risk/testdata/reference.py
"""

import csv
import json
import pathlib
import random

import pandas
from pycanon import anonymity

here = pathlib.Path(__file__).parent
rng = random.Random(20261126)

ORGANIZATIONS = ["Acme", "Globex", "Initech", "Umbrella"]
columns = ["organization", "locale", "channel", "month", "category", "satisfaction"]
rows = []
for _ in range(900):
    organization = rng.choices(ORGANIZATIONS, [12, 6, 3, 1])[0]
    locale = rng.choices(["de", "en"], [3, 1] if organization == "Acme" else [1, 3])[0]
    rows.append([
        organization,
        locale,
        rng.choices(["mail", "web", "phone"], [6, 3, 1])[0],
        str(rng.randint(1, 3)),
        rng.choices(["billing", "technical", "health", "complaint"], [5, 8, 1, 2])[0],
        str(rng.choices([1, 2, 3, 4, 5], [1, 1, 2, 5, 6])[0]),
    ])
with open(here / "table.csv", "w", newline="") as out:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)

data = pandas.read_csv(here / "table.csv")
cases = []
for quasi in (["organization"], ["organization", "locale"], ["locale", "channel"],
              ["organization", "locale", "channel"], ["organization", "locale", "channel", "month"]):
    for sensitive in ("category", "satisfaction"):
        alpha, k = anonymity.alpha_k_anonymity(data, quasi, [sensitive])
        cases.append({
            "quasi": quasi,
            "sensitive": sensitive,
            "k": int(k),
            "alpha": float(alpha),
            "l": int(anonymity.l_diversity(data, quasi, [sensitive])),
            "entropy_l": int(anonymity.entropy_l_diversity(data, quasi, [sensitive])),
            "t": float(anonymity.t_closeness(data, quasi, [sensitive])),
            "beta": float(anonymity.basic_beta_likeness(data, quasi, [sensitive])),
            "enhanced_beta": float(anonymity.enhanced_beta_likeness(data, quasi, [sensitive])),
            "delta": float(anonymity.delta_disclosure(data, quasi, [sensitive])),
        })
(here / "reference.json").write_text(json.dumps(cases, indent=1) + "\n")
