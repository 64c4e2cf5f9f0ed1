#!/usr/bin/env -S gjs -m
// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// window.js URL: the messages of an event stream in a window, the newest first.

import Adw from "gi://Adw?version=1";
import Eric from "gi://Eric?version=1";
import GObject from "gi://GObject";
import Gtk from "gi://Gtk?version=4.0";
import Pango from "gi://Pango";
import System from "system";

import { describe } from "./describe.js";

const [uri] = System.programArgs;
if (uri === undefined) {
  printerr("Usage: window.js URL");
  System.exit(1);
}
const MAX_MESSAGES = 1000;

function newFactory() {
  const factory = new Gtk.SignalListItemFactory();
  factory.connect("setup", (_factory, item) =>
    item.set_child(new Gtk.Label({ xalign: 0, ellipsize: Pango.EllipsizeMode.END, margin_start: 6, margin_end: 6 })));
  factory.connect("bind", (_factory, item) => item.get_child().set_label(describe(item.get_item())));
  return factory;
}

const StreamWindow = GObject.registerClass(class StreamWindow extends Adw.ApplicationWindow {
  constructor(application) {
    super({ application, default_width: 480, default_height: 360 });
    this._list = new Eric.MessageList({ max_items: MAX_MESSAGES, newest_first: true });
    this._source = new Eric.EventSource({ uri });
    this._source.fill_list(this._list);

    this._heading = new Adw.WindowTitle();
    this._banner = new Gtk.Label({ css_classes: ["error"], wrap: true, margin_top: 6, margin_bottom: 6, visible: false });
    const view = new Gtk.ListView({ model: new Gtk.NoSelection({ model: this._list }), factory: newFactory() });
    const content = new Gtk.Box({ orientation: Gtk.Orientation.VERTICAL });
    content.append(new Adw.HeaderBar({ title_widget: this._heading }));
    content.append(this._banner);
    content.append(new Gtk.ScrolledWindow({ child: view, vexpand: true }));
    this.set_content(content);

    this._list.connect("items-changed", () => this._update());
    this._source.connect("notify::ready-state", () => this._update());
    this._source.connect("error", (_source, error) => this._banner.set({ label: error.message, visible: true }));
    this.connect("close-request", () => this._source.close());
    this._source.start();
    this._update();
  }

  _update() {
    const state = ["connecting", "open", "closed"][this._source.ready_state];
    this.title = this._heading.title = `${this._list.n_items} messages`;
    this._heading.subtitle = `${this._source.uri} · ${state}`;
  }
});

const application = new Adw.Application({ application_id: "org.example.EricWindow" });
application.connect("activate", () => new StreamWindow(application).present());
System.exit(application.run([]));
