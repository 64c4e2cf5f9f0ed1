# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Of each way in which the library calls JavaScript it is known in which thread it does.

Whoever adds a callback, a virtual function or a signal says in entry-points.json that it
is called in the main context of the caller, or names the case of refusals.js that shows
that it is refused. Arguments: the folder of gir.py; the GIR file."""

import json
import os
import sys
import unittest

HERE = os.path.dirname(os.path.realpath(__file__))

# Where GIO calls back it does so in the main context of the caller.
OF_GIO = {'Gio.AsyncReadyCallback', 'GLib.DestroyNotify'}

# Interfaces that a program can implement, and whose methods the library calls. The others
# are of a process's own C: a list model is read by who shows it.
INTERFACES = {'Gio.SocketConnectable'}


class EntryPoints(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.namespace = gir.read(GIR)
        with open(os.path.join(HERE, 'entry-points.json'), encoding='utf-8') as file:
            cls.table = json.load(file)
        cls.classes = {node.get('name'): node for node in gir.children(cls.namespace, 'class')}
        cls.callbacks = {node.get('name') for node in gir.children(cls.namespace, 'callback')}

    def calls(self):
        for owner, node in self.classes.items():
            for method in gir.children(node, 'method', 'constructor', 'function'):
                types = {gir.type_of(parameter).get('name') for parameter in gir.parameters(method)}
                yield f'{owner}.{gir.name_of(method)}', types

    def inherited(self, kind, separator):
        """Those of the pool are called by its threads, and have places of their own."""
        found = {f'{owner}{separator}{node.get("name")}'
                 for owner, class_node in self.classes.items() for node in gir.children(class_node, kind)}
        pool = self.classes['ThreadPoolListener']
        self.assertEqual(pool.get('parent'), 'Listener')
        return found | {f'ThreadPoolListener{separator}{node.get("name")}'
                        for node in gir.children(self.classes['Listener'], kind)}

    def test_callbacks(self):
        self.assertIn('ProcessFunc', self.callbacks)
        found = {name for name, types in self.calls() if types & self.callbacks}
        self.assertEqual(found, set(self.table['callbacks']))

    def test_callbacks_of_others(self):
        for name, types in self.calls():
            for one in types - OF_GIO - {None}:
                self.assertFalse(one.endswith(('Func', 'Callback', 'Notify')) and one not in self.callbacks,
                                 f'{name}: {one}')

    def test_virtual_methods(self):
        self.assertEqual(self.inherited('virtual-method', '.'), set(self.table['virtual-methods']))

    def test_signals(self):
        self.assertEqual(self.inherited('signal', '::'), set(self.table['signals']))

    def test_interfaces(self):
        found = {name for name, types in self.calls() if types & INTERFACES}
        self.assertEqual(found, set(self.table['interfaces']))


if __name__ == '__main__':
    FOLDER, GIR = sys.argv[1:]
    sys.path.insert(0, FOLDER)
    import gir
    unittest.main(argv=sys.argv[:1], verbosity=2)
