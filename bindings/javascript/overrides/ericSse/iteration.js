// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// `for await` over what messages come from, and `for` over what holds them. A loop reads
// many messages at a time, since each call into the library has its cost. What it has
// read ahead stays with the object: it is there for the next loop, or the next call.

/* exported extend */

const {Gio, GLib} = imports.gi;

const BATCH_SIZE = 64;

const AHEAD = Symbol("messages read ahead");
const OWNED = Symbol("made with its listener");

// What was read ahead of loops over one object.
class Ahead {
  constructor(object) {
    this._object = object;
    this._messages = [];   // the first one is the last
    this._filling = null;
    this.held = false;
  }

  get length() {
    return this._messages.length;
  }

  take() {
    return this.held ? undefined : this._messages.pop();
  }

  takeBatch(maxMessages) {
    return this.held ? [] : this._messages.splice(-maxMessages, maxMessages).reverse();
  }

  drop() {
    this._messages = [];
  }

  // Resolves to whether there is more. One call at a time, for all who wait.
  fill(maxMessages, cancellable) {
    if (this._filling !== null)
      return this._filling;
    this._filling = new Promise((resolve, reject) => {
      const object = this._object;
      object._original_next_batch_async(maxMessages, GLib.PRIORITY_DEFAULT, cancellable, (_object, result) => {
        this._filling = null;
        try {
          const batch = object.next_batch_finish(result);
          if (batch !== null)
            this._messages.unshift(...batch.reverse());
          resolve(batch !== null);
        } catch (error) {
          reject(error);
        }
      });
    });
    return this._filling;
  }
}

function aheadOf(object) {
  return (object[AHEAD] ??= new Ahead(object));
}

const DONE = Object.freeze({value: undefined, done: true});

class MessageIterator {
  constructor(object, behaviour) {
    this._object = object;
    this._ahead = aheadOf(object);
    this._behaviour = behaviour;
    this._owns = behaviour.owns(object);
    this._cancellable = new Gio.Cancellable();
    this._last = null;
    this._done = false;
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  next() {
    if (this._done)
      return Promise.resolve(DONE);
    const message = this._ahead.take();
    return message !== undefined ? Promise.resolve(this._give(message)) : this._wait();
  }

  async return(value) {
    this._done = true;
    this._cancellable.cancel();
    if (this._owns)
      this._behaviour.close(this._object, this._last);
    return {value, done: true};
  }

  _give(value) {
    this._last = value;
    return {value, done: false};
  }

  // Loops over one object wait together: the one that began it may be left meanwhile.
  async _fill() {
    for (;;) {
      try {
        return await this._ahead.fill(this._behaviour.batchSize(this._object), this._cancellable);
      } catch (error) {
        const cancelled = error instanceof GLib.Error && error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED);
        if (!cancelled || this._cancellable.is_cancelled())
          throw error;
      }
    }
  }

  async _wait() {
    try {
      while (!this._done && await this._fill()) {
        const message = this._ahead.take();
        if (message !== undefined)
          return this._give(message);
      }
    } catch (error) {
      if (!this._done) {
        this._done = true;
        throw error;
      }
    }
    this._done = true;
    return DONE;
  }
}

// What a loop has opened it closes when it is left early; what was open before stays.
const BEHAVIOURS = {
  EventSource: {
    owns: (source) => source.get_ready_state() === imports.gi.Eric.ReadyState.CLOSED,
    batchSize: () => BATCH_SIZE,
    // Started again, it goes on behind what the loop has seen.
    close(source, last) {
      const missed = source[AHEAD].length > 0;
      source.close();
      if (missed)
        source.set_last_event_id(last.get_id());
    },
  },
  Listener: {
    owns: () => false,
    batchSize: () => BATCH_SIZE,
  },
  MessageStream: {
    owns: (stream) => stream[OWNED] === true,
    // A pause comes between batches, and the messages of another's listener stay there.
    batchSize: (stream) => stream[OWNED] && stream.get_channel().get_stream_delay() === 0 ? BATCH_SIZE : 1,
    close: (stream) => stream.close(),
  },
  SocketStream: {
    owns: () => true,
    batchSize: () => BATCH_SIZE,
    close: (stream) => stream.close(),
  },
};

// Calls change(), then the method.
function before(prototype, name, change) {
  const method = prototype[name];
  prototype[name] = function (...args) {
    change(this, ...args);
    return method.apply(this, args);
  };
}

