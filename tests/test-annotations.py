# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every public symbol is annotated and documented for those who know only the GIR.

First the GIR is checked as it was built. Then each check is given a GIR that was broken for
it, and has to find that: a check that cannot fail is none.

Arguments: the GIR; the folder that its file names are relative to."""

import copy
import os
import re
import sys
import unittest
import xml.etree.ElementTree as ElementTree

from gir import C, CORE, GLIB

CALLABLES = {CORE + name for name in ('function', 'method', 'constructor', 'virtual-method', 'callback')}
CALLABLES.add(GLIB + 'signal')
FUNCTIONS = {CORE + name for name in ('function', 'method', 'constructor')}
ARGUMENTS = {CORE + 'parameter', CORE + 'instance-parameter'}
NUMBERS = {
    'none', 'gboolean', 'gint', 'guint', 'gint64', 'guint64', 'gsize', 'gssize', 'gdouble', 'guint8', 'guint16',
    'gint8', 'gchar', 'gint32', 'guint32', 'GType', 'GLib.Quark',
}
CONTAINERS = {'GLib.List', 'GLib.SList', 'GLib.HashTable', 'GLib.PtrArray', 'GLib.Array'}
ENUMERATIONS = {CORE + 'enumeration', CORE + 'bitfield'}
LINK = re.compile(r'\[(?:func|method|ctor|class|struct|property|signal|const)@')
ERROR_NAME = re.compile(r'[%`](ERIC_ERROR_[A-Z_]+|G_[A-Z]+_ERROR(?:_[A-Z_]+)?)\b')
OTHER = r'\[(?:method|ctor|func)@([\w.]+)\] does'
SAME_ERRORS = re.compile(rf'[Ff]ails as {OTHER}|as {OTHER}, and fails as it does')


class Gir:
    """What a GIR says, and the C sources that it was made of."""

    def __init__(self, root, folder):
        self.root = root
        self.folder = folder
        self.namespace = root.find(CORE + 'namespace')
        self.parents = {child: parent for parent in root.iter() for child in parent}
        self.callbacks = {element.get('name') for element in self.namespace.findall(CORE + 'callback')}
        self.enumerations = {element.get('name') for element in self.namespace if element.tag in ENUMERATIONS}
        self.sources = {}

    def find_type(self, name):
        return next((element for element in self.namespace if element.get('name') == name), None) if name else None

    def name(self, element):
        """What a reader can look for: the names from the outermost to the element's own."""
        names = []
        while element is not None and element is not self.namespace:
            names.insert(0, element.get(C + 'identifier') or element.get('name') or element.tag.split('}')[1])
            element = self.parents.get(element)
        return '.'.join(names)

    def callables(self):
        """Those that a user calls, or that call a user's: not the slots of class structures."""
        return [element for element in self.namespace.iter() if element.tag in CALLABLES and
                self.parents[element].tag != CORE + 'field' and 'moved-to' not in element.attrib]

    def values(self):
        """Each parameter and return value, with the callable it belongs to."""
        for element in self.callables():
            result = element.find(CORE + 'return-value')
            if result is not None:
                yield element, result
            for parameter in element.findall(f'{CORE}parameters/*'):
                yield element, parameter

    def is_pointer(self, value):
        if value.find(CORE + 'array') is not None:
            return True
        kind = value.find(CORE + 'type').get('name')
        return kind not in NUMBERS and kind not in self.enumerations

    def is_user_data(self, value):
        """Also what is called with it alone, or when all is done, where NULL goes without saying."""
        kind = value.find(CORE + 'type')
        return kind is not None and kind.get('name') in ('gpointer', 'GLib.DestroyNotify', 'Gio.AsyncReadyCallback')

    def is_callback(self, value):
        kind = value.find(CORE + 'type')
        return kind is not None and (kind.get('name') in self.callbacks or
                                     kind.get('name') in ('Gio.AsyncReadyCallback', 'GLib.DestroyNotify'))

    def body(self, element):
        """The C function's, or None where there is none to be found."""
        place = element.find(CORE + 'doc')
        if place is None or C + 'identifier' not in element.attrib:
            return None
        path = os.path.join(self.folder, place.get('filename'))
        if path not in self.sources:
            with open(path, encoding='utf-8') as file:
                self.sources[path] = file.read()
        found = re.search(rf'^{element.get(C + "identifier")} \([^{{;]*\)\n{{\n(.*?)^}}', self.sources[path],
                          re.DOTALL | re.MULTILINE)
        return found and found[1]


