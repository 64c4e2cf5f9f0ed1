/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The client as Vala has it: that this compiles is the test. */

async void read (Eric.EventSource source) throws Error {
	Eric.Message? message;

	while ((message = yield source.next_async (Priority.DEFAULT, null)) != null)
		print ("%s: %s\n", message.get_event_type (), message.get_text ());
}

int main (string[] args) {
	try {
		var source = new Eric.EventSource (args[1]);
		var list = new Eric.MessageList (100);
		var loop = new MainLoop ();

		source.message["update"].connect ((message) => print ("%s\n", message.get_text ()));
		source.error.connect ((error) => printerr ("%s\n", error.message));
		source.closed.connect (() => loop.quit ());
		source.decide_reconnect.connect ((request, error, proposed) => proposed);
		source.set_end_func ((message) => message.get_text () == "end");
		source.fill_list (list);
		source.policy = Eric.ReconnectPolicy.STANDARD;
		source.start ();
		read.begin (source);
		loop.run ();
		return source.get_error () == null ? 0 : 1;
	} catch (Error error) {
		printerr ("%s\n", error.message);
		return 1;
	}
}
