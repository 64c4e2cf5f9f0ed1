# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The reference as it was built: each link of each page leads to something, each picture is
there, and nothing is left of the marks of gi-docgen.

Arguments: its directory."""

import glob
import html.parser
import os
import re
import sys
import unittest
import urllib.parse


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.ids = set()
        self.links = []
        self.text = []
        self.in_code = 0
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        for name in 'id', 'name':
            if attributes.get(name):
                self.ids.add(attributes[name])
        for name in 'href', 'src':
            if attributes.get(name):
                self.links.append(attributes[name])
        if tag in ('code', 'pre', 'script', 'style'):
            self.in_code += 1

    def handle_endtag(self, tag):
        if tag in ('code', 'pre', 'script', 'style'):
            self.in_code -= 1

    def handle_data(self, data):
        if not self.in_code:
            self.text.append(data)


class Site(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pages = {}
        for path in glob.glob(os.path.join(DIRECTORY, '*.html')):
            with open(path, encoding='utf-8') as file:
                cls.pages[os.path.basename(path)] = Page(file.read())

    def test_size(self):
        self.assertGreater(len(self.pages), 400)
        for name in 'index.html', 'getting-started.html', 'class.EventSource.html':
            self.assertIn(name, self.pages)

    def test_links(self):
        broken = set()
        for name, page in self.pages.items():
            for link in page.links:
                url = urllib.parse.urlsplit(link)
                if url.scheme or url.netloc:
                    continue
                there = urllib.parse.unquote(url.path) or name
                if not os.path.exists(os.path.join(DIRECTORY, there)):
                    broken.add(f'{name}: {link}')
                elif url.fragment and there in self.pages and url.fragment not in self.pages[there].ids:
                    broken.add(f'{name}: {link}')
        self.assertEqual(sorted(broken), [])

    def test_no_marks(self):
        """[class@Thing] and the like were understood."""
        for name, page in self.pages.items():
            found = re.search(r'\[[a-z]+@[\w.:-]+\]', ''.join(page.text))
            self.assertIsNone(found, f'{name}: {found}')

    def test_reached_from_the_front(self):
        front = self.pages['index.html'].links
        for name in 'getting-started.html', 'security.html', 'architecture.html':
            self.assertIn(name, front)


if __name__ == '__main__':
    DIRECTORY = sys.argv.pop(1)
    unittest.main(verbosity=2)
