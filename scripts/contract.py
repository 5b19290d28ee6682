#!/usr/bin/env python3
"""Compare our OpenAPI document with the recorded contract: which operations exist, and whether their shapes agree.

    scripts/contract.py [--document FILE | --url http://127.0.0.1:8080/openapi.json] [--verbose] [--save]

Without --document or --url the document comes from `cargo run -p airis-api --example openapi`. The contract is
`$CONTRACT/openapi.compact.json`, by default `../shared/contract` beside the repository; it is not part of the
repository, so without it nothing can be compared. `contract/baseline.json` holds the numbers reached so far:
operations may never get fewer, differences never more. --save writes better numbers there.

Exit status: 0 as good as the baseline or better, 1 worse, 2 the contract or the document is missing.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import urllib.request
from collections import defaultdict

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BASELINE = os.path.join(ROOT, "contract", "baseline.json")
BASIC = {"string", "integer", "number", "boolean", "array", "object", "null", "any"}


def fail(text):
    print(text, file=sys.stderr)
    sys.exit(2)


def load_contract():
    folder = os.environ.get("CONTRACT") or os.path.join(ROOT, "..", "shared", "contract")
    path = os.path.join(folder, "openapi.compact.json")
    if not os.path.exists(path):
        fail(f"There is no contract at {os.path.normpath(path)}; set CONTRACT to the folder that holds "
             "openapi.compact.json. Nothing was compared.")
    with open(path, encoding="utf8") as file:
        return json.load(file)


def load_document(options):
    try:
        if options.document:
            with open(options.document, encoding="utf8") as file:
                return json.load(file)
        if options.url:
            with urllib.request.urlopen(options.url, timeout=30) as answer:
                return json.load(answer)
        command = ["cargo", "run", "-q", "-p", "airis-api", "--example", "openapi"]
        return json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        fail(f"Our document cannot be read: {error}")


def address(path):
    """An address whose parameters have no names."""
    return re.sub(r"\{[^}]*\}", "{}", path)


# ------------------------------------------------------------------ types as sets of basic kinds

def split_choice(text):
    """Parts of a type between bars that are not inside brackets."""
    parts, depth, part = [], 0, ""
    for sign in text:
        depth += (sign in "<[") - (sign in ">]")
        if sign == "|" and depth == 0:
            parts.append(part)
            part = ""
        else:
            part += sign
    return [piece.strip() for piece in parts + [part] if piece.strip()]


def contract_kinds(text, schemas):
    kinds = set()
    for part in split_choice(text):
        name = re.sub(r"\(.*\)$", "", part)
        if name in BASIC:
            kinds.add(name)
        elif name.startswith("array"):
            kinds.add("array")
        elif name.startswith(("map", "object")):
            kinds.add("object")
        elif name.startswith(("enum", '"')):
            kinds.add("string")
        elif name in schemas:
            kinds.add("object" if "fields" in schemas[name] else "any")
        else:
            kinds.add("any")
    return kinds


class Ours:
    def __init__(self, document):
        self.document = document
        self.schemas = document.get("components", {}).get("schemas", {})

    def resolve(self, schema):
        seen = 0
        while isinstance(schema, dict) and "$ref" in schema and seen < 20:
            schema = self.schemas.get(schema["$ref"].rsplit("/", 1)[-1], {})
            seen += 1
        return schema if isinstance(schema, dict) else {}

    def kinds(self, schema):
        schema = self.resolve(schema)
        for choice in ("oneOf", "anyOf"):
            if choice in schema:
                return set().union(*(self.kinds(part) for part in schema[choice]))
        if "allOf" in schema:
            return {"object"}
        kind = schema.get("type")
        if kind is None:
            return {"object"} if "properties" in schema else {"any"}
        return set(kind) if isinstance(kind, list) else {kind}

    def fields(self, schema):
        """Properties and the names of the required ones, choices with null and joined schemas included."""
        schema = self.resolve(schema)
        properties, required = dict(schema.get("properties", {})), set(schema.get("required", []))
        for part in schema.get("allOf", []):
            more, needed = self.fields(part)
            properties.update(more)
            required |= needed
        for part in schema.get("oneOf", []) + schema.get("anyOf", []):
            if self.kinds(part) != {"null"}:
                more, needed = self.fields(part)
                properties.update(more)
                required |= needed
        return properties, required


def agree(theirs, ours):
    if "any" in theirs or "any" in ours:
        return True
    theirs, ours = theirs - {"null"}, ours - {"null"}
    if "number" in ours:
        ours = ours | {"integer"}
    return theirs <= ours or not theirs


# ------------------------------------------------------------------ comparing one operation

def compare_parameters(theirs, ours, schemas, room):
    found = []
    known = {(item["name"], item["in"]): item for item in ours.get("parameters", [])}
    for item in theirs.get("params", []):
        if item["in"] not in ("path", "query"):
            continue
        mine = known.pop((item["name"], item["in"]), None)
        if mine is None:
            found.append(f"{item['in']} parameter {item['name']} is missing")
            continue
        if bool(item.get("required")) != bool(mine.get("required")):
            found.append(f"{item['in']} parameter {item['name']}: required differs")
        if not agree(contract_kinds(item["type"], schemas), room.kinds(mine.get("schema", {}))):
            found.append(f"{item['in']} parameter {item['name']}: {item['type']} expected")
    found += [f"{where} parameter {name} is required here only" for (name, where), item in known.items()
              if item.get("required") and where in ("path", "query")]
    return found


def compare_fields(name, schema, room, schemas, what):
    theirs = schemas.get(name, {}).get("fields")
    if theirs is None:
        return []
    mine, required = room.fields(schema)
    found = []
    for field, rule in theirs.items():
        if field not in mine:
            found.append(f"{what}.{field} is missing")
        elif not agree(contract_kinds(rule["type"], schemas), room.kinds(mine[field])):
            found.append(f"{what}.{field}: {rule['type']} expected")
        elif what == "body" and (field in required) != bool(rule.get("required")):
            found.append(f"{what}.{field}: required differs")
    if what == "body":
        found += [f"{what}.{field} is required here only" for field in required - set(theirs)]
    return found


def compare_body(theirs, ours, schemas, room):
    body = theirs.get("body")
    content = ours.get("requestBody", {}).get("content", {})
    if not body:
        return []
    if body["content_type"] not in content:
        return [f"body of type {body['content_type']} is missing"]
    return compare_fields(body["schema"], content[body["content_type"]].get("schema", {}), room, schemas, "body")


def compare_answer(theirs, ours, schemas, room):
    wanted = theirs.get("responses", {}).get("200", "any")
    content = ours.get("responses", {}).get("200", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    if wanted == "any" or (schema is None and wanted in ("object", "any")):
        return []
    if schema is None:
        return [f"answer {wanted} is not typed"]
    if not agree(contract_kinds(wanted, schemas), room.kinds(schema)):
        return [f"answer: {wanted} expected"]
    choices = [part for part in split_choice(wanted) if part != "null"]
    inner = re.fullmatch(r"array<(.+)>", choices[0]) if len(choices) == 1 else None
    if inner:
        return compare_fields(inner.group(1), room.resolve(schema).get("items", {}), room, schemas, "answer[]")
    # Where several answers are possible, ours must be one of them.
    tries = [compare_fields(choice, schema, room, schemas, "answer") for choice in choices]
    return min(tries, key=len) if tries else []


def compare_caller(theirs, ours):
    wanted = {"none": set()}.get(theirs["auth"], {theirs["auth"]})
    security = ours.get("security")
    if security is None:
        return ["nothing says who may call"]
    named = {name for entry in security for name in entry}
    if theirs["auth"] in ("none", "current", "verified", "admin", "human") and named != wanted:
        return [f"caller: {theirs['auth']} expected, {', '.join(sorted(named)) or 'none'} found"]
    return []


# ------------------------------------------------------------------ the whole

def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--document")
    parser.add_argument("--url")
    parser.add_argument("--verbose", action="store_true", help="list operations that are missing")
    parser.add_argument("--save", action="store_true", help="write better numbers to the baseline")
    options = parser.parse_args()
    contract, document = load_contract(), load_document(options)
    schemas, room = contract["schemas"], Ours(document)
    mine = {(method.upper(), address(path)): operation
            for path, item in document["paths"].items() for method, operation in item.items()}
    areas, differences, missing, present = defaultdict(lambda: [0, 0]), [], [], 0
    for operation in contract["operations"]:
        key = (operation["method"], address(operation["path"]))
        areas[operation["tag"]][1] += 1
        ours = mine.get(key)
        if ours is None:
            missing.append(f"{operation['method']} {operation['path']}")
            continue
        present += 1
        areas[operation["tag"]][0] += 1
        for problem in (compare_caller(operation, ours) + compare_parameters(operation, ours, schemas, room)
                        + compare_body(operation, ours, schemas, room) + compare_answer(operation, ours, schemas, room)):
            differences.append(f"{operation['method']} {operation['path']}: {problem}")
    own = sorted(set(mine) - {(o["method"], address(o["path"])) for o in contract["operations"]})
    print("area            built  of")
    for tag, (built, total) in sorted(areas.items()):
        print(f"{tag:14} {built:6} {total:3}")
    print(f"\n{present} of {len(contract['operations'])} operations, {len(differences)} shape differences among them, "
          f"{len(own)} operations of our own")
    for line in differences:
        print(f"  differs: {line}")
    if options.verbose:
        for line in missing:
            print(f"  missing: {line}")
        for method, path in own:
            print(f"  own: {method} {path}")
    judge(present, len(differences), options.save)


def judge(present, differences, save):
    known = {"operations": 0, "differences": 10 ** 6}
    if os.path.exists(BASELINE):
        with open(BASELINE, encoding="utf8") as file:
            known = json.load(file)
    worse = present < known["operations"] or differences > known["differences"]
    if worse:
        print(f"\nWorse than the baseline of {known['operations']} operations and {known['differences']} differences.",
              file=sys.stderr)
    elif save:
        os.makedirs(os.path.dirname(BASELINE), exist_ok=True)
        with open(BASELINE, "w", encoding="utf8") as file:
            json.dump({"operations": present, "differences": differences}, file, indent=2)
            file.write("\n")
    sys.exit(1 if worse else 0)


if __name__ == "__main__":
    main()