def get_doc(element):
    doc = element.find(CORE + 'doc')
    return '' if doc is None else ' '.join(doc.text.split())


def is_void(value):
    kind = value.find(CORE + 'type')
    return kind is not None and kind.get('name') == 'none'


def check_since(gir):
    for element in gir.namespace:
        yield from _check_since(gir, element)
        for member in element:
            if member.tag in CALLABLES or member.tag == CORE + 'property':
                yield from _check_since(gir, member)


def _check_since(gir, element):
    # The GIR has no place for the version of a class structure; its doc has it.
    is_symbol = element.tag not in (CORE + 'alias',) and GLIB + 'is-gtype-struct-for' not in element.attrib
    if is_symbol and 'version' not in element.attrib and 'moved-to' not in element.attrib:
        yield f'{gir.name(element)} does not say since when it is there'


def check_documented(gir):
    documented = {CORE + name for name in (
        'class', 'interface', 'record', 'union', 'constant', 'member', 'property', 'parameter', 'field',
        'instance-parameter', 'function-macro', 'enumeration', 'bitfield')} | CALLABLES
    for element in gir.namespace.iter():
        if element.tag in documented and not is_exempt(gir, element) and get_doc(element) == '':
            yield f'{gir.name(element)} has no documentation'


def is_exempt(gir, element):
    """What nobody writes: G_DECLARE_FINAL_TYPE () and its like do, or it stands elsewhere."""
    parents = []
    above = gir.parents[element]
    while above is not gir.namespace and above in gir.parents:
        parents.append(above)
        above = gir.parents[above]
    record = next((one for one in [element, *parents] if one.tag == CORE + 'record'), None)
    if record is not None:
        instance = gir.find_type(record.get(GLIB + 'is-gtype-struct-for'))
        if instance is not None and instance.get('final') == '1':
            return True
        if instance is not None and element.tag == CORE + 'field' and (
                element.get('name') == 'padding' or element.find(CORE + 'callback') is not None):
            return True   # documented as a virtual method
    if any(one.tag == CORE + 'field' for one in parents) or 'moved-to' in element.attrib:
        return True
    if element.tag == CORE + 'field' and parents[0].tag == CORE + 'class':
        return True
    # The object of a virtual method is that of the class.
    return element.tag == CORE + 'instance-parameter' and parents[1].tag == CORE + 'virtual-method'


def check_returns_documented(gir):
    for element in gir.callables():
        result = element.find(CORE + 'return-value')
        if result is not None and not is_void(result) and get_doc(result) == '':
            yield f'{gir.name(element)} does not document what it returns'


def check_transfer(gir):
    for element, value in gir.values():
        if 'transfer-ownership' not in value.attrib:
            yield f'{gir.name(value)} does not say who owns it'
    for element in gir.namespace.iter(CORE + 'property'):
        if 'transfer-ownership' not in element.attrib:
            yield f'{gir.name(element)} does not say who owns it'


def check_nullable(gir):
    """What may be NULL says so in both places, for people and for machines."""
    for element, value in gir.values():
        if not gir.is_pointer(value) or value.tag == CORE + 'instance-parameter' or gir.is_user_data(value):
            continue
        nullable = value.get('nullable') == '1' or value.get('optional') == '1'
        says = '%NULL' in get_doc(value)
        if nullable and not says:
            yield f'{gir.name(value)} may be NULL, and its documentation does not say so'
        if says and not nullable:
            yield f'{gir.name(value)} may be NULL, and is not annotated so'


