# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs gi-docgen, and finishes what it makes: each page lists those of the guide, and is as wide
as the window. Links between the pages end in .md, so that they work among the sources, too; here
they have to end in .html, and pictures lie beside them.

Arguments: gi-docgen, then what it takes."""

import glob
import os
import re
import subprocess
import sys
import tomllib

# Wide tables and long lines of code scroll by themselves; the page does not.
STYLE = '''
/* eric-sse */
.content { padding: 2em 3em; }
.content .docblock table { display: block; overflow-x: auto; border-collapse: collapse; margin: 0.8em 0; }
.content .docblock th, .content .docblock td { padding: 0.35em 1em 0.35em 0; vertical-align: top; }
.content .docblock tr, .content .docblock tr:first-child { border-bottom: 1px solid rgba(128, 128, 128, 0.25); }
.content .docblock td code { overflow-wrap: normal; word-break: normal; }
.content .docblock pre { overflow-x: auto; }
.content .docblock img { margin: 1em 0; }
.sidebar .guide a.current { font-weight: bold; }
@media (max-width: 700px) { .content { padding: 1em; } }
'''
BREAK = re.compile(r'(?<=[\w.])/(?=\w)|(?<=\w)_(?=\w)')
WBR = r'\g<0><wbr>'
ANCHOR = '<div class="section namespace">'


def read_titles(config, directory):
    """The pages of the guide, in their order, each with its title."""
    with open(config, 'rb') as file:
        names = tomllib.load(file)['extra']['content_files']
    for name in names:
        with open(os.path.join(directory, name), encoding='utf-8') as file:
            yield name.replace('.md', '.html'), file.readline().partition(': ')[2].strip()


def make_guide(titles, current):
    """gi-docgen lists the pages on the first page alone; a reader turns from one to the next."""
    links = ''.join(f'<a href="{name}"{" class=" + chr(34) + "current" + chr(34) if name == current else ""}>{title}</a>'
                    for name, title in titles)
    return f'<div class="section guide"><h5>Guide</h5><div class="links">{links}</div></div>'


def finish(path, titles):
    with open(path, encoding='utf-8') as file:
        text = file.read()
    text = re.sub(r'href="([\w-]+)\.md(#[\w-]+)?"', r'href="\1.html\2"', text)
    text = text.replace('src="images/', 'src="')
    if os.path.basename(path) in dict(titles):
        # A long path in a table goes on in the next line behind a slash.
        text = re.sub(r'<code>([^<]+)</code>', lambda match: f'<code>{BREAK.sub(WBR, match[1])}</code>', text)
    # There is no website of the project.
    text = re.sub(r'<tr><td><em>(Website|Source)</em></td><td><a href="" class="external"></a></td></tr>', '', text)
    before, anchor, after = text.partition(ANCHOR)
    head, end, rest = after.partition('</div>')
    text = before + anchor + head + end + make_guide(titles, os.path.basename(path)) + rest if anchor else text
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)


def main():
    gidocgen, *arguments = sys.argv[1:]
    options = dict(argument[2:].split('=', 1) for argument in arguments if argument.startswith('--'))
    subprocess.run([gidocgen, 'generate', '--quiet', '--no-namespace-dir', '--fatal-warnings', *arguments], check=True)
    titles = list(read_titles(options['config'], options['content-dir']))
    for path in glob.glob(os.path.join(options['output-dir'], '*.html')):
        finish(path, titles)
    with open(os.path.join(options['output-dir'], 'style.css'), 'a', encoding='utf-8') as file:
        file.write(STYLE)


if __name__ == '__main__':
    main()
