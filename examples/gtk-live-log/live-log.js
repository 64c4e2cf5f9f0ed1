#!/usr/bin/gjs -m
// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// live-log.js URL: shows what comes on a channel, the newest first, and publishes to it.

import Adw from "gi://Adw?version=1";
import Eric from "gi://Eric?version=1";
import Gio from "gi://Gio";
import GLib from "gi://GLib";
import GObject from "gi://GObject";
import Gtk from "gi://Gtk?version=4.0";
import Soup from "gi://Soup?version=3.0";

Gio._promisify(Soup.Session.prototype, "send_and_read_async");
const MAX_MESSAGES = 1000;
const session = new Soup.Session();

const Window = GObject.registerClass(class Window extends Adw.ApplicationWindow {
  constructor(application, url) {
    super({application, title: url, default_width: 720, default_height: 520});
    this.messages = new Eric.MessageList({max_items: MAX_MESSAGES, newest_first: true});
    this.held = [];   // what comes while it is paused
    this.filter = Gtk.CustomFilter.new(message => this.matches(message));
    this.source = Eric.EventSource.new(url);
    this.build();
    for (const signal of ["notify::ready-state", "before-connect", "error"])
      this.source.connect(signal, () => this.showState());
    this.read().catch(() => this.showState());
    GLib.timeout_add(GLib.PRIORITY_DEFAULT, 500, () => this.showState());
  }

  build() {
    this.state = new Adw.WindowTitle({title: GLib.path_get_basename(this.source.uri)});
    this.pause = new Gtk.ToggleButton({label: "Pause"});
    this.pause.connect("toggled", () => {
      if (!this.pause.active)
        this.held.splice(0).forEach(message => this.messages.append(message));
      this.showState();
    });
    this.retry = new Gtk.Button({label: "Try Now", css_classes: ["suggested-action"]});
    this.retry.connect("clicked", () => this.source.retry_now());
    const header = new Adw.HeaderBar({title_widget: this.state});
    header.pack_start(this.pause);
    header.pack_end(this.retry);
    const margins = {margin_start: 6, margin_end: 6, margin_bottom: 6};
    this.search = new Gtk.SearchEntry({placeholder_text: "Filter by type or text", ...margins});
    this.search.connect("search-changed", () => this.filter.changed(Gtk.FilterChange.DIFFERENT));
    this.entry = new Gtk.Entry({placeholder_text: "Publish a message", margin_top: 6, ...margins});
    this.entry.connect("activate", () => this.publish().catch(({message}) => this.toasts.add_toast(
      new Adw.Toast({title: GLib.markup_escape_text(`Not published: ${message}`, -1)}))));

    // The list of messages straight into the list widget, but for the filter.
    const model = new Gtk.FilterListModel({model: this.messages, filter: this.filter, incremental: true});
    const factory = new Gtk.SignalListItemFactory();
    factory.connect("setup", (_factory, item) => {
      const row = new Gtk.Box({spacing: 12, margin_start: 6});
      row.append(new Gtk.Inscription({min_chars: 12, css_classes: ["accent"]}));
      row.append(new Gtk.Inscription({hexpand: true, text_overflow: Gtk.InscriptionOverflow.ELLIPSIZE_END}));
      item.set_child(row);
    });
    factory.connect("bind", (_factory, item) => {
      const [type, text] = item.get_child();
      type.set_text(item.get_item().type);
      text.set_text(item.get_item().text.slice(0, 512).replaceAll("\n", " "));
    });
    const view = new Gtk.ListView({model: new Gtk.NoSelection({model}), factory, css_classes: ["monospace"]});
    const scroller = new Gtk.ScrolledWindow({child: view, vexpand: true, hscrollbar_policy: Gtk.PolicyType.NEVER});
    model.connect("items-changed", () => {
      if (scroller.vadjustment.value < 1)
        view.activate_action("list.scroll-to-item", new GLib.Variant("u", 0));
    });

    this.toasts = new Adw.ToastOverlay({child: new Gtk.Box({orientation: Gtk.Orientation.VERTICAL})});
    for (const child of [header, this.search, scroller, this.entry])
      this.toasts.child.append(child);
    this.set_content(this.toasts);
  }

  async read() {
    for await (const message of this.source) {
      if (!this.pause.active)
        this.messages.append(message);
      else if (this.held.push(message) > MAX_MESSAGES)
        this.held.shift();
    }
  }

  showState() {
    const {ready_state: state, retry_time: retryTime} = this.source;
    const seconds = Math.ceil((retryTime - GLib.get_monotonic_time()) / 1e6);
    const text = ["Connecting…", "Connected", `Failed: ${this.source.error?.message}`][state];
    this.state.set_subtitle((retryTime < 0 ? text : `Reconnecting in ${seconds} s`) +
      (this.pause.active ? `, paused, ${this.held.length} new` : ""));
    this.retry.set_visible(retryTime >= 0);
    return GLib.SOURCE_CONTINUE;
  }

  matches(message) {
    const text = this.search.text.toLowerCase();
    return message.type.toLowerCase().includes(text) || message.text.toLowerCase().includes(text);
  }

  async publish() {
    const request = Soup.Message.new("POST", this.source.uri);
    request.set_request_body_from_bytes("text/plain", new TextEncoder().encode(this.entry.text));
    await session.send_and_read_async(request, GLib.PRIORITY_DEFAULT, null);
    if (request.get_status() !== Soup.Status.ACCEPTED)
      throw new Error(request.get_reason_phrase());
    this.entry.set_text("");
  }
});

const application = new Adw.Application({flags: Gio.ApplicationFlags.NON_UNIQUE});
application.connect("activate", () => new Window(application, ARGV[0]).present());
if (ARGV.length === 1)
  application.run([]);
else
  printerr("Usage: live-log.js http://HOST:PORT/events/CHANNEL");
