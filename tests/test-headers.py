# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The headers compile as C and as C++, and only <eric-sse.h> may be included.

Arguments: the C compiler, in one word or several; `--`; its flags, with those for
includes; `--`; the directories with the public headers, the build directory's
among them."""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile

WARNINGS = ['-Wall', '-Wextra', '-Wno-unused-parameter', '-Wundef', '-Werror', '-fsyntax-only']
LANGUAGES = {
    'C': ['-x', 'c', '-std=c99', '-Wstrict-prototypes'],
    'C++': ['-x', 'c++', '-std=c++11'],
}


def find_headers(directories):
    names = set()
    for directory in directories:
        names |= {name for name in os.listdir(directory)
                  if name.startswith('eric-') and name.endswith('.h') and
                  not name.endswith('-private.h') and name != 'eric-tool.h'}
    return sorted(names)


class Check:
    def __init__(self, flags):
        self.flags = flags
        self.failures = 0
        self.n = 0

    def compile(self, compiler, language, text):
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, 'source')
            with open(path, 'w', encoding='ascii') as file:
                file.write(text)
            return subprocess.run(compiler + LANGUAGES[language] + WARNINGS + self.flags + [path],
                                  capture_output=True, text=True, cwd=directory)

    def note(self, good, what, output=''):
        self.n += 1
        if not good:
            self.failures += 1
            print(f'FAILED: {what}\n{output}')


def main():
    compiler, flags, directories = ' '.join(map(shlex.quote, sys.argv[1:])).split(' -- ')
    compiler, flags, directories = map(shlex.split, (compiler, flags, directories))
    # Headers of other libraries are not ours to judge; nor is a user part of the library.
    flags = [flag for flag in flags if not flag.startswith('-DERIC_COMPILATION')]
    check = Check(flags + [f'-I{directory}' for directory in directories])
    headers = find_headers(directories)
    check.note('eric-sse.h' in headers and 'eric-message.h' in headers and 'eric-version.h' in headers and
               'eric-enum-types.h' in headers, f'the headers are there: {headers}')

    compilers = {'C': compiler}
    cxx = shlex.split(os.environ.get('CXX', 'g++'))
    if shutil.which(cxx[0]):
        compilers['C++'] = cxx
    else:
        print(f'there is no {cxx[0]}: not tried as C++')

    for language, command in compilers.items():
        done = check.compile(command, language, '#include <eric-sse.h>\n#include <eric-sse.h>\n'
                             'int main (void) { return ERIC_MAJOR_VERSION + (int) eric_error_quark () + '
                             '(int) ERIC_OVERFLOW_STOP; }\n')
        check.note(done.returncode == 0, f'<eric-sse.h> as {language}', done.stderr)
    for header in headers:
        if header == 'eric-sse.h':
            continue
        # Every header may come first within <eric-sse.h>: it includes what it needs.
        for language, command in compilers.items():
            done = check.compile(command, language,
                                 f'#define ERIC_INSIDE\n#include <{header}>\n#undef ERIC_INSIDE\n'
                                 '#include <eric-sse.h>\nint main (void) { return 0; }\n')
            check.note(done.returncode == 0, f'<{header}> first, as {language}', done.stderr)
        done = check.compile(compiler, 'C', f'#include <{header}>\nint main (void) {{ return 0; }}\n')
        check.note(done.returncode != 0 and 'Only <eric-sse.h> can be included directly' in done.stderr,
                   f'<{header}> alone is refused', done.stderr)
    print(f'{check.n} checks of {len(headers)} headers in {", ".join(compilers)}, {check.failures} failed')
    return 1 if check.failures else 0


if __name__ == '__main__':
    sys.exit(main())
