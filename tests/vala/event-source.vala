/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The server and the client behind HTTP, as Vala has them. */

class Server {
	public Soup.Server soup = (Soup.Server) Object.new (typeof (Soup.Server));
	public Eric.SseServer server;
	public Eric.Channel news;
	public string uri;

	public Server () throws Error {
		server = new Eric.SseServer (soup);
		server.mount ("/events");
		server.listen (new InetSocketAddress.from_string ("127.0.0.1", 0));
		news = server.channels.add ("news");
		var address = (InetSocketAddress) server.get_listen_address ();
		uri = "http://127.0.0.1:%u/events/news".printf (address.port);
	}

	public void tell (string event_type, string text) {
		try {
			news.broadcast (new Eric.Message.from_text (event_type, text));
		} catch (Error error) {
			assert_no_error (error);
		}
	}
}

async string read_stream (Eric.EventSource source) throws Error {
	Eric.Message? message;
	string text = "";

	while ((message = yield source.next_async ()) != null)
		text += message.text;
	return text;
}

void test_next () {
	try {
		var server = new Server ();
		var source = new Eric.EventSource (server.uri);
		var loop = new MainLoop ();
		string text = "";

		assert (source.get_error () == null && source.http_message == null);
		source.end_marker = "end";
		source.start ();
		read_stream.begin (source, (object, result) => {
			try {
				text = read_stream.end (result);
			} catch (Error error) {
				assert_no_error (error);
			}
			loop.quit ();
		});
		source.open.connect (() => {
			server.tell ("update", "one ");
			server.tell ("update", "two ");
			server.tell ("update", "end");
		});
		loop.run ();
		assert (text == "one two ");
		assert (source.ready_state == Eric.ReadyState.CLOSED);
	} catch (Error error) {
		assert_no_error (error);
	}
}

void test_signals () {
	try {
		var server = new Server ();
		var source = new Eric.EventSource (server.uri);
		var list = new Eric.MessageList (100);
		var loop = new MainLoop ();
		string text = "";

		source.message["update"].connect ((message) => text += message.text);
		source.set_end_func ((message) => message.text == "end");
		source.fill_list (list);
		source.open.connect (() => {
			server.tell ("update", "one");
			server.tell ("other", "two");
			server.tell ("other", "end");
		});
		source.closed.connect (() => loop.quit ());
		source.start ();
		loop.run ();
		assert (text == "one");
		while (list.size < 2)
			MainContext.default ().iteration (true);
		assert (list[0].text == "one" && list[1].text == "two");
	} catch (Error error) {
		assert_no_error (error);
	}
}

/* Who is refused is told why, and asked whether to go on. */
void test_refused () {
	try {
		var server = new Server ();
		var source = new Eric.EventSource (server.uri + "/nothing/there");
		var loop = new MainLoop ();
		bool asked = false, told = false;

		source.policy = Eric.ReconnectPolicy.STANDARD;
		source.decide_reconnect.connect ((request, error, proposed) => {
			assert (request.status_code == 404 && !proposed);
			asked = true;
			return proposed;
		});
		source.error.connect ((error) => told = true);
		source.closed.connect (() => loop.quit ());
		source.start ();
		loop.run ();
		assert (asked && told && source.get_error () != null);
	} catch (Error error) {
		assert_no_error (error);
	}
}

int main (string[] args) {
	Test.init (ref args);
	Test.add_func ("/vala/next", test_next);
	Test.add_func ("/vala/signals", test_signals);
	Test.add_func ("/vala/refused", test_refused);
	return Test.run ();
}
