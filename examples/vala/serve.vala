/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* serve [PORT]: a server with the channel `clock`, which ticks once a second. It runs until
 * Ctrl-C, and then sends what is on its way. */

const uint DRAIN_TIMEOUT = 2000;   /* milliseconds, for clients that are slow */

void tick (Eric.Channel clock) {
	try {
		clock.broadcast (new Eric.Message ("tick", new DateTime.now_local ().format_iso8601 ()));
	} catch (Error error) {
		warning ("%s", error.message);
	}
}

async void end (Eric.SseServer server, MainLoop loop) {
	try {
		yield server.drain_async (DRAIN_TIMEOUT);
	} catch (Error error) {
		warning ("%s", error.message);
	}
	loop.quit ();
}

int main (string[] args) {
	var loop = new MainLoop ();
	uint port = 0;   /* any that is free */

	if (args.length > 2 || (args.length == 2 && !uint.try_parse (args[1], out port)) || port > uint16.MAX) {
		printerr ("Usage: %s [PORT]\n", args[0]);
		return 2;
	}
	try {
		var server = new Eric.SseServer (new Soup.Server ("server-header", "eric-clock"));
		var clock = server.channels.add ("clock");

		server.mount ("/events");
		server.listen (new InetSocketAddress.from_string ("127.0.0.1", port));
		var address = (InetSocketAddress) server.get_listen_address ();
		print ("http://127.0.0.1:%u/events/clock\n", address.port);

		Timeout.add_seconds (1, () => {
			tick (clock);
			return Source.CONTINUE;
		});
		Unix.signal_add (Posix.Signal.INT, () => {
			end.begin (server, loop);
			return Source.REMOVE;
		});
		loop.run ();
		return 0;
	} catch (Error error) {
		printerr ("%s\n", error.message);
		return 1;
	}
}
