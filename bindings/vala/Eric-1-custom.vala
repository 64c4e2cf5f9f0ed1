// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What makes a list iterable, and typed: foreach (var message in list), list[0].

namespace Eric {
	public class MessageList : GLib.Object {
		[CCode (cname = "_vala_eric_message_list_get")]
		public Eric.Message? @get (uint index) {
			return (Eric.Message?) this.get_object (index);
		}

		public uint size {
			[CCode (cname = "g_list_model_get_n_items")]
			get;
		}
	}
}
