# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The folders of the library include from each other as the drawing of the house shows.

Arguments: the directory of the sources."""

import glob
import os
import re
import sys
import unittest
import xml.etree.ElementTree

SVG = '{http://www.w3.org/2000/svg}'
PICTURE = 'doc/images/floors.svg'
INCLUDE = re.compile(r'^# *include [<"]([\w./-]+)[>"]', re.M)

# Beside the folders: what all may use, and what only a program may.
FOR_ALL = {'config.h', 'eric-types.h', 'eric-enum-types.h', 'eric-version.h', 'eric-version-macros.h'}
UMBRELLA = 'eric-sse.h'
LIBSOUP = 'libsoup/soup.h'


class Floors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.library = os.path.join(ROOT, 'eric-sse')
        cls.folder_of = {os.path.basename(path): os.path.basename(os.path.dirname(path))
                         for path in glob.glob(os.path.join(cls.library, '*', '*.h'))}
        tree = xml.etree.ElementTree.parse(os.path.join(ROOT, PICTURE))
        cls.floors = {}
        for rect in tree.iter(SVG + 'rect'):
            if rect.get('id', '').startswith('floor-'):
                cls.floors[rect.get('id')[len('floor-'):]] = rect
        cls.arrows = {(path.get('data-from'), path.get('data-to'))
                      for path in tree.iter(SVG + 'path') if path.get('class') == 'include'}

    def below(self, floor):
        """The floors that one may include from."""
        found = {to for start, to in self.arrows if start == floor}
        return found.union(*map(self.below, found))

    def includes(self):
        for path in sorted(glob.glob(os.path.join(self.library, '*', '*.[ch]'))):
            with open(path, encoding='utf-8') as file:
                for name in INCLUDE.findall(file.read()):
                    yield os.path.basename(os.path.dirname(path)), os.path.relpath(path, ROOT), name

    def test_folders(self):
        """Each folder is drawn, and nothing else."""
        folders = {os.path.basename(os.path.dirname(path))
                   for path in glob.glob(os.path.join(self.library, '*', '*.c'))}
        self.assertEqual(set(self.floors), folders)
        self.assertEqual({floor for arrow in self.arrows for floor in arrow}, folders)

    def test_arrows_go_down(self):
        """An arrow leaves a floor at its lower edge and ends at the upper edge of the other."""
        tree = xml.etree.ElementTree.parse(os.path.join(ROOT, PICTURE))
        for path in tree.iter(SVG + 'path'):
            if path.get('class') != 'include':
                continue
            x, y, end = map(float, re.fullmatch(r'M ([\d.]+) ([\d.]+) V ([\d.]+)', path.get('d')).groups())
            upper, lower = (self.floors[path.get(name)] for name in ('data-from', 'data-to'))
            self.assertEqual(y, float(upper.get('y')) + float(upper.get('height')), path.get('d'))
            self.assertEqual(end, float(lower.get('y')) - 1, path.get('d'))
            for rect in upper, lower:
                self.assertTrue(float(rect.get('x')) < x < float(rect.get('x')) + float(rect.get('width')))

    def test_includes(self):
        used = set()
        for folder, path, name in self.includes():
            other = self.folder_of.get(name)
            if name == UMBRELLA:
                self.assertEqual(folder, 'tool', path)
            elif other is not None and other != folder:
                used.add((folder, other))
                self.assertIn(other, self.below(folder), f'{path} includes {name} of {other}')
                self.assertNotEqual(folder, 'tool', f'{path} includes {name}, which it has from {UMBRELLA}')
            elif other is None and name.startswith('eric-'):
                self.assertIn(name, FOR_ALL, path)
        # An arrow that nobody goes along is not drawn; the command goes along all, in one header.
        self.assertEqual({arrow for arrow in self.arrows if arrow[0] != 'tool'} - used, set())

    def test_libsoup(self):
        users = {folder for folder, _, name in self.includes() if name == LIBSOUP}
        self.assertLessEqual(users, {'http', 'tool'})


if __name__ == '__main__':
    ROOT = sys.argv.pop(1)
    unittest.main(verbosity=2)
