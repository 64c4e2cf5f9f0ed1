# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The manual page and the help of the command have the same options, arguments and defaults.

Argument: the manual page."""

import os
import re
import shutil
import subprocess
import sys
import unittest

import serve

PAGE = sys.argv.pop(1)
COMMANDS = ['serve', 'listen', 'publish']
HELP_LINE = re.compile(r"^ +(?:-(\w), )?--([\w-]+)(?:=('[^']+'|\S+))? {2,}(.*)$", re.MULTILINE)
PAGE_OPTION = re.compile(r"(?:-(\w), )?--([\w-]+)(?:=('[^']+'|\S+))?")


def get_help(*arguments):
    done = subprocess.run([serve.command(), *arguments], capture_output=True, text=True, timeout=60,
                          env=dict(os.environ, LC_ALL='C.UTF-8'))
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return done.stdout


def get_help_options(*arguments):
    """By the long name: the short one, the argument, and the default, with '' for none."""
    options = {}
    for short, name, argument, text in HELP_LINE.findall(get_help(*arguments)):
        default = re.search(r'\(default: ([\w.]+)\)', text)
        # Below the options, a help may explain one of them.
        options.setdefault(name, (short, argument, default[1] if default else ''))
    return options


def unescape(line):
    """What a line of the page says, without fonts."""
    for escape, text in ('\\-', '-'), ('\\&', ''), ('\\(aq', "'"), ('\\ ', '\0'):
        line = line.replace(escape, text)
    line = re.sub(r'\\f[BIRP]', '', line)
    request = re.match(r'\.(B|I|BR|BI|IB|IR|RB|RI) ', line)
    if request:
        # Where fonts take turns, no space stands between the words.
        words = re.findall(r'"([^"]*)"|(\S+)', line[request.end():])
        line = (' ' if len(request[1]) == 1 else '').join(map(''.join, words))
    return line.replace('\0', ' ')


def read_paragraph(paragraph):
    tag, *lines = map(unescape, paragraph.splitlines() or [''])
    return tag, ' '.join(lines)


def read_sections(page):
    """By the heading, each paragraph with its tag, as (tag, text)."""
    sections = {}
    for part in re.split(r'^\.SH ', page, flags=re.MULTILINE)[1:]:
        heading, body = part.split('\n', 1)
        paragraphs = re.split(r'^\.(?:TP|PP|SS.*)$\n', body, flags=re.MULTILINE)
        sections[heading] = [read_paragraph(paragraph) for paragraph in paragraphs]
    return sections


class TestPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with open(PAGE, encoding='utf-8') as file:
            cls.text = file.read()
        cls.sections = read_sections(cls.text)

    def get_page_options(self, heading):
        options = {}
        for tag, text in self.sections[heading]:
            option = PAGE_OPTION.fullmatch(tag)
            if option:
                self.assertNotIn(option[2], options)
                options[option[2]] = (option[1] or '', option[3] or '', text)
        return options

    def assert_same(self, helped, described):
        self.assertGreater(len(helped), 1)
        self.assertEqual(set(helped), set(described))
        for name, (short, argument, default) in helped.items():
            with self.subTest(name):
                self.assertEqual((short, argument), described[name][:2])
                if default not in ('', '0'):   # 0 goes by what it means
                    self.assertRegex(described[name][2], rf'(?<!\w){re.escape(default)}(?!\w)')

    def test_options(self):
        for command in COMMANDS:
            with self.subTest(command):
                helped = get_help_options(command, '--help-all')
                del helped['help']
                self.assert_same(helped, self.get_page_options(command.upper()))

    def test_common_options(self):
        self.assert_same(get_help_options('--help'), self.get_page_options('OPTIONS'))

    def test_commands(self):
        listed = re.search(r'^Commands:\n((?: .*\n)+)', get_help('--help'), re.MULTILINE)[1]
        self.assertEqual({line.split()[0] for line in listed.splitlines()}, set(COMMANDS))
        for command in COMMANDS:
            self.assertIn(f'.SY "eric\\-sse {command}"', self.text)

    def test_exit_status(self):
        described = {tag for tag, _ in self.sections['EXIT STATUS'] if tag.isdigit()}
        helped = set(re.findall(r'\b(\d+) (?:for|where|after|if|when)', ' '.join(
            get_help(*arguments)[get_help(*arguments).index('Exit status'):]
            for arguments in [['--help']] + [[command, '--help'] for command in COMMANDS])))
        self.assertEqual(described, helped - {'130'})

    @unittest.skipIf(shutil.which('groff') is None, 'there is no groff')
    def test_well_formed(self):
        done = subprocess.run(['groff', '-man', '-Tutf8', '-ww', '-z', PAGE], capture_output=True,
                              text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ''))


if __name__ == '__main__':
    unittest.main(verbosity=2)
