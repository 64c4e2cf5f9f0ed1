# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What of a GIR file the JavaScript bindings and their tests need to know."""

import xml.etree.ElementTree as ElementTree

CORE = '{http://www.gtk.org/introspection/core/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'
TYPES = 'class', 'interface', 'record', 'enumeration', 'bitfield', 'callback', 'constant', 'function'


def read(path):
    return ElementTree.parse(path).getroot().find(f'{CORE}namespace')


def is_public(node):
    """Of a node of the namespace or of a class: what a language sees."""
    return (node.get('introspectable') != '0' and node.get(f'{GLIB}is-gtype-struct-for') is None and
            node.get('shadowed-by') is None and node.get('moved-to') is None)


def name_of(node):
    return node.get('shadows') or node.get('name')


def children(node, *tags):
    for child in node:
        if any(child.tag in (f'{CORE}{tag}', f'{GLIB}{tag}') for tag in tags) and is_public(child):
            yield child


def tag_of(node):
    return node.tag.partition('}')[2]


def parameters(function):
    """All but the instance, in the order of C."""
    return function.findall(f'{CORE}parameters/{CORE}parameter')


def type_of(node):
    """The <type> or <array> of a parameter, a return value, a property or a field."""
    found = node.find(f'{CORE}type')
    return found if found is not None else node.find(f'{CORE}array')


def hidden_parameters(function):
    """Those that a language fills in: lengths of arrays, data of callbacks."""
    hidden = set()
    found = parameters(function)
    for node in [*found, function.find(f'{CORE}return-value')]:
        for index in node.get('closure'), node.get('destroy'):
            # The data of a callback names the callback, too, which stays.
            if index is not None and tag_of(type_of(node)) == 'type' and type_of(node).get('name') != 'gpointer':
                hidden.add(int(index))
        array = node.find(f'{CORE}array')
        if array is not None and array.get('length') is not None:
            hidden.add(int(array.get('length')))
    return {found[index] for index in hidden}


def first_paragraph(node):
    doc = node.find(f'{CORE}doc')
    return ' '.join(doc.text.split('\n\n')[0].split()) if doc is not None and doc.text else ''
