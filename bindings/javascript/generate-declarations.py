#!/usr/bin/env python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes TypeScript declarations in the manner of the packages @girs.

Arguments: the GIR file; the file of what the overrides add, in TypeScript; the file to
write. A member that the overrides declare stands for the one that the GIR has."""

import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import gir  # noqa: E402

BASIC = {
    'none': 'void', 'gboolean': 'boolean', 'utf8': 'string', 'filename': 'string', 'gpointer': 'any',
    'GType': 'GObject.GType',
    **dict.fromkeys(['gint', 'guint', 'gint8', 'guint8', 'gint16', 'guint16', 'gint32', 'guint32', 'gint64',
                     'guint64', 'gsize', 'gssize', 'glong', 'gulong', 'gfloat', 'gdouble', 'GLib.Quark'], 'number'),
}
NAMESPACES = 'GLib', 'GObject', 'Gio', 'Soup'
RESERVED = {'function', 'new', 'default', 'in', 'delete', 'class', 'var', 'this'}
MEMBER = re.compile(r'(static )?(?:readonly |get |set )?(\[?[\w.]+\]?)[(:<?]')

# What the parameters of an asynchronous function end with; GJS fills it in.
OPTIONAL_AT_END = {'io_priority', 'cancellable'}


def camel_case(name):
    return re.sub(r'[-_](.)', lambda match: match[1].upper(), name)


def snake_case(name):
    return name.replace('-', '_')


def doc(node, indent):
    text = gir.first_paragraph(node)
    text = re.sub(r'\[(?:method|ctor|func|class|struct|enum|signal|property|callback|id)@([^\]]+)\]', r'`\1`', text)
    text = re.sub(r'%(\w+)', r'`\1`', re.sub(r'(?<!\w)@(\w+)', r'`\1`', text)).replace('*/', '* /')
    return [f'{indent}/** {text} */'] if text else []


def type_text(node, incoming=False):
    """The type of a parameter, a return value or a property; in the way in more is taken."""
    found = gir.type_of(node)
    if gir.tag_of(found) == 'array':
        if found.get('name') == 'GLib.PtrArray' or found.find(f'{gir.CORE}type') is not None:
            element = found.find(f'{gir.CORE}type').get('name')
            if element == 'guint8':
                return 'Uint8Array | string' if incoming else 'Uint8Array'
            return f'{named(element)}[]'
    return named(found.get('name'), incoming)


def named(name, incoming=False):
    if name in BASIC:
        return BASIC[name] + (' | { $gtype: GObject.GType }' if incoming and name == 'GType' else '')
    if name == 'GLib.Bytes' and incoming:
        return 'GLib.Bytes | Uint8Array'
    return name


def is_nullable(node):
    return node.get('nullable') == '1' or node.get('allow-none') == '1' and node.get('direction', 'in') == 'in'


def nullable(text, node):
    return f'{text} | null' if is_nullable(node) else text


def parameter_name(node):
    return f'{node.get("name")}_' if node.get('name') in RESERVED else node.get('name')


def incoming(function):
    hidden = gir.hidden_parameters(function)
    return [node for node in gir.parameters(function)
            if node not in hidden and node.get('direction', 'in') != 'out']


def parameter_list(nodes, optional=()):
    """Those at the end that may be null may be left out where `optional` has their names."""
    texts = []
    may_be_left_out = True
    for node in reversed(nodes):
        may_be_left_out = may_be_left_out and node.get('name') in optional
        mark = '?' if may_be_left_out else ''
        texts.insert(0, f'{parameter_name(node)}{mark}: {nullable(type_text(node, True), node)}')
    return ', '.join(texts)


def result(function):
    """What GJS returns: the return value and what goes out, in an array where there are several."""
    hidden = gir.hidden_parameters(function)
    value = function.find(f'{gir.CORE}return-value')
    texts = [] if gir.type_of(value).get('name') == 'none' else [nullable(type_text(value), value)]
    texts += [nullable(type_text(node), node) for node in gir.parameters(function)
              if node.get('direction') == 'out' and node not in hidden]
    return texts[0] if len(texts) == 1 else f'[{", ".join(texts)}]' if texts else 'void'


class Class:
    def __init__(self, node, additions):
        self.node = node
        self.name = node.get('name')
        self.additions = additions.get(self.name, [])
        self.replaced = {(bool(match[1]), match[2]) for match in map(MEMBER.match, self.additions) if match}
        self.methods = {gir.name_of(method): method for method in gir.children(node, 'method')}

    def properties(self):
        return list(gir.children(self.node, 'property'))

    def lines(self):
        parent = self.node.get('parent')
        interfaces = [node.get('name') for node in gir.children(self.node, 'implements')]
        heritage = f' extends {parent}' if parent else ''
        yield from self.constructor_properties(parent)
        if interfaces:
            yield f'  interface {self.name} extends {", ".join(interfaces)} {{}}'
        yield from doc(self.node, '  ')
        yield f'  class {self.name}{heritage} {{'
        yield f'    static $gtype: GObject.GType<{self.name}>;'
        for part in (self.constructors(), self.property_lines(), self.method_lines(), self.vfunc_lines(),
                     self.signal_lines(), self.addition_lines()):
            yield from part
        yield '  }'

    def has(self, name, static=False):
        return (static, name) in self.replaced

    def constructor_properties(self, parent):
        """What `new` takes."""
        if parent is None:
            return
        above = f'{parent}.ConstructorProps' if '.' not in parent else 'GObject.Object.ConstructorProps'
        yield f'  namespace {self.name} {{'
        yield f'    interface ConstructorProps extends {above} {{'
        for node in self.properties():
            if node.get('writable') == '1':
                text = f'{type_text(node)} | null' if self.may_be_null(node) else type_text(node)
                for name in sorted({snake_case(node.get('name')), camel_case(node.get('name'))}, reverse=True):
                    yield f'      {name}?: {text};'
        yield '    }'
        yield '  }'

    def may_be_null(self, node):
        getter = self.methods.get(node.get('getter'))
        if getter is not None and is_nullable(getter.find(f'{gir.CORE}return-value')):
            return True
        setter = self.methods.get(node.get('setter'))
        return setter is not None and any(map(is_nullable, gir.parameters(setter)))

    def constructors(self):
        if self.node.get('parent') and not self.has('constructor'):
            yield f'    constructor(properties?: {self.name}.ConstructorProps);'
        for node in gir.children(self.node, 'constructor'):
            if not self.has(gir.name_of(node), True):
                yield from doc(node, '    ')
                yield f'    static {gir.name_of(node)}({parameter_list(incoming(node))}): {self.name};'
            # Those of a subclass take other things than those of the class above it.
            yield f'    static {gir.name_of(node)}(...args: never[]): any;'
        for node in gir.children(self.node, 'function'):
            yield f'    static {gir.name_of(node)}({parameter_list(incoming(node))}): {result(node)};'

    def property_lines(self):
        for node in self.properties():
            for name in sorted({snake_case(node.get('name')), camel_case(node.get('name'))}, reverse=True):
                if self.has(name):
                    continue
                text = f'{type_text(node)} | null' if self.may_be_null(node) else type_text(node)
                fixed = node.get('writable') != '1' or node.get('construct-only') == '1'
                yield from doc(node, '    ')
                yield f'    {"readonly " if fixed else ""}{name}: {text};'

    def method_lines(self):
        for name, node in self.methods.items():
            if self.has(name):
                continue
            yield from doc(node, '    ')
            finish = self.methods.get(f'{name[:-len("_async")]}_finish') if name.endswith('_async') else None
            if finish is None:
                yield f'    {name}({parameter_list(incoming(node), {"cancellable"})}): {result(node)};'
            else:
                yield from self.promise_lines(name, incoming(node), result(finish))

    def promise_lines(self, name, nodes, value):
        listed = parameter_list(nodes[:-1], OPTIONAL_AT_END)
        yield f'    {name}({listed}): Promise<{value}>;'
        required = ', '.join(f'{parameter_name(node)}: {nullable(type_text(node, True), node)}' for node in nodes[:-1])
        yield f'    {name}({required}, callback: Gio.AsyncReadyCallback<this> | null): void;'
        yield f'    {camel_case(name)}({listed}): Promise<{value}>;'

    def vfunc_lines(self):
        for node in gir.children(self.node, 'virtual-method'):
            name = f'vfunc_{gir.name_of(node)}'
            if not self.has(name):
                yield f'    {name}({parameter_list(incoming(node))}): {result(node)};'

    def signal_lines(self):
        signals = list(gir.children(self.node, 'signal'))
        details = [(f"'{node.get('name')}'" + (f' | `{node.get("name")}::${{string}}`' if node.get('detailed') else ''),
                    parameter_list(gir.parameters(node)), result(node)) for node in signals]
        details += [(f"'notify::{node.get('name')}'", 'pspec: GObject.ParamSpec', 'void') for node in self.properties()]
        if not details:
            return
        for method in 'connect', 'connect_after':
            for signal, listed, value in details:
                more = f', {listed}' if listed else ''
                yield f'    {method}(signal: {signal}, callback: (source: this{more}) => {value}): number;'
            yield f'    {method}(signal: string, callback: (...args: any[]) => any): number;'

    def addition_lines(self):
        for line in self.additions:
            yield f'    {line}'


def enumeration(node):
    yield from doc(node, '  ')
    if node.get(f'{gir.GLIB}error-domain') is not None:
        yield f'  class {node.get("name")} extends GLib.Error {{'
        for member in gir.children(node, 'member'):
            yield from doc(member, '    ')
            yield f'    static readonly {member.get("name").upper()}: number;'
        for function in gir.children(node, 'function'):
            yield f'    static {gir.name_of(function)}(): {result(function)};'
    else:
        yield f'  enum {node.get("name")} {{'
        for member in gir.children(node, 'member'):
            yield from doc(member, '    ')
            yield f'    {member.get("name").upper()} = {member.get("value")},'
    yield '  }'


def top_level(node, additions):
    tag = gir.tag_of(node)
    name = gir.name_of(node)
    if tag in ('class', 'interface', 'record'):
        yield from Class(node, additions).lines()
    elif tag in ('enumeration', 'bitfield'):
        yield from enumeration(node)
    elif tag == 'callback':
        yield from doc(node, '  ')
        yield f'  type {name} = ({parameter_list(incoming(node))}) => {result(node)};'
    elif tag == 'constant':
        yield from doc(node, '  ')
        yield f'  const {name}: {type_text(node)};'
    elif tag == 'function':
        yield from doc(node, '  ')
        yield f'  function {name}({parameter_list(incoming(node))}): {result(node)};'


def read_additions(path):
    """Lines by class, and those that belong to none. A class is `class NAME {`, and ends with `}`."""
    classes, others, current = {}, [], None
    with open(path, encoding='utf-8') as file:
        for line in file.read().splitlines():
            if line.startswith('//'):
                continue
            if line.startswith('class '):
                current = classes.setdefault(line.split()[1], [])
            elif current is not None and line == '}':
                current = None
            elif current is not None:
                current.append(line[2:])
            else:
                others.append(line)
    return classes, [line for line in others if line]


def declarations(namespace, additions, others):
    name, version = namespace.get('name'), namespace.get('version')
    yield '// Copyright 2026 The eric-sse authors'
    yield '// SPDX-License-Identifier: LGPL-2.1-or-later'
    yield '//'
    yield '// Made when the library is built.'
    yield ''
    yield f"declare module 'gi://{name}?version={version}' {{"
    yield f'export namespace {name} {{'
    for line in others:
        yield f'  {line}'
    for node in gir.children(namespace, *gir.TYPES):
        yield ''
        yield from top_level(node, additions)
    yield '}'
    yield ''
    yield f'export default {name};'
    for one in NAMESPACES:
        version_part = '?version=3.0' if one == 'Soup' else ''
        yield f"import {one} from 'gi://{one}{version_part}';"
    yield '}'
    yield ''
    yield f"declare module 'gi://{name}' {{"
    yield f"import {name} from 'gi://{name}?version={version}';"
    yield f'export default {name};'
    yield '}'


def main(gir_path, additions_path, output_path):
    namespace = gir.read(gir_path)
    additions, others = read_additions(additions_path)
    known = {node.get('name') for node in gir.children(namespace, *gir.TYPES)}
    if set(additions) - known:
        sys.exit(f'{additions_path}: there is no class {", ".join(sorted(set(additions) - known))}')
    with open(output_path, 'w', encoding='utf-8') as file:
        for line in declarations(namespace, additions, others):
            file.write(f'{line}\n')


if __name__ == '__main__':
    main(*sys.argv[1:])
