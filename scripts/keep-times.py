#!/usr/bin/env python3
"""Gives the files of a fresh checkout the times they had when the same content was last built.

Cargo builds what is newer than its artefact, and in a new checkout everything is. Whatever has the content that the last
successful build saw is as old as it was then; all else stays new.

    keep-times.py restore RECORD     before a build; the record is used up, so that a build that fails leaves none
    keep-times.py save RECORD        after a build that went well
"""

import json
import os
import subprocess
import sys


def contents():
    """Path to hash of what is checked out; files that differ from what git knows are left out."""
    def git(*words):
        return [line for line in subprocess.check_output(["git", *words, "-z"], text=True).split("\0") if line]
    changed = set(git("diff", "--name-only", "HEAD"))
    staged = (line.split("\t", 1) for line in git("ls-files", "--stage"))
    return {path: facts.split()[1] for facts, path in staged if path not in changed and os.path.isfile(path)}


def main():
    what, record = sys.argv[1:]
    if what == "restore":
        if not os.path.exists(record):
            return
        with open(record) as file:
            known = json.load(file)
        os.remove(record)
        for path, content in contents().items():
            if path in known and known[path][0] == content:
                os.utime(path, ns=(known[path][1], known[path][1]))
    elif what == "save":
        now = {path: [content, os.stat(path).st_mtime_ns] for path, content in contents().items()}
        with open(record + ".new", "w") as file:
            json.dump(now, file)
        os.replace(record + ".new", record)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
