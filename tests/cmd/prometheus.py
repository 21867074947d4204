"""A strict reader of Prometheus' text format (0.0.4), and what vq-stats owes.

prometheus.py FILE      complains, or prints {"name{labels}": value} as JSON
"""
import json
import re
import sys

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*"'
SAMPLE = re.compile(
    rf"^({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? "
    r"(\+Inf|-Inf|-?\d+(?:\.\d+)?(?:e[+-]\d+)?)$")


def read(text):
    assert text == "" or text.endswith("\n"), "the last line does not end"
    help_of, type_of, done, found, current = {}, {}, set(), {}, None
    for line in text.splitlines():
        word = line.split(" ", 3)
        if line.startswith("# HELP "):
            assert word[2] not in help_of, line
            assert "\\" not in word[3].replace("\\\\", ""), line
            help_of[word[2]] = word[3]
            continue
        if line.startswith("# TYPE "):
            assert word[2] not in type_of and word[3] == "gauge", line
            assert word[2] in help_of, line
            type_of[word[2]], current = word[3], word[2]
            assert current not in done, line
            done.add(current)
            continue
        match = SAMPLE.match(line)
        assert match, f"no sample: {line!r}"
        name, labels, value = match.groups()
        assert name == current, f"{name} among samples of {current}"
        names = re.findall(rf"({NAME})=\"", re.sub(r'\\.', "", labels or ""))
        assert len(names) == len(set(names)), line
        series = name + ("{" + labels + "}" if labels else "")
        assert series not in found, f"twice: {series}"
        found[series] = float(value.replace("Inf", "inf"))
    assert set(help_of) == set(type_of)
    return found


if __name__ == "__main__":
    got = read(open(sys.argv[1], encoding="utf-8", newline="").read())
    json.dump(got, sys.stdout, indent=1)
