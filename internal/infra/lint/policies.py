"""Reads policies as JSON, by name, and prints what parliament finds in them."""

import json
import sys

from parliament import analyze_policy_string

found = []
for name, document in json.load(sys.stdin).items():
    for f in analyze_policy_string(json.dumps(document)).findings:
        found.append({"what": f.issue, "where": name, "message": f"{f.title or ''} {f.detail or ''}".strip()})
json.dump(found, sys.stdout)