def check_asserted(gir):
    """What may not be NULL is looked at: a mistake in another language must not end the process."""
    for element in gir.callables():
        body = gir.body(element)
        if element.tag not in FUNCTIONS:
            continue
        if body is None and element.find(f'{CORE}parameters/{CORE}parameter') is not None:
            yield f'{gir.name(element)}: where is its source?'
        if body is None:
            continue
        for value in element.findall(f'{CORE}parameters/*'):
            if (not gir.is_pointer(value) or value.get('nullable') == '1' or value.get('optional') == '1' or
                    element.get('introspectable') == '0'):
                continue
            if not re.search(rf'(g_return(_val)?_if_fail|eric_finish_task) \([^;]*\b{value.get("name")}\b', body):
                yield f'{gir.name(value)} may not be NULL, and nothing looks at it'


def check_callbacks(gir):
    for element, value in gir.values():
        if not gir.is_callback(value) or value.tag == CORE + 'return-value':
            continue
        kind = value.find(CORE + 'type').get('name')
        if 'scope' not in value.attrib:
            yield f'{gir.name(value)} does not say how long it is called'
        if kind == 'GLib.DestroyNotify':
            continue
        if 'closure' not in value.attrib:
            yield f'{gir.name(value)} has no user data'
        if value.get('scope') == 'notified' and 'destroy' not in value.attrib:
            yield f'{gir.name(value)} does not say what ends its user data'
        if kind == 'Gio.AsyncReadyCallback' and value.get('scope') != 'async':
            yield f'{gir.name(value)} is called once, and does not say so'


def check_callback_data(gir):
    """A pointer to anything is the user data of a function, and nothing else."""
    for element, value in gir.values():
        kind = value.find(CORE + 'type')
        if kind is None or kind.get('name') != 'gpointer':
            continue
        siblings = element.findall(f'{CORE}parameters/{CORE}parameter')
        index = str(siblings.index(value)) if value in siblings else ''
        closures = {sibling.get('closure') for sibling in siblings}
        if index not in closures:
            yield f'{gir.name(value)} could be anything'


def check_arrays(gir):
    for element in gir.namespace.iter():
        name = element.get('name')
        inner = element.find(CORE + 'type')
        value = gir.parents.get(element)
        if element.tag == CORE + 'array' and name is None:
            # Where the GIR says nothing, a NULL ends it, which numbers cannot tell from 0.
            if 'length' not in element.attrib and 'fixed-size' not in element.attrib and (
                    element.get('zero-terminated') == '0' or inner is None or inner.get('name') in NUMBERS):
                yield f'{gir.name(value)} does not say how long it is'
            if (inner is None or inner.get('name') == 'gpointer') and value.get('name') != 'padding':
                yield f'{gir.name(value)} does not say what its elements are'
        elif name in CONTAINERS and (inner is None or inner.get('name') == 'gpointer'):
            yield f'{gir.name(value)} does not say what its elements are'
        elif element.tag == CORE + 'type' and name in NUMBERS and value.get('direction') is None and \
                '*' in element.get(C + 'type', ''):
            yield f'{gir.name(value)} is one number behind a pointer'


def check_async(gir):
    for start in gir.namespace.iter(CORE + 'method'):
        name = start.get('name')
        has_callback = any(kind.get('name') == 'Gio.AsyncReadyCallback' for kind in start.iter(CORE + 'type'))
        if has_callback != name.endswith('_async'):
            yield f'{gir.name(start)} is asynchronous by its name or by its arguments alone'
        if not name.endswith('_async'):
            continue
        ends = [method for method in gir.parents[start].findall(CORE + 'method')
                if method.get('name') == name.removesuffix('_async') + '_finish']
        if not ends:
            yield f'{gir.name(start)} has no function that finishes it'
            continue
        if start.get(GLIB + 'finish-func', ends[0].get('name')) != ends[0].get('name'):
            yield f'{gir.name(start)} is finished by another function'
        for method in (start, ends[0]):
            if method.get('introspectable') == '0':
                yield f'{gir.name(method)} is for C alone'
        if not any(kind.get('name') == 'Gio.AsyncResult' for kind in ends[0].iter(CORE + 'type')):
            yield f'{gir.name(ends[0])} takes no result'
        if ends[0].get('throws') != '1':
            yield f'{gir.name(ends[0])} cannot tell that it was cancelled'
        if not any(kind.get('name') == 'Gio.Cancellable' for kind in start.iter(CORE + 'type')):
            yield f'{gir.name(start)} cannot be cancelled'


