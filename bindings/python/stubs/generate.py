#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""generate.py GIR OVERRIDES OUTPUT: writes the type stub of gi.repository.Eric.

What C has is read from the GIR; OVERRIDES is a stub of what the Python overrides add and
change, whose members take the place of those of the same name."""

import ast
import keyword
import sys
import textwrap
import xml.etree.ElementTree as ElementTree

CORE = '{http://www.gtk.org/introspection/core/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'
C = '{http://www.gtk.org/introspection/c/1.0}'
NAMESPACE = 'Eric'

BASIC = {
    'none': 'None', 'gboolean': 'bool', 'utf8': 'str', 'filename': 'str', 'gdouble': 'float', 'gpointer': 'Any',
    'GType': 'type | GObject.GType', 'GLib.Quark': 'int', 'GLib.DestroyNotify': 'Any',
    **dict.fromkeys(['gint', 'guint', 'gint64', 'guint64', 'gsize', 'gssize', 'guint8'], 'int'),
}
HEAD = '''\
# Generated: do not edit.
# pylint: disable=all

import enum
from collections.abc import (
    AsyncGenerator, AsyncIterator, Awaitable, Callable, ItemsView, Iterable, Iterator, KeysView, Mapping,
    ValuesView)
from typing import Any, Final, Literal, TypeVar, overload

from typing_extensions import Self

from gi.repository import Gio, GLib, GObject, Soup  # type: ignore

_T = TypeVar('_T')
'''
ASYNC_ARGUMENTS = 'io_priority', 'cancellable', 'callback', 'user_data'


def find(element, name):
    return element.find(CORE + name)


def find_all(element, *names):
    return [child for child in element
            if child.tag in [CORE + name for name in names] and child.get('introspectable') != '0']


def is_true(element, name):
    return element is not None and element.get(name) == '1'


class Function:
    """What a callable of the GIR takes and gives, as Python sees it."""

    def __init__(self, element, callbacks):
        self.name = element.get('name')
        self.element = element
        self.callbacks = callbacks
        parameters = find(element, 'parameters')
        self.parameters = [] if parameters is None else find_all(parameters, 'parameter')
        self.hidden = self._find_hidden()
        self.inputs = [parameter for i, parameter in enumerate(self.parameters)
                       if i not in self.hidden and parameter.get('direction') != 'out']

    def _find_hidden(self):
        """The indices of what Python does not see: lengths, user data and destroy functions."""
        hidden = set()
        for element in [*self.parameters, find(self.element, 'return-value')]:
            array = None if element is None else find(element, 'array')
            if array is not None and array.get('length'):
                hidden.add(int(array.get('length')))
            for name in 'closure', 'destroy':
                if element is not None and element.get(name):
                    hidden.add(int(element.get(name)))
        return hidden

    def type_of(self, element, given=False):
        nullable = is_true(element, 'nullable') or is_true(element, 'allow-none')
        array = find(element, 'array')
        if array is not None:
            item = find(array, 'type').get('name')
            name = 'bytes' if item == 'guint8' else f'list[{self.name_of(item)}]'
            nullable = nullable and (given or item == 'guint8')     # PyGObject gives an empty list
        else:
            name = self.name_of(find(element, 'type').get('name'))
        return f'{name} | None' if nullable and name != 'Any' else name

    def name_of(self, name):
        if name in self.callbacks:
            return self.callbacks[name]
        return BASIC.get(name, name)

    def outputs(self):
        value = find(self.element, 'return-value')
        types = [] if is_true(value, 'skip') else [self.type_of(value)]
        types += [self.type_of(parameter) for i, parameter in enumerate(self.parameters)
                  if parameter.get('direction') == 'out' and i not in self.hidden]
        if len(types) > 1:
            types = [name for name in types if name != 'None']
        return types[0] if len(types) == 1 else f'tuple[{", ".join(types)}]'

    def arguments(self, skip=()):
        """Of trailing ones that may be None, PyGObject does without."""
        inputs = [parameter for parameter in self.inputs if parameter.get('name') not in skip]
        optional = len(inputs)
        while optional > 0 and (is_true(inputs[optional - 1], 'nullable') or is_true(inputs[optional - 1], 'allow-none')):
            optional -= 1
        result = []
        for i, parameter in enumerate(inputs):
            name = parameter.get('name')
            name += '_' if keyword.iskeyword(name) else ''
            result.append(f'{name}: {self.type_of(parameter, True)}' + (' = None' if i >= optional else ''))
        if any(parameter.get('closure') and parameter.get('scope') for parameter in self.parameters) and not skip:
            result.append('*user_data: Any')
        return result


class Generator:
    def __init__(self, namespace):
        self.namespace = namespace
        self.callbacks = {}
        for element in find_all(namespace, 'callback'):
            function = Function(element, {})
            types = [argument.split(': ')[1].removesuffix(' = None') for argument in function.arguments()
                     if not argument.startswith('*')]
            self.callbacks[element.get('name')] = f'Callable[[{", ".join(types)}], {function.outputs()}]'
        self.callbacks['Gio.AsyncReadyCallback'] = 'Callable[..., Any]'

    def function(self, element):
        return Function(element, self.callbacks)

    def method(self, element, kind, name=None):
        function = self.function(element)
        first = {'method': ['self'], 'virtual-method': ['self'], 'constructor': ['cls'], 'function': []}[kind]
        arguments = ', '.join([*first, *function.arguments()])
        result = 'Self' if kind == 'constructor' else function.outputs()
        lines = [f'def {name or function.name}({arguments}) -> {result}: ...']
        if kind == 'constructor':
            lines = ['@classmethod', lines[0] + '  # type: ignore[override]']
        elif kind == 'function':
            lines.insert(0, '@staticmethod')
        return lines

    def async_method(self, element, finish):
        """What is awaited without a callback."""
        function = self.function(element)
        own = function.arguments(skip=ASYNC_ARGUMENTS)
        priority = ['io_priority: int = ...'] if any(p.get('name') == 'io_priority' for p in function.inputs) else []
        cancellable = 'cancellable: Gio.Cancellable | None'
        awaited = ', '.join(['self', *own, *priority, f'{cancellable} = None', 'callback: None = None'])
        called = ', '.join(['self', *(argument.removesuffix(' = None') for argument in own),
                            *(argument.removesuffix(' = ...') for argument in priority), cancellable,
                            'callback: Callable[..., Any]', '*user_data: Any'])
        result = self.function(finish).outputs()
        return ['@overload', f'def {function.name}({awaited}) -> Awaitable[{result}]: ...',
                '@overload', f'def {function.name}({called}) -> None: ...']

    def attribute(self, element, setters):
        """What a getter without arguments is as an attribute."""
        function = self.function(element)
        if function.parameters or is_true(element, 'throws'):
            return None
        name = function.name[len('get_'):]
        lines = ['@property', f'def {name}(self) -> {function.outputs()}: ...']
        setter = setters.get(f'set_{name}')
        if setter is not None:
            arguments = self.function(setter).arguments()
            if len(arguments) == 1 and not is_true(setter, 'throws'):
                lines += [f'@{name}.setter', f'def {name}(self, value: {arguments[0].split(": ")[1]}) -> None: ...']
        return name, lines

    def members(self, element):
        """Name and lines of each member of a class or a record."""
        methods = {method.get('name'): method for method in find_all(element, 'method')}
        members = {}
        for field in find_all(element, 'field'):
            if not is_true(field, 'private') and field.get('name') not in ('parent_instance', 'parent_class', 'padding') \
                    and find(field, 'callback') is None:
                members[field.get('name')] = [f'{field.get("name")}: {self.function(field).type_of(field)}']
        for constructor in find_all(element, 'constructor', 'function'):
            kind = constructor.tag.removeprefix(CORE)
            members[constructor.get('name')] = self.method(constructor, kind)
        for name, method in methods.items():
            finish = methods.get(f'{name.removesuffix("_async")}_finish') if name.endswith('_async') else None
            members[name] = self.method(method, 'method') if finish is None else self.async_method(method, finish)
            if name.startswith(('get_', 'dup_')):
                attribute = self.attribute(method, methods)
                if attribute is not None:
                    members.setdefault(*attribute)
        for method in find_all(element, 'virtual-method'):
            name = f'do_{method.get("name")}'
            members[name] = self.method(method, 'virtual-method', name)
        return members

    def class_(self, element):
        name, parent = element.get('name'), element.get('parent')
        # A base that nobody has a stub of would be taken for anything, and nothing be checked.
        bases = [] if parent is None else ['_Object' if '.' in parent else parent]
        properties = {p.get('name').replace('-', '_'): p for p in find_all(element, 'property')}
        members = self.members(element)
        writable = [f'{key}: {self.function(p).type_of(p)} = ...' for key, p in properties.items()
                    if p.get('writable') == '1']
        if writable and '__init__' not in members:
            members['__init__'] = [f'def __init__(self, *, {", ".join(writable)}) -> None: ...']
        return name, bases, members

    def toplevel(self):
        """Name and lines of each enumeration, constant and function; of classes, the bases
        and members instead of lines."""
        for element in self.namespace:
            if element.get('introspectable') == '0':
                continue
            kind, name = element.tag.removeprefix(CORE), element.get('name')
            if kind == 'constant':
                basic = BASIC[find(element, 'type').get('name')]
                yield name, [f'{name}: Final[{basic}]'], None
            elif kind == 'enumeration':
                error = element.get(GLIB + 'error-domain') is not None
                name = 'ErrorCode' if error else name
                lines = [f'class {name}(enum.IntEnum):']
                lines += [f'    {member.get("name").upper()} = {member.get("value")}'
                          for member in find_all(element, 'member')]
                yield name, lines, None
            elif kind == 'function' and not element.get('moved-to'):
                yield name, self.method(element, 'function')[1:], None
            elif kind == 'class' or (kind == 'record' and not element.get(GLIB + 'is-gtype-struct-for')):
                name, bases, members = self.class_(element)
                yield name, bases, members
            elif kind == 'record':
                yield name, [f'class {name}: ...'], None


def parse_overrides(text):
    """The same of a stub: imports are left out."""
    tree = ast.parse(text)
    plain, classes = {}, {}

    def source(node):
        start = min([node.lineno, *(d.lineno for d in getattr(node, 'decorator_list', []))])
        return textwrap.dedent('\n'.join(text.splitlines()[start - 1:node.end_lineno])).splitlines()

    def name_of(node):
        if isinstance(node, ast.Assign):
            return node.targets[0].id
        return node.target.id if isinstance(node, ast.AnnAssign) else node.name

    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            members = {}
            for member in node.body:
                if isinstance(member, (ast.FunctionDef, ast.AsyncFunctionDef, ast.AnnAssign, ast.Assign)):
                    members.setdefault(name_of(member), []).extend(source(member))
            classes[node.name] = [ast.unparse(base) for base in node.bases], members
        elif isinstance(node, (ast.FunctionDef, ast.AnnAssign, ast.Assign)):
            plain[name_of(node)] = source(node)
    return plain, classes


def write_class(name, bases, members):
    base = f'({", ".join(bases)})' if bases else ''
    body = [f'    {line}' for lines in members.values() for line in lines]
    return '\n'.join([f'class {name}{base}:', *(body or ['    ...'])])


def main():
    gir, overrides, output = sys.argv[1:]
    namespace = find(ElementTree.parse(gir).getroot(), 'namespace')
    generator = Generator(namespace)
    with open(overrides, encoding='utf-8') as file:
        plain, classes = parse_overrides(file.read())
    parts, errors = [HEAD], []
    for name, lines, members in generator.toplevel():
        if members is None:
            parts.append('\n'.join(plain.pop(name, lines)))
            if name == 'ErrorCode':
                errors = [line.split()[0] for line in lines[1:]]
            continue
        more_bases, more = classes.pop(name, ([], {}))
        parts.append(write_class(name, [*lines, *more_bases], members | more))
    for name, (bases, members) in classes.items():
        if name == 'Error':
            members |= {code: [f'{code}: Final = ErrorCode.{code}'] for code in errors}
        parts.append(write_class(name, bases, members))
    parts += ['\n'.join(lines) for lines in plain.values()]
    with open(output, 'w', encoding='utf-8') as file:
        file.write('\n\n\n'.join(parts) + '\n')


if __name__ == '__main__':
    main()
