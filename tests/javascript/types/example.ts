// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What a program would do, and what the compiler is to tell it not to.

import Eric from 'gi://Eric?version=1';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Soup from 'gi://Soup?version=3.0';
import Same from 'gi://Eric';

const message = new Eric.Message({ type: 'tick', payload: { n: [1, 2n, null, true], v: new GLib.Variant('s', '') } });
const texts: string[] = [message.type, message.text, message.event_type, message.payload.n];
const id: string | null = message.id;
const made: Eric.Message = Eric.Message.new('tick', ['a']);
// @ts-expect-error: JSON has no form for a date
new Eric.Message({ payload: new Date() });
// @ts-expect-error: nor for a function
Eric.Message.new('tick', () => 1);
// @ts-expect-error: a message does not change
message.payload = 1;
// @ts-expect-error: it may be missing
const always: string = message.id;

async function read(source: Eric.EventSource, listener: Eric.Listener): Promise<void> {
  for await (const one of source)
    print(one.type);
  for (const one of listener)
    print(one.text);
  const next: Eric.Message | null = await listener.nextAsync();
  const batch: Eric.Message[] | null = await listener.next_batch_async(10, GLib.PRIORITY_DEFAULT, new Gio.Cancellable());
  listener.next_async(GLib.PRIORITY_DEFAULT, null, (self, result) => self.next_finish(result));
  // @ts-expect-error: it may have ended
  print((await listener.nextAsync()).type);
  // @ts-expect-error: how many?
  await listener.nextBatchAsync();
}

function events(): Eric.EventSource {
  const source = new Eric.EventSource({ uri: 'http://localhost/', retryDelay: 5, end_marker: 'end' });
  source.connect('message::tick', (self, one) => print(`${one.payload} ${self.last_event_id}`));
  source.connect('decide-reconnect', (_self, _request, error, proposed) => proposed && error.code !== 0);
  source.connect('notify::ready-state', (self) => print(String(self.ready_state === Eric.ReadyState.OPEN)));
  source.set_end_func((one) => one.text === 'end');
  return source;
}

function containers(container: Eric.ChannelContainer): void {
  for (const [name, channel] of container)
    print(`${name} ${channel.get_id()}`);
  const ids: string[] = [...container.keys()];
  const channel = Eric.ChannelContainer.new(Eric.SseChannel).add(null);
  const [replay, messages] = Eric.SseChannel.new('news').replay_after('1');
  print(`${ids} ${channel.closed} ${replay === Eric.Replay.GAP} ${messages}`);
}

class Collector extends Eric.Listener {
  vfunc_on_message(one: Eric.Message): void {
    print(one.type);
  }
}
GObject.registerClass(Collector);

function threads(): Eric.ThreadPoolListener {
  const pool = Eric.ThreadPoolListener.new(2);
  pool.connect('processed', (self, one, result) => print(`${self.n_done} ${one.id} ${result.id}`));
  // @ts-expect-error: it would run in another thread
  Eric.ThreadPoolListener.new(2, (one) => one);
  // @ts-expect-error: so would this
  Eric.DataProcessingChannel.new(null).add_threaded_listener(2, (one) => one);
  return pool;
}

function isEmpty(error: unknown): boolean {
  return error instanceof GLib.Error && error.matches(Eric.Error, Eric.Error.NO_MESSAGES);
}

const server = Eric.SseServer.new(new Soup.Server(), null);
const parser: Eric.SseParser = Eric.SseParser.new_for_format(Same.StreamFormat.NDJSON);
parser.feed(new Uint8Array(2));
declare function print(text: string): void;
export { always, containers, events, id, isEmpty, made, read, server, texts, threads };