def check_skipped(gir):
    """What bindings do not get has a replacement, and says which."""
    for element in gir.namespace.iter():
        if element.get('introspectable') == '0' and LINK.search(get_doc(element)) is None:
            yield f'{gir.name(element)} is for C alone, and names nothing for other languages'


def check_errors(gir):
    domain = gir.namespace.find(f'{CORE}enumeration[@{GLIB}error-domain]')
    ours = {member.get(C + 'identifier') for member in domain.findall(CORE + 'member')}
    for element in gir.callables():
        text = get_doc(element)
        for error in ERROR_NAME.findall(text):
            if error.startswith('ERIC_') and error not in ours:
                yield f'{gir.name(element)} names {error}, which does not exist'
        # A virtual method and a callback have the errors of who writes them.
        if element.tag in FUNCTIONS and element.get('throws') == '1' and not names_errors(gir, text):
            yield f'{gir.name(element)} does not name its errors'


def names_errors(gir, text):
    """Errors by name, those of another function that does name them, or that there are none."""
    if ERROR_NAME.search(text) or 'It does not fail.' in text:
        return True
    same = SAME_ERRORS.search(text)
    if same is None:
        return False
    *owner, name = (same[1] or same[2]).split('.')
    parent = gir.find_type(owner[0]) if owner else gir.namespace
    other = parent.find(f'*[@name="{name}"]') if parent is not None else None
    return other is not None and names_errors(gir, get_doc(other))


def check_signals(gir):
    for signal in gir.namespace.iter(GLIB + 'signal'):
        for parameter in signal.findall(f'{CORE}parameters/{CORE}parameter'):
            if re.fullmatch(r'object|arg\d+|p\d+', parameter.get('name')):
                yield f'{gir.name(parameter)} has no name'


CHECKS = [function for name, function in list(globals().items()) if name.startswith('check_')]


def find(gir, first, *names):
    """The element of that name or C name in the namespace, then what is below it; `@name` is a kind."""
    element = gir.find_type(first)
    if element is None:
        element = gir.namespace.find(f'.//*[@{C}identifier="{first}"]')
    for name in names:
        element = next(one for one in element.iter() if one is not element and (
            one.get('name') == name or one.tag.split('}')[1] == name[1:]))
    return element


def remove_doc(element):
    element.remove(element.find(CORE + 'doc'))


def set_doc(element, text):
    element.find(CORE + 'doc').text = text


def unset(attribute):
    return lambda element: element.attrib.pop(attribute)


def put(attribute, value):
    return lambda element: element.set(attribute, value)


def remove_type(element):
    element.remove(element.find(CORE + 'type'))


