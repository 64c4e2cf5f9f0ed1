# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Links between the pages lead somewhere, every page is in the reference, and what the
security page cites as a test is one.

Arguments: the directory of the sources."""

import os
import re
import sys
import unittest

import pages

MAX_COLUMNS = 88
SCHEMES = ('http://', 'https://')
# “tests/test-utf8.c”, `/eric/utf8/nul`; “tests/command/test-serve.py”, `test_cors`
CITED_FILE = re.compile(r'`(tests/[a-z0-9_./-]+\.(?:c|py|js|vala))`')
CITED_CASE = re.compile(r'`(/(?:eric|[\w-]+)/[\w/.-]+|test_\w+)`')


def has_case(text, case):
    """C has the names of many cases in a table, without what they all begin with."""
    if case.startswith('test_'):
        return f'def {case}(' in text
    group, _, last = case.rpartition('/')
    return f'"{case}"' in text or (f'"{group}/"' in text and f'"{last}"' in text)


class Links(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pages = {name: pages.read_page(ROOT, name) for name in pages.page_names(ROOT)}

    def test_links(self):
        n = 0
        for name, page in self.pages.items():
            for line, is_image, target in page.links:
                if target.startswith(SCHEMES):
                    continue
                path, _, anchor = target.partition('#')
                there = os.path.normpath(os.path.join(os.path.dirname(name), path)) if path else name
                where = f'{name}:{line}: {target}'
                n += 1
                self.assertTrue(os.path.exists(os.path.join(ROOT, there)), where)
                self.assertFalse(there.startswith('..'), where)
                if is_image:
                    self.assertRegex(there, r'\.(png|svg)$', where)
                if anchor:
                    self.assertIn(anchor, self.pages[there].anchors, where)
        self.assertGreater(n, 20)

    def test_schemes(self):
        """Links to other sites are https, but for examples on this machine."""
        for name, page in self.pages.items():
            for line, _, target in page.links:
                if target.startswith('http://'):
                    self.assertRegex(target, '^http://(127.0.0.1|localhost)', f'{name}:{line}')

    def test_images_are_used(self):
        used = {os.path.basename(target) for page in self.pages.values()
                for _, is_image, target in page.links if is_image}
        self.assertEqual(set(os.listdir(os.path.join(ROOT, 'doc', 'images'))), used)

    def test_content_files(self):
        """The reference has each page and picture, and meson knows them all."""
        with open(os.path.join(ROOT, 'doc', 'eric-sse.toml.in'), encoding='utf-8') as file:
            config = file.read()
        with open(os.path.join(ROOT, 'doc', 'meson.build'), encoding='utf-8') as file:
            build = file.read()
        for name in self.pages:
            if name.startswith('doc/'):
                self.assertIn(f'"{name[4:]}"', config)
                self.assertIn(f"'{name[4:]}'", build)
                for line, is_image, target in self.pages[name].links:
                    if is_image:
                        self.assertIn(f'"{target}"', config, f'{name}:{line}')

    def test_opens_with_its_use(self):
        """A page of the reference has a title, the same as its heading, and says when to read it."""
        for name in self.pages:
            if name.startswith('doc/'):
                with open(os.path.join(ROOT, name), encoding='utf-8') as file:
                    text = file.read()
                match = re.match(r'Title: (.+)\n\n# (.+)\n\n(.+)\n', text)
                self.assertIsNotNone(match, name)
                self.assertEqual(match[1], match[2], name)
                self.assertRegex(match[3], '^(Read this|Use this)', name)

    def test_examples(self):
        """The first page names all that is there to copy from."""
        with open(os.path.join(ROOT, 'doc', 'getting-started.md'), encoding='utf-8') as file:
            text = file.read()
        for name in os.listdir(os.path.join(ROOT, 'examples')):
            if name != 'meson.build':
                self.assertRegex(text, rf'`{re.escape(name)}`')

    def test_code_fits(self):
        """The reference shows so many columns without scrolling."""
        for page in self.pages.values():
            for block in page.blocks:
                for number, line in enumerate(block.text.splitlines(), block.line):
                    if not block.hidden and page.name.startswith('doc/'):
                        self.assertLessEqual(len(line), MAX_COLUMNS, f'{page.name}:{number}')

    def test_cited_tests(self):
        """In a line of a table, each file is there, and each case is in one of the files."""
        n = 0
        for name in self.pages:
            with open(os.path.join(ROOT, name), encoding='utf-8') as file:
                lines = file.read().splitlines()
            for number, line in enumerate(lines, 1):
                where = f'{name}:{number}'
                text = ''
                for path in CITED_FILE.findall(line):
                    self.assertTrue(os.path.isfile(os.path.join(ROOT, path)), f'{where}: {path}')
                    with open(os.path.join(ROOT, path), encoding='utf-8') as file:
                        text += file.read()
                for case in CITED_CASE.findall(line) if text else ():
                    n += 1
                    self.assertTrue(has_case(text, case), f'{where}: {case}')
        self.assertGreater(n, 40)


if __name__ == '__main__':
    ROOT = sys.argv.pop(1)
    unittest.main(verbosity=2)
