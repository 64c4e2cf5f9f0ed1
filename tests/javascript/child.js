// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Scripts that do what cannot be done in a test, each case in a process of its own.

import Gio from "gi://Gio";

Gio._promisify(Gio.Subprocess.prototype, "communicate_utf8_async", "communicate_utf8_finish");

export class Script {
  constructor(name, { unset = [] } = {}) {
    this._path = Gio.File.new_for_uri(import.meta.url).get_parent().get_child(name).get_path();
    this._launcher = Gio.SubprocessLauncher.new(
      Gio.SubprocessFlags.STDOUT_PIPE | Gio.SubprocessFlags.STDERR_PIPE);
    unset.forEach((variable) => this._launcher.unsetenv(variable));
  }

  _start(name) {
    return this._launcher.spawnv(["gjs", "-m", this._path, name]);
  }

  get cases() {
    const [, out] = this._start("--list").communicate_utf8(null, null);
    return out.trim().split("\n");
  }

  async run(name) {
    const child = this._start(name);
    const [out, errors] = await child.communicate_utf8_async(null, null);
    return { status: child.get_if_exited() ? child.get_exit_status() : -1, out: out.trim(), errors };
  }
}
