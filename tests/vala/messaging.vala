/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Messages, channels, listeners, streams and lists, as Vala has them. */

class Shouting : Eric.Channel {
	public Shouting (string id) {
		Object (id: id);
	}

	public override Eric.Listener create_listener () {
		return new Counting ();
	}

	public override Eric.Message? adapt (Eric.Message message) {
		try {
			return new Eric.Message.from_text (message.event_type, message.text.up ());
		} catch (Error error) {
			return message;
		}
	}
}

class Counting : Eric.Listener {
	public int count = 0;

	public override void on_message (Eric.Message message) {
		count++;
	}
}

Eric.Message make (string event_type, string text) {
	try {
		return new Eric.Message.from_text (event_type, text);
	} catch (Error error) {
		assert_not_reached ();
	}
}

void test_message () {
	try {
		var plain = new Eric.Message ("tick");
		assert (plain.payload == null && plain.id == null && plain.sender_id == null);
		assert (plain.text == "");

		var full = new Eric.Message.full ("tick", new Variant.int64 (7), "1");
		assert (full.payload.get_int64 () == 7 && full.id == "1" && full.sender_id == null);
		assert (full.copy_with_id (null).id == null);

		var data = new Eric.Message.from_data ("tick", "größe".data);
		assert (data.text == "größe" && data.get_data ().length == 7);
		assert (new Eric.Message.from_json ("tick", "[1, true]").parse_json ().print (false) ==
		        "[<int64 1>, <true>]");
	} catch (Error error) {
		assert_no_error (error);
	}
}

void test_errors () {
	var channel = new Eric.SseChannel ();

	try {
		channel.deliver_next ("nobody");
		assert_not_reached ();
	} catch (Eric.Error.INVALID_LISTENER error) {
		assert (error.message.contains ("nobody"));
	} catch (Error error) {
		assert_not_reached ();
	}
	try {
		channel.add_listener ().deliver_next ();
		assert_not_reached ();
	} catch (Eric.Error.NO_MESSAGES error) {
		assert (error is Eric.Error.NO_MESSAGES);
	} catch (Error error) {
		assert_not_reached ();
	}
	try {
		new Eric.Message ("line\nbreak");
		assert_not_reached ();
	} catch (Eric.Error error) {
		assert (error.code == Eric.Error.INVALID_MESSAGE_FORMAT && error.domain == Eric.Error.quark ());
	} catch (Error error) {
		assert_not_reached ();
	}
}

void test_batch () {
	var channel = new Eric.SseChannel ("news");
	Eric.Message? kept = null;

	try {
		var listener = channel.add_listener ();
		listener.start ();
		for (int i = 0; i < 3; i++)
			channel.broadcast (make ("tick", i.to_string ()));
		string text = "";
		foreach (var message in channel.deliver_batch (listener.id, 10)) {
			text += message.text;
			kept = message;
		}
		assert (text == "012");
		// The array owned its messages, and so does who took one of them.
		assert (kept.text == "2" && kept.ref_count >= 1);

		GenericArray<Eric.Message> messages;
		assert (channel.replay_after ("no such id", out messages) == Eric.Replay.UNKNOWN_ID);
		assert (messages.length == 3 && messages[0].text == "0");
	} catch (Error error) {
		assert_no_error (error);
	}
}

void test_container () {
	var channels = new Eric.ChannelContainer (typeof (Eric.SseChannel));

	try {
		var added = channels.add ("news");
		assert (channels["news"] == added && added is Eric.SseChannel);
		assert (channels.add ().id != "news");
		string[] ids = channels.get_ids ();
		assert (ids.length == 2 && "news" in ids);
		channels.remove ("news");
		assert (channels.get_size () == 1);
		channels.get ("news");
		assert_not_reached ();
	} catch (Eric.Error.INVALID_CHANNEL error) {
		assert (error.message.contains ("news"));
	} catch (Error error) {
		assert_not_reached ();
	}
}

async string read_stream (Eric.MessageStream stream) throws Error {
	Eric.Message? message;
	string text = "";

	while ((message = yield stream.next_async ()) != null && message.event_type != Eric.MESSAGE_TYPE_CLOSED)
		text += message.text;
	return text;
}

async string read_batches (Eric.MessageStream stream, int io_priority, Cancellable cancellable) throws Error {
	string text = "";
	GenericArray<Eric.Message>? messages;

	while ((messages = yield stream.next_batch_async (2, io_priority, cancellable)) != null)
		foreach (var message in messages)
			text += message.text;
	return text;
}

void test_stream () {
	var channel = new Shouting ("loud");
	string text = "", batches = "";

	try {
		var listener = channel.add_listener ();
		listener.start ();
		var stream = channel.message_stream (listener);
		var watch = channel.watch ();
		var loop = new MainLoop ();
		int waiting = 2;

		read_stream.begin (stream, (object, result) => {
			try {
				text = read_stream.end (result);
			} catch (Error error) {
				assert_no_error (error);
			}
			if (--waiting == 0)
				loop.quit ();
		});
		read_batches.begin (watch, Priority.HIGH, new Cancellable (), (object, result) => {
			try {
				batches = read_batches.end (result);
			} catch (Error error) {
				assert_no_error (error);
			}
			if (--waiting == 0)
				loop.quit ();
		});
		channel.broadcast (make ("tick", "one "));
		channel.dispatch (listener.id, make ("tick", "two "));
		channel.close ();
		loop.run ();
		assert (text == "ONE TWO ");
		assert (batches == "ONE ");
		assert (((Counting) listener).count == 3);
	} catch (Error error) {
		assert_no_error (error);
	}
}

void test_cancelled () {
	var listener = new Eric.Listener ();
	var cancellable = new Cancellable ();
	var loop = new MainLoop ();
	bool cancelled = false;

	listener.start ();
	listener.next_async.begin (Priority.DEFAULT, cancellable, (object, result) => {
		try {
			listener.next_async.end (result);
		} catch (IOError.CANCELLED error) {
			cancelled = true;
		} catch (Error error) {
			assert_no_error (error);
		}
		loop.quit ();
	});
	cancellable.cancel ();
	loop.run ();
	assert (cancelled);
}

void test_list () {
	var list = new Eric.MessageList (10);
	string text = "";

	list.set_key_func ((message) => message.event_type == "status" ? "status" : null);
	list.append (make ("tick", "a"));
	list.append (make ("status", "b"));
	list.append (make ("status", "c"));
	while (list.size < 2)
		MainContext.default ().iteration (true);
	foreach (var message in list)
		text += message.text;
	assert (text == "ac");
	assert (list[1].text == "c" && list[2] == null);
	assert (list.get_item_type () == typeof (Eric.Message));
}

int main (string[] args) {
	Test.init (ref args);
	Test.add_func ("/vala/message", test_message);
	Test.add_func ("/vala/errors", test_errors);
	Test.add_func ("/vala/batch", test_batch);
	Test.add_func ("/vala/container", test_container);
	Test.add_func ("/vala/stream", test_stream);
	Test.add_func ("/vala/cancelled", test_cancelled);
	Test.add_func ("/vala/list", test_list);
	return Test.run ();
}
