# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the pages in Markdown, and the doc comments in C, are made of: blocks of code,
headings, links.

A comment right above a block says how it is tested; readers do not see it:

    <!-- test: until "hello" -->       a program of its own: run until it prints that
    <!-- test: file clock.c -->        it is written into the page's folder, under that name
    <!-- test: alone -->               a program of its own, which ends
    <!-- test: browser, until "7" -->  a script of a page, in a browser
    <!-- test: skip, because … -->     not run, and why

Commas join them. A comment `<!-- c: …` (`python`, `js`) is a block that readers do not
see: for C, the declarations that the fragments behind it use."""

import dataclasses
import glob
import os
import re

LANGUAGES = ('c', 'python', 'js', 'vala', 'sh', 'json', 'xml', 'html', 'text', 'meson')

FENCE = re.compile(r'^(```+|~~~+)(.*)$')
HIDDEN = re.compile(r'^<!-- (c|python|js):$')
TEST = re.compile(r'^<!-- test: (.*) -->$')
HEADING = re.compile(r'^(#{1,6}) +(.*?) *#*$')
LINK = re.compile(r'(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]+(?:\([^()]*\))?)\)')
CODE_SPAN = re.compile(r'(`+)(?!`).*?(?<!`)\1(?!`)')


class Malformed(Exception):
    pass


@dataclasses.dataclass
class Block:
    page: str
    line: int            # of its first line of code, from 1
    language: str
    text: str
    hidden: bool = False
    until: str = None
    file: str = None
    skip: str = None
    alone: bool = False
    browser: bool = False

    @property
    def where(self):
        return f'{self.page}:{self.line}'


@dataclasses.dataclass
class Page:
    name: str
    blocks: list
    anchors: set
    links: list          # (line, is_image, target)


def read_test(text, block):
    """Brings what the comment above a block says to the block."""
    while text:
        match = (re.match(r'(until) "([^"]+)"(?:, |$)', text) or re.match(r'(file) ([\w.-]+)(?:, |$)', text)
                 or re.match(r'(skip), because (.+)$', text) or re.match(r'(alone|browser)()(?:, |$)', text))
        if not match:
            raise Malformed(f'{block.where}: what is “{text}”?')
        setattr(block, match[1], match[2] or True)
        text = text[match.end():]


def slug(heading):
    """The anchor that GitHub makes of a heading, and gi-docgen as well."""
    text = re.sub(r'\[([^\]]*)\]\([^)]*\)', r'\1', heading)
    text = re.sub(r'[^\w\s-]', '', text.replace('`', '')).strip().lower()
    return re.sub(r'\s', '-', text)


class Reader:
    def __init__(self, name, lines):
        self.name = name
        self.lines = lines
        self.at = 0
        self.test = None
        self.page = Page(name, [], set(), [])

    def fail(self, what):
        raise Malformed(f'{self.name}:{self.at + 1}: {what}')

    def take_until(self, end, what):
        start = self.at + 1
        for at in range(start, len(self.lines)):
            if self.lines[at] == end:
                self.at = at
                return start + 1, ''.join(line + '\n' for line in self.lines[start:at])
        return self.fail(what)

    def take_block(self, fence, language):
        if language not in LANGUAGES:
            self.fail(f'a block in “{language}”, which the tests do not know')
        line, text = self.take_until(fence, 'the block does not end')
        block = Block(self.name, line, language, text)
        if self.test:
            read_test(self.test, block)
        self.page.blocks.append(block)

    def take_text(self, line):
        heading = HEADING.match(line)
        if heading:
            anchor, n = slug(heading[2]), 0
            while (f'{anchor}-{n}' if n else anchor) in self.page.anchors:
                n += 1
            self.page.anchors.add(f'{anchor}-{n}' if n else anchor)
        for match in LINK.finditer(CODE_SPAN.sub('', line)):
            self.page.links.append((self.at + 1, bool(match[1]), match[3]))
            # A picture that is a link.
            self.page.links += [(self.at + 1, bool(inner[1]), inner[3]) for inner in LINK.finditer(match[2])]

    def read(self):
        while self.at < len(self.lines):
            line = self.lines[self.at]
            fence, hidden, test = FENCE.match(line), HIDDEN.match(line), TEST.match(line)
            if re.match(r'^\s+(```|~~~)', line):
                self.fail('a block that is indented')
            if fence:
                self.take_block(fence[1], fence[2].strip())
            elif hidden:
                start, text = self.take_until('-->', 'the comment does not end')
                self.page.blocks.append(Block(self.name, start, hidden[1], text, hidden=True))
            elif not test:
                if self.test:
                    self.fail('there is no block below the comment that says how to test it')
                self.take_text(line)
            self.test = test[1] if test else None
            self.at += 1
        if self.test:
            self.fail('there is no block below the comment that says how to test it')
        return self.page


def read_page(root, name):
    with open(os.path.join(root, name), encoding='utf-8') as file:
        return Reader(name, file.read().splitlines()).read()


def page_names(root):
    """All that a reader of the sources may come across."""
    return sorted(['README.md', 'CONTRIBUTING.md', 'NEWS.md'] +
                  [os.path.relpath(path, root) for path in glob.glob(os.path.join(root, 'doc', '*.md'))])


def read_comments(root, name):
    """The doc comments of a source file as a page; |[ ]| is the older form of a fence."""
    with open(os.path.join(root, name), encoding='utf-8') as file:
        lines = file.read().splitlines()
    out, inside = [], False
    for line in lines:
        if line.strip() == '/**':
            inside = True
            out.append('')
        elif line.strip().endswith('*/'):
            inside = False
            out.append('')
        else:
            text = re.sub(r'^ *\* ?', '', line) if inside else ''
            # A directive of gi-docgen's own, such as |[<!-- language="C" -->
            text = re.sub(r'^\|\[.*$', '```c', text)
            out.append('```' if text.startswith(']|') else text)
    return Reader(name, out).read()


def source_names(root):
    return sorted(os.path.relpath(path, root) for path in
                  glob.glob(os.path.join(root, 'eric-sse', '*', '*.[ch]')))
