#!/usr/bin/python3
"""page.py - is this a page that needs nothing, and hides nothing?

    page.py FILE [TEXT...]   FILE is well-formed, asks nobody for anything, its
                             tables can be read aloud, and it says each TEXT
    page.py contrast FILE    text on its ground, light and dark: at least 4.5
"""
import re
import sys
import xml.etree.ElementTree as tree
from html.parser import HTMLParser

XHTML = "{http://www.w3.org/1999/xhtml}"


def local(e):
    return e.tag.rsplit("}")[-1]


class Strict(HTMLParser):
    """Tags as a reader of HTML sees them, which knows no XML."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)

    handle_startendtag = handle_starttag


def check(path, texts):
    page = open(path, "rb").read()
    text = page.decode("utf-8")
    assert text.startswith("<!DOCTYPE html>\n<html lang=\"en\"")
    assert not re.search("[\0-\x08\x0b-\x1f\x7f]", text)
    root = tree.fromstring(page)
    parser = Strict()
    parser.feed(text)
    assert parser.seen == [local(e) for e in root.iter()], "HTML is not XML"
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids)), ids
    for e in root.iter():
        assert local(e) not in ("script", "link", "iframe", "object", "base")
        for name, value in e.attrib.items():
            assert not name.startswith("on"), (name, value)
            if name in ("href", "src", "srcset"):
                assert value[0] == "#" and value[1:] in ids or \
                    value.startswith("data:image/"), value[:80]
    assert "url(" not in text and "@import" not in text
    assert len(list(root.iter(XHTML + "h1"))) == 1
    for t in root.iter(XHTML + "table"):
        assert "".join(t.find(XHTML + "caption").itertext())
        heads = t.find(XHTML + "thead")[0]
        assert all(h.get("scope") == "col" for h in heads)
        for row in t.find(XHTML + "tbody"):
            assert len(row) == len(heads), "not a rectangle"
            assert row[0].get("scope") == "row"
    for e in root.iter(XHTML + "img"):
        assert e.get("alt")
    said = "".join(root.itertext())
    for want in texts:
        assert want in said, want


def luminance(colour):
    """WCAG 2.1, relative luminance."""
    c = colour.lstrip("#")
    if len(c) == 3:
        c = "".join(x + x for x in c)
    part = [int(c[i:i + 2], 16) / 255 for i in (0, 2, 4)]
    part = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4
            for x in part]
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2]


def contrast(path):
    style = re.search("<style>(.*?)</style>", open(path).read(), re.S)[1]
    schemes = re.findall(r":root\{([^}]*)\}", style)
    assert len(schemes) == 2
    for scheme in schemes:
        c = dict(re.findall("--([a-z-]+):(#[0-9a-f]+)", scheme))
        for text, ground in [("text", "ground"), ("text", "panel"),
                             ("soft", "ground"), ("soft", "panel"),
                             ("bar", "ground"), ("bad", "ground"),
                             ("good", "ground"), ("warn", "warn-ground")]:
            a, b = sorted([luminance(c[text]), luminance(c[ground])])
            assert (b + 0.05) / (a + 0.05) >= 4.5, (text, ground, c)


if sys.argv[1] == "contrast":
    contrast(sys.argv[2])
else:
    check(sys.argv[1], sys.argv[2:])
