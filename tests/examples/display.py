# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An X server with a screen that nobody sees."""

import os
import subprocess


class Display:
    """Raises FileNotFoundError where there is no Xvfb. It would begin anew whenever its last
    client leaves, and turn away who comes just then, but for -noreset."""

    def __init__(self, width, height):
        reading, writing = os.pipe()
        try:
            self.server = subprocess.Popen(['Xvfb', '-displayfd', str(writing), '-screen', '0',
                                            f'{width}x{height}x24', '-nolisten', 'tcp', '-noreset'],
                                           pass_fds=[writing], stderr=subprocess.DEVNULL)
        except FileNotFoundError:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        with os.fdopen(reading) as pipe:
            self.name = f':{pipe.readline().strip()}'

    def close(self):
        self.server.terminate()
        self.server.wait()
