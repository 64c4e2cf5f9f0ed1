// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What the overrides add to the classes, or declare otherwise, for the declarations that
// are made from the GIR. One member a line.

/** What a message may say. A variant is taken for what it holds; a BigInt is given where a number cannot hold it. */
type Payload = null | boolean | number | bigint | string | GLib.Variant | Payload[] | { [key: string]: Payload };
interface MessageProps { type?: string | null; event_type?: string | null; eventType?: string | null; payload?: Payload; id?: string | null; sender_id?: string | null; senderId?: string | null; }

class Message {
  constructor(properties?: MessageProps);
  static new(type: string | null, payload: Payload): Message;
  static new_full(type: string | null, payload: Payload, id: string | null, sender_id: string | null): Message;
  static new_from_json(type: string | null, json: string, length?: number): Message;
  /** What kind of message it is: the same as `event_type`. */
  readonly type: string;
  /** What the message says, in plain values: a new copy each time. A BigInt is where a number could not hold it. */
  readonly payload: any;
  toJSON(): { type: string; payload: any; id: string | null };
}

class Listener {
  /** The messages as they come, until the listener is stopped. It is left as it is where the loop is left. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message>;
  /** The messages that wait now. */
  [Symbol.iterator](): IterableIterator<Message>;
}

class MessageStream {
  /** The messages as they come, to the end of the stream. A stream that has its own listener is closed where the loop is left. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message>;
}

class SocketStream {
  /** The messages as they come, to the end of the stream, which is closed where the loop is left. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message>;
}

class EventSource {
  /** The messages as they come. The loop starts a source, and closes it where it is left; one that was started before stays. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message>;
}

class SseParser {
  /** The messages that are there. */
  [Symbol.iterator](): IterableIterator<Message>;
}

class MessageList {
  [Symbol.iterator](): IterableIterator<Message>;
}

class ChannelContainer {
  readonly size: number;
  [Symbol.iterator](): IterableIterator<[string, Channel]>;
  entries(): IterableIterator<[string, Channel]>;
  keys(): IterableIterator<string>;
  values(): IterableIterator<Channel>;
  has(channel_id: string): boolean;
  forEach(callback: (channel: Channel, id: string, container: ChannelContainer) => void, this_argument?: any): void;
}

class SocketClient {
  send_payload(payload: Payload, cancellable?: Gio.Cancellable | null): string;
  send_payload_async(payload: Payload, io_priority?: number, cancellable?: Gio.Cancellable | null): Promise<string>;
  send_payload_async(payload: Payload, io_priority: number, cancellable: Gio.Cancellable | null, callback: Gio.AsyncReadyCallback<this> | null): void;
  sendPayloadAsync(payload: Payload, io_priority?: number, cancellable?: Gio.Cancellable | null): Promise<string>;
}

class ThreadPoolListener {
  /** A function would run in another thread, where JavaScript cannot. */
  static new(max_workers: number, func?: null): ThreadPoolListener;
  set_key_func(func: null): void;
  vfunc_process: never;
  vfunc_on_message: never;
}

class DataProcessingChannel {
  /** A function would run in another thread, where JavaScript cannot. */
  add_threaded_listener(max_workers: number, func?: null): ThreadPoolListener;
}
