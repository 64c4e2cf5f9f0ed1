/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Work in threads, as Vala has it: by a function, and by a class. */

class Doubling : Eric.ThreadPoolListener {
	public override Eric.Message? process (Eric.Message message, Cancellable cancellable) throws Error {
		if (message.text == "bad")
			throw new IOError.FAILED ("It is bad");
		return new Eric.Message.from_text ("twice", message.text + message.text);
	}
}

async string read_results (Eric.MessageStream results) throws Error {
	Eric.Message? message;
	string text = "";

	while ((message = yield results.next_async ()) != null && message.event_type != Eric.MESSAGE_TYPE_CLOSED)
		text += message.text + " ";
	return text;
}

string read_all (Eric.MessageStream results) {
	var loop = new MainLoop ();
	string text = "";

	read_results.begin (results, (object, result) => {
		try {
			text = read_results.end (result);
		} catch (Error error) {
			assert_no_error (error);
		}
		loop.quit ();
	});
	loop.run ();
	return text;
}

void test_function () {
	var work = new Eric.DataProcessingChannel ();
	string suffix = "!";

	try {
		var worker = work.add_threaded_listener (2, (message, cancellable) => {
			cancellable.set_error_if_cancelled ();
			return new Eric.Message.from_text ("done", message.text + suffix);
		});
		var results = work.process_queue (worker, Eric.ResultOrder.INPUT);
		for (int i = 0; i < 5; i++)
			work.broadcast (new Eric.Message.from_text ("job", i.to_string ()));
		work.notify_end ();
		assert (read_all (results) == "0! 1! 2! 3! 4! ");
		assert (work.done == 5 && work.failed == 0 && work.fraction == 1);
	} catch (Error error) {
		assert_no_error (error);
	}
}

void test_class () {
	var work = new Eric.DataProcessingChannel ("work");
	var worker = new Doubling ();
	Eric.Message? failed = null;

	try {
		worker.dead_letters = new Eric.Listener ();
		assert (worker.results == null);
		work.register_listener (worker);
		worker.failed.connect ((message, error) => {
			assert (error is IOError.FAILED);
			failed = message;
		});
		var results = work.process_queue (worker, Eric.ResultOrder.INPUT);
		work.broadcast (new Eric.Message.from_text ("job", "ab"));
		work.broadcast (new Eric.Message.from_text ("job", "bad"));
		work.notify_end ();
		assert (read_all (results).has_prefix ("abab "));
		while (failed == null)
			MainContext.default ().iteration (true);
		assert (failed.text == "bad" && worker.dead_letters.pending == 1);
	} catch (Error error) {
		assert_no_error (error);
	}
}

int main (string[] args) {
	Test.init (ref args);
	Test.add_func ("/vala/function", test_function);
	Test.add_func ("/vala/class", test_class);
	return Test.run ();
}
