/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* follow URL: prints the events of a stream as they come, until it ends or Ctrl-C. What
 * happens to the connection in between is said on the standard error. */

async void follow (Eric.EventSource source) throws Error {
	Eric.Message? message;

	while ((message = yield source.next_async ()) != null) {
		print ("%s: %s\n", message.event_type, message.text);
		stdout.flush ();
	}
}

int main (string[] args) {
	int status = 1;

	Intl.setlocale ();
	if (args.length != 2) {
		printerr ("Usage: %s URL\n", args[0]);
		return 2;
	}
	try {
		var source = new Eric.EventSource (args[1]);
		var loop = new MainLoop ();

		source.error.connect ((error) => printerr ("%s\n", error.message));
		source.start ();
		follow.begin (source, (object, result) => {
			try {
				follow.end (result);
				status = 0;
			} catch (Error error) {
				// It was printed when it happened.
			}
			loop.quit ();
		});
		Unix.signal_add (Posix.Signal.INT, () => {
			source.close ();
			return Source.REMOVE;
		});
		loop.run ();
	} catch (Error error) {
		printerr ("%s\n", error.message);
	}
	return status;
}
