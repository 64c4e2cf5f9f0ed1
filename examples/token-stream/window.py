#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""window.py [--dialect DIALECT] [--url URL] [--model MODEL]: asks a language model in a
window. While it answers, the button says Stop, and closes the connection at once."""

import argparse

import gi
gi.require_version('Eric', '1')
gi.require_version('Gtk', '4.0')
from gi.repository import Eric, GLib, Gtk, Pango

from chat import DIALECTS, explain, find_fault, make_source


class ChatWindow(Gtk.ApplicationWindow):
    def __init__(self, application, options):
        super().__init__(application=application, title='Token stream', default_width=560, default_height=420)
        self.options = options
        self.source = None     # while there is an answer
        self.text = Gtk.TextView(editable=False, cursor_visible=False, wrap_mode=Gtk.WrapMode.WORD_CHAR,
                                 left_margin=12, right_margin=12, top_margin=12, bottom_margin=12)
        self.buffer = self.text.get_buffer()
        self.buffer.create_tag('question', weight=Pango.Weight.BOLD)
        self.buffer.create_tag('aside', style=Pango.Style.ITALIC, foreground='#77767b')
        self.buffer.create_tag('fault', foreground='#c01c28')
        self.entry = Gtk.Entry(hexpand=True, placeholder_text='Ask something')
        self.button = Gtk.Button()
        self.entry.connect('activate', self.ask)
        self.button.connect('clicked', self.ask_or_stop)

        row = Gtk.Box(spacing=6, margin_start=6, margin_end=6, margin_top=6, margin_bottom=6)
        row.append(self.entry)
        row.append(self.button)
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
        box.append(Gtk.ScrolledWindow(child=self.text, vexpand=True))
        box.append(row)
        self.set_child(box)
        self.update_button()
        self.entry.grab_focus()

    def update_button(self):
        self.button.set_label('Ask' if self.source is None else 'Stop')

    def append(self, text, tag=None):
        end = self.buffer.get_end_iter()
        if tag is None:
            self.buffer.insert(end, text)
        else:
            self.buffer.insert_with_tags_by_name(end, text, tag)
        self.text.scroll_to_mark(self.buffer.get_insert(), 0, False, 0, 1)

    def ask_or_stop(self, _button):
        if self.source is None:
            self.ask()
            return
        self.stopped = True
        self.source.close()

    def ask(self, *_):
        prompt = self.entry.get_text().strip()
        if self.source is not None or not prompt:
            return
        self.append(f'{prompt}\n', 'question')
        self.entry.set_text('')
        try:
            self.source = make_source(self.options.dialect, self.options.url, self.options.model, prompt)
        except GLib.Error as error:
            self.append(f'{error.message}\n\n', 'fault')
            return
        reader = Eric.TokenReader.new()
        self.stopped = self.thinking = False
        self.source.set_end_func(lambda _message: reader.is_done())
        self.source.connect('message', self.read, reader)
        self.source.connect('closed', self.conclude, reader)
        self.source.start()
        self.update_button()

    def read(self, _source, message, reader):
        for token in reader.read(message):
            if self.thinking and token.kind != Eric.TokenKind.REASONING:
                self.append('\n')
            self.thinking = token.kind == Eric.TokenKind.REASONING
            if token.kind == Eric.TokenKind.TEXT:
                self.append(token.text)
            elif token.kind == Eric.TokenKind.REASONING:
                self.append(token.text, 'aside')
            elif token.kind == Eric.TokenKind.TOOL_CALL:
                self.append(f'{token.name} {token.text}', 'aside')

    def conclude(self, source, reader):
        fault = explain(source, source.get_error()) if source.get_error() else find_fault(reader)
        if self.stopped:
            self.append('\nStopped', 'aside')
        elif fault is not None:
            self.append(f'\n{fault}', 'fault')
        self.append('\n\n')
        self.source = None
        self.update_button()
        self.entry.grab_focus()


def make_application(arguments=None):
    parser = argparse.ArgumentParser(description='Asks a language model in a window.')
    parser.add_argument('-d', '--dialect', choices=DIALECTS, default='openai')
    parser.add_argument('-u', '--url', help='the service, if not that of the dialect')
    parser.add_argument('-m', '--model')
    options = parser.parse_args(arguments)
    application = Gtk.Application()
    application.connect('activate', lambda application: ChatWindow(application, options).present())
    return application


if __name__ == '__main__':
    make_application().run()
