# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The library exports what its GIR describes, no more and no less.

Arguments: the shared library, the GIR."""

import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

from gir import C, CORE, GLIB

CALLABLES = {CORE + name for name in ('function', 'method', 'constructor')}

# What the GIR knows only as the attribute of a type: the domain of an enumeration of
# errors by its string, and the functions of a type that bindings do not call.
ERROR_QUARKS = {'eric-error-quark': 'eric_error_quark'}
TYPE_FUNCTIONS = [GLIB + name for name in ('get-type', 'ref-func', 'unref-func')]


def get_exported(library):
    done = subprocess.run(['nm', '-D', '--defined-only', library], check=True, capture_output=True,
                          text=True)
    return {(fields[-2], fields[-1]) for fields in map(str.split, done.stdout.splitlines())}


def get_described(gir):
    described = set()
    for element in ElementTree.parse(gir).iter():
        if element.tag in CALLABLES and C + 'identifier' in element.attrib:
            described.add(element.get(C + 'identifier'))
        for attribute in TYPE_FUNCTIONS:
            if attribute in element.attrib:
                described.add(element.get(attribute))
        if GLIB + 'error-domain' in element.attrib:
            described.add(ERROR_QUARKS[element.get(GLIB + 'error-domain')])
    described.discard('intern')   # the GIR's word for fundamental types
    return described


def main():
    if shutil.which('nm') is None:
        print('there is no nm')
        return 77
    symbols = get_exported(sys.argv[1])
    exported = {name for kind, name in symbols if kind == 'T'}
    described = get_described(sys.argv[2])
    others = {f'{name} ({kind})' for kind, name in symbols if kind != 'T'}

    for what, names in [('exported, but not in the GIR', exported - described),
                        ('in the GIR, but not exported', described - exported),
                        ('exported, but no functions', others)]:
        if names:
            print(f'{what}: {", ".join(sorted(names))}')
    foreign = {name for name in exported if not name.startswith('eric_')}
    if foreign:
        print(f'without the prefix: {", ".join(sorted(foreign))}')
    print(f'{len(exported)} functions are exported, {len(described)} described')
    return 0 if exported == described and exported and not others and not foreign else 1


if __name__ == '__main__':
    sys.exit(main())
