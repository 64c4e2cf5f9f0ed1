/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The socket client as Vala has it: that this compiles is the test. */

async void read (Eric.SocketClient client, string channel) throws Error {
	var listener = yield client.register_async (channel, Priority.DEFAULT, null);
	var stream = yield client.stream_async (channel, listener, Priority.DEFAULT, null);
	Eric.Message? message;

	yield client.broadcast_async (channel, new Eric.Message.from_text ("tick", "one"), Priority.DEFAULT, null);
	while ((message = yield stream.next_async (Priority.DEFAULT, null)) != null)
		print ("%s after %u ms\n", message.get_text (), stream.retry_delay);
	foreach (unowned Eric.Message one in yield stream.next_batch_async (10, Priority.DEFAULT, null))
		print ("%s\n", one.get_text ());
	yield client.remove_listener_async (channel, listener, Priority.DEFAULT, null);
}

int main (string[] args) {
	try {
		var client = new Eric.SocketClient (args[1]);
		var other = new Eric.SocketClient.for_address (client.address);
		var loop = new MainLoop ();
		var channel = client.create_channel (null);
		var listener = client.register (channel, null);
		var payload = new Variant ("{sv}", "v", new Variant.string ("c"));

		client.timeout = 1000;
		client.max_line = 1024;
		client.dispatch (channel, listener, new Eric.Message ("tick", payload), null);
		print ("%s\n", other.send_payload (new Variant.array (null, { payload }), null));
		read.begin (client, channel, (object, result) => {
			try {
				read.end (result);
			} catch (Eric.Error error) {
				printerr ("%s\n", error.message);
			} catch (Error error) {
				printerr ("%s\n", error.message);
			}
			loop.quit ();
		});
		loop.run ();
		client.stream (channel, null, null).close ();
		client.remove_channel (channel, null);
		client.close ();
		return 0;
	} catch (Eric.Error.INVALID_CHANNEL error) {
		printerr ("%s\n", error.message);
		return 1;
	} catch (Error error) {
		printerr ("%s\n", error.message);
		return 1;
	}
}
