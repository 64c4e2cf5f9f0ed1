/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Event streams from bytes, as Vala has them. */

void test_messages () {
	var parser = new Eric.SseParser ();
	Eric.Message? message;
	string text = "";

	try {
		parser.feed ("id: 1\ndata: one\n\nevent: up".data);
		parser.feed_bytes (new Bytes ("date\ndata: two\n\n".data));
		while ((message = parser.next ()) != null)
			text += "%s=%s ".printf (message.event_type, message.text);
		assert (text == "message=one update=two ");
		assert (parser.last_event_id == "1");
		uint retry_delay;
		assert (!parser.get_retry_delay (out retry_delay));
		parser.end ();
	} catch (Error error) {
		assert_no_error (error);
	}
}

/* Without a message for each event: the event is the parser's. */
void test_events () {
	var parser = new Eric.SseParser ();
	string text = "", comments = "";

	parser.set_event_func ((event) => text += "%s:%s:%d:%s ".printf (
		event.event_type, ((string) event.data).substring (0, event.data.length), event.data.length, event.id));
	parser.set_comment_func ((comment) => comments += comment);
	try {
		parser.feed (": hello\nid: 7\ndata: größe\n\n".data);
		assert (text == "message:größe:7:7 ");
		assert (comments == "hello");
		parser.set_event_func (null);
		parser.feed ("data: x\n\n".data);
		assert (parser.next ().text == "x");
	} catch (Error error) {
		assert_no_error (error);
	}
}

void test_encoder () {
	try {
		var message = new Eric.Message.full ("tick", new Variant.string ("a\nb"), "3");
		var bytes = Eric.sse_encode_message (message);
		assert (((string) bytes.get_data ()).substring (0, (long) bytes.length) ==
		        "id: 3\nevent: tick\ndata: a\ndata: b\n\n");
	} catch (Error error) {
		assert_no_error (error);
	}
}

int main (string[] args) {
	Test.init (ref args);
	Test.add_func ("/vala/messages", test_messages);
	Test.add_func ("/vala/events", test_events);
	Test.add_func ("/vala/encoder", test_encoder);
	return Test.run ();
}
