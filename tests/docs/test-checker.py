# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is wrong in a page is found: each of these pages is all right but for one thing.

Takes the environment of test-code.py."""

import concurrent.futures
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import pages

CHECKER = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'test-code.py')

C_PROGRAM = '''#include <eric-sse.h>

int
main (void)
{
  g_autoptr (EricSseParser) parser = eric_sse_parser_new ();

  g_print ("It is %d\\n", eric_sse_parser_get_format (parser));
  return 0;
}
'''
FRAGMENT = '''static void
closed_cb (EricEventSource *source)
{
  g_print ("closed\\n");
}

g_signal_connect (source, "closed", G_CALLBACK (closed_cb), NULL);
'''
VALA = '''int main () {
    var parser = new Eric.SseParser ();
    print ("%s\\n", parser.format.to_string ());
    return 0;
}
'''
PYTHON = "import gi\ngi.require_version('Eric', '1')\nfrom gi.repository import Eric\nprint(Eric.SseParser.new().get_format())\n"
JS = "import Eric from 'gi://Eric?version=1';\nprint(Eric.SseParser.new().get_format());\n"
SHELL = "curl -s -d hello http://127.0.0.1:8080/events/a\neric-sse listen --count=1 'http://127.0.0.1:8080/events/a?lastEventId=earliest'\n"
BROWSER = "const source = new EventSource('http://127.0.0.1:8080/events/news');\nsource.addEventListener('greeting', event => console.log(event.data));\n"


def block(language, text, test=None):
    return (f'<!-- test: {test} -->\n' if test else '') + f'```{language}\n{text}```\n'


FRAME = '<!-- c:\nstatic EricEventSource *source;\n-->\n\n'

# What is good; then what is replaced by what, to make it bad; then what the checker says.
CASES = [
    (block('c', C_PROGRAM), 'parser_new ()', 'parser_knew ()', 'eric_sse_parser_knew'),
    (block('c', C_PROGRAM), 'return 0', 'return 3', '3 != 0'),
    (block('c', C_PROGRAM, 'until "It is 0"'), 'It is %d', 'They are %d', 'was not printed'),
    (block('c', C_PROGRAM), 'g_print', 'int unused; g_print', 'unused'),
    (FRAME + block('c', FRAGMENT), 'g_signal_connect (source', 'g_signal_connect (sauce', 'sauce'),
    (FRAME + block('c', FRAGMENT), 'EricEventSource *source)', 'EricEventSauce *source)', 'EricEventSauce'),
    (FRAME + block('c', FRAGMENT), 'static EricEventSource', 'static int no, EricEventSource', 'error'),
    (FRAME + block('c', FRAGMENT), 'g_print ("closed\\n")', 'g_print ("closed %d\\n")', 'format'),
    (block('vala', VALA), 'SseParser', 'SsePasser', 'SsePasser'),
    (block('vala', VALA), 'return 0', 'return 3', '3 != 0'),
    (block('python', PYTHON), 'get_format', 'get_from', 'get_from'),
    (block('python', PYTHON) + block('python', 'print(Eric)\n'), 'print(Eric)', 'print(Erik)', 'Erik'),
    (block('python', PYTHON, 'until "EVENT_STREAM"'), 'until "EVENT_STREAM"', 'until "x"', 'was not printed'),
    (block('js', JS), 'get_format', 'get_from', 'get_from'),
    (block('js', JS) + block('js', JS), 'SseParser', 'SsePasser', 'TypeError'),
    (block('js', BROWSER, 'browser, until "hello"'), 'event.data', 'evident.data', 'evident is not defined'),
    (block('sh', SHELL), 'count=1', 'amount=1', 'amount'),
    (block('sh', SHELL), 'events/a\n', 'nothing/a && false\n', '1 != 0'),
    (block('json', '{"a": 1}\n'), '1}', '1', 'JSONDecodeError'),
    ('A page.\n', 'A page.', '```cobol\nx\n```', 'cobol'),
    ('A page.\n', 'A page.', '```c\nint x;\n', 'does not end'),
    ('A page.\n', 'A page.', '  ```c\n  int x;\n  ```', 'indented'),
    (block('c', C_PROGRAM, 'alone'), 'alone', 'sometimes', 'sometimes'),
    ('A page.\n', 'A page.', '<!-- test: alone -->', 'no block below'),
    (block('sh', 'false\n', 'skip, because it is meant to fail here'), 'because it is meant to fail here',
     'because', 'what is'),
]


class Checker(unittest.TestCase):
    def check(self, text):
        root = tempfile.mkdtemp(prefix='eric-checker-')
        self.addCleanup(shutil.rmtree, root)
        with open(os.path.join(root, 'page.md'), 'w', encoding='utf-8') as file:
            file.write(text)
        done = subprocess.run([sys.executable, CHECKER, 'page.md'], capture_output=True, text=True, timeout=120,
                              env=dict(os.environ, ERIC_SOURCE_ROOT=root))
        return done.returncode, done.stdout + done.stderr

    def test_good(self):
        """All that is good in one page, so that what fails below fails for the one thing."""
        text = '\n'.join(dict.fromkeys(case[0] for case in CASES))
        status, output = self.check(text)
        self.assertEqual(status, 0, output)
        self.assertNotIn('skipped \'', output)

    def test_bad(self):
        with concurrent.futures.ThreadPoolExecutor(4) as executor:
            results = executor.map(lambda case: self.check(case[0].replace(case[1], case[2])), CASES)
            for (good, part, replacement, said), (status, output) in zip(CASES, results):
                with self.subTest(replacement=replacement):
                    self.assertIn(part, good)
                    self.assertNotEqual(status, 0, output)
                    self.assertIn(said, output)

    def test_anchors(self):
        for heading, anchor in {
            'Read the stream': 'read-the-stream', 'Limits, and clients that are slow': 'limits-and-clients-that-are-slow',
            '`async for`, and more': 'async-for-and-more', 'A [link](there.md)': 'a-link',
        }.items():
            self.assertEqual(pages.slug(heading), anchor)


if __name__ == '__main__':
    unittest.main(verbosity=2)