// Calls the method if instead() gives undefined.
function unless(prototype, name, instead) {
  const method = prototype[name];
  prototype[name] = function (...args) {
    const ahead = this[AHEAD];
    const value = ahead !== undefined && ahead.length > 0 ? instead(ahead, ...args) : undefined;
    return value !== undefined ? value : method.apply(this, args);
  };
}

function isCall(args) {
  return typeof args[args.length - 1] === "function";
}

function readAheadFirst(prototype) {
  if ("ready_async" in prototype)
    unless(prototype, "ready_async", (ahead, ...args) => isCall(args) || ahead.held ? undefined : Promise.resolve(true));
  unless(prototype, "next_async", (ahead, ...args) => {
    const message = isCall(args) ? undefined : ahead.take();
    return message && Promise.resolve(message);
  });
  unless(prototype, "next_batch_async", (ahead, maxMessages, ...args) => {
    const batch = isCall(args) ? [] : ahead.takeBatch(maxMessages);
    return batch.length > 0 ? Promise.resolve(batch) : undefined;
  });
}

function extendStreams(Eric) {
  for (const [name, behaviour] of Object.entries(BEHAVIOURS)) {
    const {prototype} = Eric[name];
    prototype[Symbol.asyncIterator] = function () {
      return new MessageIterator(this, behaviour);
    };
    readAheadFirst(prototype);
    if ("close" in behaviour)
      before(prototype, "close", (object) => object[AHEAD]?.drop());
  }
  for (const [Class, name] of [[Eric.Channel, "watch"], [Eric.DataProcessingChannel, "process_queue"]]) {
    const method = Class.prototype[name];
    Class.prototype[name] = function (...args) {
      const stream = method.apply(this, args);
      stream[OWNED] = true;
      return stream;
    };
  }
}

function unlessError(Eric, code, call) {
  try {
    return call();
  } catch (error) {
    if (error instanceof GLib.Error && error.matches(Eric.Error, code))
      return null;
    throw error;
  }
}

// What waits now. Another thread may be quicker.
function* deliver(Eric, listener) {
  while (listener.get_running() && listener.get_pending() > 0) {
    const message = unlessError(Eric, Eric.Error.NO_MESSAGES, () => listener.deliver_next());
    if (message === null)
      return;
    yield message;
  }
}

function extendListener(Eric) {
  const {prototype} = Eric.Listener;
  const native = prototype.get_pending;

  unless(prototype, "deliver_next", (ahead) => ahead.take());
  unless(prototype, "deliver_batch", (ahead, maxMessages) => {
    const batch = ahead.takeBatch(maxMessages);
    return batch.length > 0 ? batch : undefined;
  });
  before(prototype, "stop", (listener) => (aheadOf(listener).held = true));
  before(prototype, "start", (listener) => (aheadOf(listener).held = false));
  prototype.get_pending = function () {
    return native.call(this) + (this[AHEAD]?.length ?? 0);
  };
  Object.defineProperty(prototype, "pending", {configurable: true, enumerable: true, get: prototype.get_pending});
  prototype[Symbol.iterator] = function () {
    return deliver(Eric, this);
  };
}

function extendContainer(Eric) {
  const {prototype} = Eric.ChannelContainer;
  const find = (container, id) => unlessError(Eric, Eric.Error.INVALID_CHANNEL, () => container.get(id));

  Object.assign(prototype, {
    *[Symbol.iterator]() {
      for (const id of this.get_ids()) {
        const channel = find(this, id);
        if (channel !== null)
          yield [id, channel];
      }
    },
    entries() {
      return this[Symbol.iterator]();
    },
    *keys() {
      for (const [id] of this)
        yield id;
    },
    *values() {
      for (const [, channel] of this)
        yield channel;
    },
    has(id) {
      return find(this, id) !== null;
    },
    forEach(callback, thisArgument) {
      for (const [id, channel] of this)
        callback.call(thisArgument, channel, id, this);
    },
  });
  Object.defineProperty(prototype, "size", {configurable: true, enumerable: true, get: prototype.get_size});
}

function extend(Eric) {
  extendStreams(Eric);
  extendListener(Eric);
  extendContainer(Eric);
  Eric.MessageList.prototype[Symbol.iterator] = function* () {
    for (let i = 0; i < this.get_n_items(); i++)
      yield this.get_item(i);
  };
  Eric.SseParser.prototype[Symbol.iterator] = function* () {
    for (let message = this.next(); message !== null; message = this.next())
      yield message;
  };
}
