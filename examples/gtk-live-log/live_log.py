#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""live_log.py URL: shows what comes on a channel, the newest first, and publishes to it."""

import collections
import sys

import gi
for namespace, version in {'Adw': '1', 'Eric': '1', 'Gtk': '4.0', 'Soup': '3.0'}.items():
    gi.require_version(namespace, version)
from gi.repository import Adw, Eric, Gio, GLib, Gtk, Soup

MAX_MESSAGES = 1000


class Window(Adw.ApplicationWindow):
    def __init__(self, application, url):
        super().__init__(application=application, title=url, default_width=720, default_height=520)
        self.messages = Eric.MessageList(max_items=MAX_MESSAGES, newest_first=True)
        self.held = collections.deque(maxlen=MAX_MESSAGES)    # what comes while it is paused
        self.filter = Gtk.CustomFilter.new(self.matches)
        self.session = Soup.Session()
        self.source = Eric.EventSource(url)
        self.build()
        self.source.connect('message', self.on_message)
        for signal in ['notify::ready-state', 'before-connect', 'error']:
            self.source.connect(signal, lambda *_: self.show_state())
        self.source.start()
        GLib.timeout_add(500, self.show_state)

    def build(self):
        self.state = Adw.WindowTitle(title=self.source.uri.rpartition('/')[2])
        self.pause = Gtk.ToggleButton(label='Pause')
        self.pause.connect('toggled', self.on_pause_toggled)
        self.retry = Gtk.Button(label='Try Now', css_classes=['suggested-action'])
        self.retry.connect('clicked', lambda _: (self.source.retry_now(), self.source.start()))
        header = Adw.HeaderBar(title_widget=self.state)
        header.pack_start(self.pause)
        header.pack_end(self.retry)
        margins = {'margin_start': 6, 'margin_end': 6, 'margin_bottom': 6}
        self.search = Gtk.SearchEntry(placeholder_text='Filter by type or text', **margins)
        self.search.connect('search-changed', lambda _: self.filter.changed(Gtk.FilterChange.DIFFERENT))
        self.entry = Gtk.Entry(placeholder_text='Publish a message', margin_top=6, **margins)
        self.entry.connect('activate', self.publish)

        # The list of messages straight into the list widget, but for the filter.
        model = Gtk.FilterListModel(model=self.messages, filter=self.filter, incremental=True)
        factory = Gtk.SignalListItemFactory()
        factory.connect('setup', self.on_setup)
        factory.connect('bind', self.on_bind)
        self.view = Gtk.ListView(model=Gtk.NoSelection(model=model), factory=factory, css_classes=['monospace'])
        self.scroller = Gtk.ScrolledWindow(child=self.view, vexpand=True, hscrollbar_policy=Gtk.PolicyType.NEVER)
        model.connect('items-changed', self.stay_with_newest)

        self.toasts = Adw.ToastOverlay(child=Gtk.Box(orientation=Gtk.Orientation.VERTICAL))
        for child in [header, self.search, self.scroller, self.entry]:
            self.toasts.get_child().append(child)
        self.set_content(self.toasts)

    def on_setup(self, _factory, item):
        row = Gtk.Box(spacing=12, margin_start=6)
        row.append(Gtk.Inscription(min_chars=12, css_classes=['accent']))
        row.append(Gtk.Inscription(hexpand=True, text_overflow=Gtk.InscriptionOverflow.ELLIPSIZE_END))
        item.set_child(row)

    def on_bind(self, _factory, item):
        kind, text = item.get_child()
        kind.set_text(item.get_item().type)
        text.set_text(item.get_item().text[:512].replace('\n', ' '))

    def show_state(self):
        seconds = (self.source.retry_time - GLib.get_monotonic_time()) // 1000000 + 1
        states = {Eric.ReadyState.OPEN: 'Connected', Eric.ReadyState.CONNECTING: 'Connecting…',
                  Eric.ReadyState.CLOSED: f'Failed: {self.source.error and self.source.error.message}'}
        waiting = self.source.retry_time >= 0
        state = f'Reconnecting in {seconds} s' if waiting else states[self.source.ready_state]
        self.state.set_subtitle(state + (f', paused, {len(self.held)} new' if self.pause.get_active() else ''))
        self.retry.set_visible(waiting or self.source.ready_state == Eric.ReadyState.CLOSED)
        return GLib.SOURCE_CONTINUE

    def on_message(self, _source, message):
        (self.held if self.pause.get_active() else self.messages).append(message)

    def on_pause_toggled(self, pause):
        while self.held and not pause.get_active():
            self.messages.append(self.held.popleft())
        self.show_state()

    def stay_with_newest(self, *_):
        if self.scroller.get_vadjustment().get_value() < 1:
            self.view.activate_action('list.scroll-to-item', GLib.Variant('u', 0))

    def matches(self, message):
        text = self.search.get_text().casefold()
        return text in message.type.casefold() or text in message.text.casefold()

    def publish(self, entry):
        request = Soup.Message.new('POST', self.source.uri)
        request.set_request_body_from_bytes('text/plain', GLib.Bytes.new(entry.get_text().encode()))
        self.session.send_and_read_async(request, GLib.PRIORITY_DEFAULT, None, self.on_published, request)

    def on_published(self, session, result, request):
        try:
            session.send_and_read_finish(result)
            failure = request.get_status() != Soup.Status.ACCEPTED and request.get_reason_phrase()
        except GLib.Error as error:
            failure = error.message
        if failure:
            self.toasts.add_toast(Adw.Toast(title=GLib.markup_escape_text(f'Not published: {failure}')))
        else:
            self.entry.set_text('')


if len(sys.argv) != 2:
    sys.exit(f'Usage: {sys.argv[0]} http://HOST:PORT/events/CHANNEL')
application = Adw.Application(application_id='io.github.eric_sse.LiveLogPython', flags=Gio.ApplicationFlags.NON_UNIQUE)
application.connect('activate', lambda application: Window(application, sys.argv[1]).present())
sys.exit(application.run())
