// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// JavaScript runs in one thread. What the library calls from the threads of a pool, or
// from those that connect to a socket, cannot be written in it: it is refused where it
// is given, and what to do instead is said. GJS blocks a callback in a foreign thread
// itself, with a critical warning and without a result; a signal handler it does not
// block, and crashes.

/* exported extend */

const {GObject} = imports.gi;
const Gi = imports._gi;
const Lang = imports.lang;

const INSTEAD = "Give null: each message is its own result, and the signal “processed” comes in the main loop. " +
  "What takes long is work for a function in C or Vala, or for Gio.Subprocess";

const ABOUT_DISPOSE = "A listener may be dropped by another thread, where JavaScript cannot run: " +
  "do it before the listener is dropped, in a method of yours";

// What a subclass cannot have.
const LISTENER_METHODS = {
  vfunc_dispose: ABOUT_DISPOSE,
  vfunc_finalize: ABOUT_DISPOSE,
  vfunc_dispatch_properties_changed: "Connect to “notify”, which comes in the main loop",
};

const ABOUT_MESSAGE = "It would be called in threads of the pool: connect to the signal “processed”, " +
  "which comes in the main loop";

const POOL_METHODS = {
  vfunc_process: "It would be called in threads of the pool: leave it out, so that each message is its own result, " +
    "and connect to the signal “processed”, which comes in the main loop",
  vfunc_on_message: ABOUT_MESSAGE,
  on_message: ABOUT_MESSAGE,
};

function refuse(what, why) {
  return new Error(`${what} cannot be in JavaScript. ${why}`);
}

function refuseFunction(owner, name, index, why) {
  const native = owner[name];
  owner[name] = function (...args) {
    const given = args[index] ?? null;
    if (given !== null)
      throw refuse(`The function for ${name}()`, why);
    args[index] = null;
    return native.apply(this, args.slice(0, index + 1));
  };
}

// By registerClass(), and by the older Lang.Class.
function refuseMethods(Class, methods) {
  const classInit = Class._classInit;
  const check = (object, name) => Object.getOwnPropertyNames(object).forEach((key) => {
    if (Object.hasOwn(methods, key))
      throw refuse(`${name}.${key}()`, methods[key]);
  });

  Class._classInit = function (klass) {
    check(klass.prototype, klass.name);
    return classInit.call(this, klass);
  };
  Class.prototype.__metaclass__ = new Lang.Class({
    Name: `${Class.name}Class`,
    Extends: Class.prototype.__metaclass__,
    _init(definition) {
      check(definition, definition.Name);
      this.parent(definition);
    },
  });
}

function checkSignal(object, name, Class) {
  if (object instanceof Class && /^message(::|$)/.test(name))
    throw refuse(`A handler of “${name}” of an Eric.ThreadPoolListener`, ABOUT_MESSAGE);
}

// Those of GObject are for objects that have a connect() of their own.
function refuseSignal(Class) {
  for (const name of ["connect", "connect_after"]) {
    const native = Class.prototype[name];
    Class.prototype[name] = function (signal, ...args) {
      checkSignal(this, signal, Class);
      return native.call(this, signal, ...args);
    };
  }
  for (const name of ["signal_connect", "signal_connect_after", "signal_connect_closure"]) {
    const native = GObject[name];
    GObject[name] = function (object, signal, ...args) {
      checkSignal(object, signal, Class);
      return native.call(this, object, signal, ...args);
    };
  }
}

function refuseClassClosure(Class) {
  const native = GObject.signal_override_class_closure;
  GObject.signal_override_class_closure = function (signalId, type, ...args) {
    if (GObject.type_is_a(type, Class) && signalId === GObject.signal_lookup("message", Class))
      throw refuse("The class handler of “message” of an Eric.ThreadPoolListener", ABOUT_MESSAGE);
    return native.call(this, signalId, type, ...args);
  };
}

function isDefinedInJavaScript(object) {
  for (let prototype = object; prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
    if (Object.hasOwn(prototype, Gi.gobject_prototype_symbol))
      return true;
  }
  return false;
}

function checkAddress(address) {
  if (address instanceof GObject.Object && isDefinedInJavaScript(address))
    throw refuse(`${address.constructor.name}, the address of an Eric.SocketClient,`,
      "It would be asked in a thread that connects: give a Gio.NetworkAddress or a Gio.InetSocketAddress");
}

function refuseAddress(Class) {
  const newForAddress = Class.new_for_address;
  const init = Class.prototype._init;

  Class.new_for_address = function (address) {
    checkAddress(address);
    return newForAddress.call(this, address);
  };
  Class.prototype._init = function (properties = {}) {
    checkAddress(properties.address);
    return init.call(this, properties);
  };
}

function extend(Eric) {
  refuseFunction(Eric.ThreadPoolListener, "new", 1, INSTEAD);
  refuseFunction(Eric.DataProcessingChannel.prototype, "add_threaded_listener", 1, INSTEAD);
  refuseFunction(Eric.ThreadPoolListener.prototype, "set_key_func", 0,
    "It would be called in threads of the pool: give each key a type of its own, and set task_order to " +
    "Eric.TaskOrder.BY_TYPE");
  refuseMethods(Eric.Listener, LISTENER_METHODS);
  refuseMethods(Eric.ThreadPoolListener, POOL_METHODS);
  refuseSignal(Eric.ThreadPoolListener);
  refuseClassClosure(Eric.ThreadPoolListener);
  refuseAddress(Eric.SocketClient);
}
