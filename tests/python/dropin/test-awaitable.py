#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What 0.3.2 awaits and 2.1 calls plainly."""

import asyncio

from eric_sse.listener import MessageQueueListener

from dropin_util import run


def test_plainly():
    listener = MessageQueueListener()
    assert not listener.is_running() and listener.is_running() == False    # noqa: E712: as programs do
    assert not listener.start()
    assert listener.is_running() and listener.is_running() == True         # noqa: E712
    assert (str(listener.is_running()), f'{listener.is_running()}') == ('True', 'True')
    assert not listener.stop()
    assert not listener.is_running()


def test_awaited():
    async def program():
        listener = MessageQueueListener()
        assert await listener.is_running() is False
        assert await listener.start() is None
        assert await listener.is_running() is True
        assert await listener.stop() is None
        await asyncio.gather(listener.start(), asyncio.create_task(listener.start()),
                             asyncio.wait_for(listener.start(), 60))
        assert await asyncio.create_task(listener.is_running()) is True
    run(program())
    listener = MessageQueueListener()
    asyncio.run(listener.start())
    assert asyncio.run(listener.is_running()) is True


def test_sync():
    listener = MessageQueueListener()
    assert listener.is_running_sync() is False
    assert listener.start_sync() is None
    assert listener.is_running_sync() is True
    assert listener.stop_sync() is None
    assert listener.is_running_sync() is False
