/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The socket server and its client, as Vala has them. */

async string talk (Eric.SocketServer server, Eric.SocketClient client) throws Error {
	var channel = yield client.create_channel_async ();
	var listener = yield client.register_async (channel);
	var stream = yield client.stream_async (channel, listener);
	var watch = yield client.stream_async (channel);

	yield client.broadcast_async (channel, new Eric.Message.from_text ("tick", "one "));
	yield client.dispatch_async (channel, listener, new Eric.Message.from_text ("tick", "two "));
	var text = (yield stream.next_async ()).text;
	text += (yield stream.next_async ()).text;
	foreach (var message in yield watch.next_batch_async (10))
		text += message.text;

	yield client.remove_listener_async (channel, listener);
	try {
		yield client.dispatch_async (channel, listener, new Eric.Message ("tick"));
		assert_not_reached ();
	} catch (Eric.Error.INVALID_LISTENER error) {
		text += "gone";
	}
	stream.close ();
	watch.close ();
	client.close ();
	yield server.stop_async ();
	return text;
}

void test_talk () {
	try {
		var folder = DirUtils.make_tmp ("eric-vala-XXXXXX");
		var path = Path.build_filename (folder, "socket");
		var server = new Eric.SocketServer (null, path);
		var client = new Eric.SocketClient (path);
		var loop = new MainLoop ();
		string text = "";

		assert (server.path == path && client.path == path && client.address != null);
		server.start ();
		foreach (var address in server.get_addresses ())
			assert (((UnixSocketAddress) address).path == path);
		talk.begin (server, client, (object, result) => {
			try {
				text = talk.end (result);
			} catch (Error error) {
				assert_no_error (error);
			}
			loop.quit ();
		});
		loop.run ();
		assert (text == "one two one gone");
		assert (!server.running);
		DirUtils.remove (folder);
	} catch (Error error) {
		assert_no_error (error);
	}
}

int main (string[] args) {
	Test.init (ref args);
	Test.add_func ("/vala/talk", test_talk);
	return Test.run ();
}
