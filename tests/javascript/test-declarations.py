# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The TypeScript declarations have all that the GIR has, and a compiler takes them.

Arguments: the folder of gir.py; the GIR file; the declarations; the TypeScript compiler,
where there is one."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.realpath(__file__))


def camel_case(name):
    return re.sub(r'[-_](.)', lambda match: match[1].upper(), name)


def bodies(text):
    """The lines of each class and enumeration, by its name."""
    found = {}
    for match in re.finditer(r'^  (?:class|enum) (\w+)[^\n]*\{\n(.*?)^  \}$', text, re.M | re.S):
        found[match[1]] = match[2]
    return found


class Declarations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.namespace = gir.read(GIR)
        with open(DECLARATIONS, encoding='utf-8') as file:
            cls.text = file.read()
        cls.bodies = bodies(cls.text)

    def test_top_level(self):
        names = [gir.name_of(node) for node in gir.children(self.namespace, *gir.TYPES)]
        self.assertIn('Message', names)
        self.assertIn('MESSAGE_TYPE_CLOSED', names)
        for name in names:
            self.assertRegex(self.text, rf'(?m)^  (class|enum|type|const|function) {name}\b')

    def assert_member(self, owner, pattern):
        self.assertRegex(self.bodies[owner], rf'(?m)^    {pattern}', owner)

    def test_members(self):
        count = 0
        for node in gir.children(self.namespace, 'class', 'record'):
            owner = node.get('name')
            for member in gir.children(node, 'method', 'virtual-method', 'constructor', 'function', 'property', 'signal'):
                count += 1
                name, tag = gir.name_of(member), gir.tag_of(member)
                if tag == 'property':
                    for one in name.replace('-', '_'), camel_case(name):
                        self.assert_member(owner, rf'(readonly )?{one}: ')
                elif tag == 'signal':
                    self.assert_member(owner, rf"connect\(signal: '{name}'")
                    self.assert_member(owner, rf"connect_after\(signal: '{name}'")
                elif tag == 'virtual-method':
                    self.assert_member(owner, rf'vfunc_{name}[(:]')
                else:
                    prefix = 'static ' if tag in ('constructor', 'function') else ''
                    self.assert_member(owner, rf'{prefix}{name}\(')
                    if name.endswith('_async'):
                        self.assert_member(owner, rf'{camel_case(name)}\(.*\): Promise<')
        self.assertGreater(count, 300)

    def test_values(self):
        for node in gir.children(self.namespace, 'enumeration', 'bitfield'):
            for member in gir.children(node, 'member'):
                self.assert_member(node.get('name'), rf'(static readonly )?{member.get("name").upper()}\b')

    @unittest.skipUnless(len(sys.argv) > 4, 'there is no TypeScript compiler')
    def test_compiles(self):
        with tempfile.TemporaryDirectory(prefix='eric-types-') as directory:
            for name in 'ambient.d.ts', 'example.ts':
                shutil.copy(os.path.join(HERE, 'types', name), directory)
            shutil.copy(DECLARATIONS, os.path.join(directory, 'eric-1.d.ts'))
            with open(os.path.join(directory, 'tsconfig.json'), 'w', encoding='utf-8') as file:
                json.dump({'compilerOptions': {'noEmit': True, 'strict': True, 'types': [],
                                               'target': 'es2022', 'module': 'es2022'}}, file)
            done = subprocess.run([COMPILER, '--project', directory], capture_output=True, text=True, timeout=300)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, '', ''))


if __name__ == '__main__':
    FOLDER, GIR, DECLARATIONS, *COMPILERS = sys.argv[1:]
    COMPILER = COMPILERS[0] if COMPILERS else None
    sys.path.insert(0, FOLDER)
    import gir
    unittest.main(argv=sys.argv[:1], verbosity=2)
