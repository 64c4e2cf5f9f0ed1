// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// refusals.js CASE: gives JavaScript where another thread would call it, and lets that
// thread run. Prints what it is told; nothing else is to happen.

import Eric from "gi://Eric?version=1";
import Gio from "gi://Gio";
import GObject from "gi://GObject";
import System from "system";

const register = (Class) => GObject.registerClass(Class);

// With the callback accepted, it would be called.
function work(pool) {
  pool.start();
  pool.push(new Eric.Message());
  pool.push(new Eric.Message({ type: Eric.MESSAGE_TYPE_CLOSED }));
  pool.wait(null);
}

const cases = {
  "new": () => work(Eric.ThreadPoolListener.new(1, (message) => message)),
  "add-threaded-listener": () =>
    work(Eric.DataProcessingChannel.new(null).add_threaded_listener(1, (message) => message)),
  "set-key-func"() {
    const pool = Eric.ThreadPoolListener.new(1);
    pool.set_key_func(() => "key");
    work(pool);
  },
  "vfunc-process": () => work(new (register(class Pool extends Eric.ThreadPoolListener {
    vfunc_process(message) {
      return message;
    }
  }))()),
  "vfunc-process-of-a-derived-class": () => work(new (register(class Derived extends
    register(class Base extends Eric.ThreadPoolListener {}) {
    vfunc_process(message) {
      return message;
    }
  }))()),
  "vfunc-on-message": () => work(new (register(class Pool extends Eric.ThreadPoolListener {
    vfunc_on_message() {}
  }))()),
  "on-message": () => work(new (register(class Pool extends Eric.ThreadPoolListener {
    on_message() {}
  }))()),
  "vfunc-process-of-an-older-kind-of-class": () => work(new (new imports.lang.Class({
    Name: "Pool",
    Extends: Eric.ThreadPoolListener,
    vfunc_process: (message) => message,
  }))()),
  "on-message-of-an-older-kind-of-class": () => work(new (new imports.lang.Class({
    Name: "Pool",
    Extends: Eric.ThreadPoolListener,
    on_message() {},
  }))()),
  "vfunc-dispose": () => register(class Pool extends Eric.ThreadPoolListener {
    vfunc_dispose() {}
  }),
  "vfunc-finalize": () => register(class Results extends Eric.Listener {
    vfunc_finalize() {}
  }),
  "vfunc-dispatch-properties-changed": () => register(class Results extends Eric.Listener {
    vfunc_dispatch_properties_changed() {}
  }),
  "signal-message"() {
    const pool = Eric.ThreadPoolListener.new(1);
    pool.connect("message", () => {});
    work(pool);
  },
  "signal-message-after"() {
    const pool = Eric.ThreadPoolListener.new(1);
    pool.connect_after("message", () => {});
    work(pool);
  },
  "signal-message-of-gobject"() {
    const pool = Eric.ThreadPoolListener.new(1);
    GObject.signal_connect(pool, "message", () => {});
    work(pool);
  },
  "signal-message-closure"() {
    const pool = Eric.ThreadPoolListener.new(1);
    GObject.signal_connect_closure(pool, "message", () => {}, false);
    work(pool);
  },
  "new-for-address": () => Eric.SocketClient.new_for_address(new Address()).broadcast("a", new Eric.Message(), null),
  "address": () => new Eric.SocketClient({ address: new Address() }).broadcast("a", new Eric.Message(), null),
};

const Address = GObject.registerClass({ Implements: [Gio.SocketConnectable] }, class Address extends GObject.Object {
  vfunc_enumerate() {
    return null;
  }
});

const [name] = System.programArgs;
if (name === "--list") {
  print(Object.keys(cases).join("\n"));
} else {
  try {
    cases[name]();
    print("not refused");
  } catch (error) {
    print(error.message);
  }
}