# What is broken, how, and which check has to find it.
MUTATIONS = [
    (check_since, ['eric_channel_close'], unset('version')),
    (check_since, ['EventSource', '@signal'], unset('version')),
    (check_since, ['Listener', 'on_message'], unset('version')),
    (check_since, ['Channel', 'id'], unset('version')),
    (check_since, ['Channel'], unset('version')),
    (check_since, ['MESSAGE_TYPE_EOF'], unset('version')),
    (check_documented, ['eric_channel_close'], remove_doc),
    (check_documented, ['eric_channel_dispatch', 'message'], remove_doc),
    (check_documented, ['eric_channel_dispatch', 'self'], remove_doc),
    (check_documented, ['Overflow', 'reject'], remove_doc),
    (check_documented, ['Channel', 'adapt', 'message'], remove_doc),
    (check_documented, ['EndFunc', 'user_data'], remove_doc),
    (check_documented, ['SseEvent', 'data'], remove_doc),
    (check_documented, ['EventSourceClass', 'parent_class'], remove_doc),
    (check_documented, ['Message', 'payload'], remove_doc),
    (check_returns_documented, ['eric_channel_watch', '@return-value'], remove_doc),
    (check_returns_documented, ['Channel', 'adapt', '@return-value'], remove_doc),
    (check_transfer, ['eric_channel_watch', '@return-value'], unset('transfer-ownership')),
    (check_transfer, ['eric_channel_dispatch', 'message'], unset('transfer-ownership')),
    (check_transfer, ['EventSource', 'session'], unset('transfer-ownership')),
    (check_nullable, ['eric_message_new', 'payload'], unset('nullable')),
    (check_nullable, ['eric_message_get_id', '@return-value'], unset('nullable')),
    (check_nullable, ['eric_message_get_text', '@return-value'], put('nullable', '1')),
    (check_nullable, ['eric_message_new', 'payload', '@doc'], lambda doc: setattr(doc, 'text', 'what it says')),
    (check_asserted, ['eric_channel_dispatch', 'message'], put('name', 'nobody')),
    (check_asserted, ['eric_message_new', 'payload'], unset('nullable')),
    (check_asserted, ['eric_channel_dispatch'], put(C + 'identifier', 'eric_channel_nothing')),
    (check_callbacks, ['eric_event_source_set_end_func', 'func'], unset('scope')),
    (check_callbacks, ['eric_event_source_set_end_func', 'func'], unset('closure')),
    (check_callbacks, ['eric_event_source_set_end_func', 'func'], unset('destroy')),
    (check_callbacks, ['eric_listener_next_async', 'callback'], put('scope', 'call')),
    (check_callback_data, ['eric_event_source_set_end_func', 'func'], unset('closure')),
    (check_callback_data, ['eric_message_new', 'payload', '@type'], put('name', 'gpointer')),
    (check_arrays, ['eric_listener_deliver_batch', '@return-value', '@type'], put('name', 'gpointer')),
    (check_arrays, ['eric_message_new_from_data', '@array'], unset('length')),
    (check_arrays, ['eric_channel_get_listener_ids', '@array'], put('zero-terminated', '0')),
    (check_arrays, ['eric_channel_get_listener_ids', '@array'], remove_type),
    (check_arrays, ['eric_sse_parser_get_retry_delay', 'retry_delay'], unset('direction')),
    (check_async, ['eric_listener_next_finish'], put('name', 'next_end')),
    (check_async, ['eric_listener_next_finish'], put('introspectable', '0')),
    (check_async, ['eric_listener_next_async'], put('introspectable', '0')),
    (check_async, ['eric_listener_next_async'], put(GLIB + 'finish-func', 'next_batch_finish')),
    (check_async, ['eric_listener_next_async', 'cancellable', '@type'], put('name', 'GObject.Object')),
    (check_async, ['eric_listener_next_finish', 'result', '@type'], put('name', 'GObject.Object')),
    (check_async, ['eric_listener_next_finish'], unset('throws')),
    (check_async, ['eric_listener_next_async'], put('name', 'next_later')),
    (check_skipped, ['eric_channel_close'], put('introspectable', '0')),
    (check_skipped, ['SseEvent'], lambda element: set_doc(element, 'An event.')),
    (check_errors, ['eric_channel_dispatch'], lambda element: set_doc(element, 'Fails in some way.')),
    (check_errors, ['eric_channel_dispatch'], lambda element: set_doc(element, 'Fails with %ERIC_ERROR_WHAT.')),
    (check_errors, ['eric_message_new_full'],
     lambda element: set_doc(element, 'Fails as [method@Message.get_text] does.')),
    (check_signals, ['Channel', 'listener-added', 'listener'], put('name', 'object')),
]


class TestAnnotations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = ElementTree.parse(GIR).getroot()

    def test_complete(self):
        gir = Gir(self.root, FOLDER)
        self.assertGreater(len(gir.callables()), 200)
        for check in CHECKS:
            with self.subTest(check.__name__):
                self.assertEqual(list(check(gir)), [])

    def test_each_check_can_fail(self):
        self.assertEqual({check for check, _, _ in MUTATIONS}, set(CHECKS))
        for check, path, change in MUTATIONS:
            with self.subTest(check.__name__, path=path):
                gir = Gir(copy.deepcopy(self.root), FOLDER)
                change(find(gir, *path))
                self.assertNotEqual(list(check(gir)), [])


if __name__ == '__main__':
    GIR, FOLDER = sys.argv[1:]
    unittest.main(argv=sys.argv[:1], verbosity=2)
