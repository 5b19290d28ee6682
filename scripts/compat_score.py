#!/usr/bin/env python3
"""Compare a replay's score with the baseline: compat_score.py SCORE BASELINE yes|no|fleet (yes: save what is better)."""

import json
import os
import sys

# Scenarios whose whole capability is built; the others fill up as areas are added.
BUILT = ["000-onboarding", "auth-signin", "auth-api-keys", "guards-anon", "chats-crud", "completions-api",
         "completions-chat", "models-list", "openai-config", "ollama", "users-admin"]

# Steps that only an SQLite file can pass: a PostgreSQL is not handed out as a file.
OF_A_FILE = ["/api/v1/utils/db/download"]

score_path, baseline_path, save = sys.argv[1:]
with open(score_path, encoding="utf8") as file:
    ran = {one["scenario"]: one for one in json.load(file)["scenarios"]}
if save == "fleet":
    for one in ran.values():
        one["passed"] += sum(failure["label"].endswith(step) for failure in one["failures"] for step in OF_A_FILE)
baseline = {}
if os.path.exists(baseline_path):
    with open(baseline_path, encoding="utf8") as file:
        baseline = json.load(file)

worse = [f"{name}: {one['passed']} of {one['steps']} steps, {baseline[name]} before"
         for name, one in ran.items() if one["passed"] < baseline.get(name, 0)]
better = [name for name, one in ran.items() if one["passed"] > baseline.get(name, 0)]

built = [ran[name] for name in BUILT if name in ran]
if built:
    steps, passed = sum(one["steps"] for one in built), sum(one["passed"] for one in built)
    print(f"built capabilities: {passed} of {steps} steps pass ({100 * passed / steps:.1f} %)")
for line in worse:
    print("WORSE", line)
if better:
    print("better than the baseline:", ", ".join(better))
if save == "yes":
    kept = {name: max(baseline.get(name, 0), ran[name]["passed"] if name in ran else 0) for name in {*baseline, *ran}}
    with open(baseline_path, "w", encoding="utf8") as file:
        json.dump(dict(sorted(kept.items())), file, indent=2)
        file.write("\n")
print(f"{len(ran) - len(worse)} passed, {len(worse)} failed")
sys.exit(1 if worse else 0)
