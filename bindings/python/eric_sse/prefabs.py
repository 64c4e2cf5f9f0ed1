# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Channels and listeners to use as they are.

`DataProcessingChannel` is that of 2.1, with `process_queue`. Made without `max_workers`, as
0.3.2 does, its events have `retry`, too. `add_threaded_listener` and `notify_end` of 0.3.2
are there as well, and so is `ThreadPoolListener`, which 2.1 has no more.

`ThreadPoolListener` runs its callback in several threads at once; that of 0.3.2 waits for
each. What a callback raises is therefore logged instead of raised where the message is
delivered, and the listener stops when all callbacks are finished, behind a message of type
MESSAGE_TYPE_CLOSED.

`SimpleDistributedApplicationListener.set_action` refuses the reserved names, as it is
documented to do; 2.1 takes them and never calls the action. A KeyError that an action raises
is an error like any other; 2.1 takes it for an unknown action.
"""

import threading
from collections import deque
from collections.abc import AsyncIterable, Callable, Iterable
from concurrent.futures import Executor, Future
from typing import Any

from eric_sse import get_logger
from eric_sse._pool import ThreadPool
from eric_sse._waiting import Waiter
from eric_sse.connection import ConnectionsFactory
from eric_sse.entities import MESSAGE_TYPE_CLOSED, AbstractChannel, Message
from eric_sse.exception import NoMessagesException
from eric_sse.listener import MessageQueueListener
from eric_sse.message import MessageContract, SignedMessage
from eric_sse.repository import AbstractChannelRepository

__all__ = ['DataProcessingChannel', 'MESSAGE_TYPE_CLOSED', 'Message', 'MessageQueueListener', 'SSEChannel',
           'SSEChannelRepository', 'SimpleDistributedApplicationChannel',
           'SimpleDistributedApplicationListener', 'ThreadPoolListener']

logger = get_logger()


class SSEChannel(AbstractChannel):
    """A channel whose events have the fields of Server-Sent Events.

    As in both generations there is no `id` among them, and `retry` is 5 milliseconds unless
    given. EricSseServer serves real event streams."""

    def __init__(self, stream_delay_seconds: float = 0, retry_timeout_milliseconds: int = 5,
                 channel_id: str | None = None, connections_factory: ConnectionsFactory | None = None) -> None:
        super().__init__(stream_delay_seconds=stream_delay_seconds, channel_id=channel_id,
                         connections_factory=connections_factory,
                         retry_timeout_milliseconds=retry_timeout_milliseconds)

    def adapt(self, msg: MessageContract) -> dict:
        """`event`, `retry` and `data`: the type of the message, the time in milliseconds after
        which a client should come back, and the payload."""
        return {'event': msg.type, 'retry': self.retry_timeout_milliseconds, 'data': msg.payload}


class ThreadPoolListener(MessageQueueListener):
    """A listener that calls a function with each message, in the threads of a pool.

    A message of type MESSAGE_TYPE_CLOSED ends it: it stops when all is finished that came
    before. Messages are begun in their order, and may end in any."""

    def __init__(self, callback: Callable[[MessageContract], None], max_workers: int) -> None:
        super().__init__()
        self.executor: Executor = ThreadPool(max_workers=max_workers)
        self.__callback = callback
        self.__lock = threading.Lock()
        self.__n_unfinished = 0

    def on_message(self, msg: MessageContract) -> None:
        with self.__lock:
            if msg.type == MESSAGE_TYPE_CLOSED:
                self._eric_closing = True
            else:
                self.__n_unfinished += 1
        if msg.type == MESSAGE_TYPE_CLOSED:
            self.__stop_if_finished()
        else:
            self.executor.submit(self.__callback, msg).add_done_callback(self.__finished)

    def __finished(self, future: Future) -> None:
        error = None if future.cancelled() else future.exception()
        if error is not None:
            logger.error('The callback of listener %s failed', self.id, exc_info=error)
        with self.__lock:
            self.__n_unfinished -= 1
        self.__stop_if_finished()

    def __stop_if_finished(self) -> None:
        with self.__lock:
            if not self._eric_closing or self.__n_unfinished > 0:
                return
            self._eric_closing = False
        logger.info('Stopping listener %s', self.id)
        self.stop_sync()


class DataProcessingChannel(AbstractChannel):
    """A channel whose messages are work for threads, or for the processes of another
    executor. Override `adapt` to say what comes out."""

    def __init__(self, max_workers: int | None = None, stream_delay_seconds: float = 0,
                 executor_class: Callable[..., Executor] = ThreadPool, *,
                 retry_timeout_milliseconds: int = 5) -> None:
        super().__init__(stream_delay_seconds=stream_delay_seconds,
                         retry_timeout_milliseconds=retry_timeout_milliseconds)
        self.max_workers = max_workers
        self.executor_class = executor_class

    async def process_queue(self, listener: MessageQueueListener) -> AsyncIterable[dict]:
        """Takes all that waits for a listener, calls its `on_message` with several messages at
        once, and has what `adapt` makes of each as it is finished. What `on_message` raises is
        raised here.

        The listener need not run. Who leaves early does not wait for the rest, which is
        processed all the same."""
        queue = self._get_queue(listener_id=listener.id)
        executor = self.executor_class(max_workers=self.max_workers)
        finished: deque[Future] = deque()
        waiters: list[Waiter] = []

        def finish(future: Future) -> None:
            finished.append(future)
            for waiter in tuple(waiters):
                waiter.wake()

        n_tasks = 0
        try:
            while True:
                try:
                    message = queue.pop()
                except NoMessagesException:
                    break
                executor.submit(DataProcessingChannel._invoke_callback_and_return, listener.on_message,
                                message).add_done_callback(finish)
                n_tasks += 1
            for _ in range(n_tasks):
                while not finished:
                    waiters.append(Waiter())
                    if not finished:
                        await waiters[0].wait()
                    waiters.clear()
                yield self.adapt(finished.popleft().result())
        finally:
            executor.shutdown(wait=False)

    @staticmethod
    def _invoke_callback_and_return(callback: Callable[[MessageContract], None],
                                    msg: MessageContract) -> MessageContract:
        callback(msg)
        return msg

    def adapt(self, msg: MessageContract) -> dict:
        """`event` and `data`: the type of the message, and the payload."""
        if self.max_workers is None:
            return {'event': msg.type, 'retry': self.retry_timeout_milliseconds, 'data': msg.payload}
        return {'event': msg.type, 'data': msg.payload}

    def notify_end(self) -> None:
        """Tells all listeners, behind what they have, that no more comes. Of 0.3.2."""
        self.broadcast(Message(MESSAGE_TYPE_CLOSED))

    def add_threaded_listener(self, callback: Callable[[MessageContract], None],
                              max_workers: int) -> ThreadPoolListener:
        """Makes a listener that calls a function in threads, and registers it. Of 0.3.2."""
        listener = ThreadPoolListener(callback, max_workers)
        self.register_listener(listener)
        return listener


class SimpleDistributedApplicationListener(MessageQueueListener):
    """A listener that answers messages: for each type there is an action, and what it returns
    goes to who sent the message."""

    def __init__(self) -> None:
        super().__init__()
        self.__channel: Any = None
        self.__actions: dict[str, Callable[[MessageContract], Iterable[MessageContract] | None]] = {}
        self.__internal_actions: dict[str, Callable[[], Any]] = {'start': self.start, 'stop': self.stop}

    def set_channel(self, channel: AbstractChannel) -> None:
        """Says over which channel it answers."""
        self.__channel = channel

    def set_action(self, name: str, action: Callable[[MessageContract], Iterable[MessageContract] | None]) -> None:
        """Sets what is called with messages of a type. It returns the answers.

        `start` and `stop` are reserved: messages of these types start and stop the listener.
        Raises KeyError for them."""
        if name in self.__internal_actions:
            raise KeyError(f'The action {name} is reserved')
        self.__actions[name] = action

    def dispatch_to(self, receiver: MessageQueueListener, msg: MessageContract) -> None:
        """Sends a message to another listener of the channel, signed."""
        self.__send(receiver.id, msg)

    def on_message(self, msg: Any) -> None:
        if msg.type in self.__internal_actions:
            self.__internal_actions[msg.type]()
        elif msg.type in self.__actions:
            for response in self.__actions[msg.type](msg) or ():
                self.__send(msg.sender_id, response)
        else:
            logger.debug('Unknown action %s', msg.type)

    def __send(self, receiver_id: str, msg: MessageContract) -> None:
        self.__channel.dispatch(receiver_id, SignedMessage(sender_id=self.id, msg_type=msg.type,
                                                           msg_payload=msg.payload))


class SimpleDistributedApplicationChannel(SSEChannel):
    """The channel over which such listeners talk with each other."""

    def register_listener(self, listener: Any) -> None:  # type: ignore[override]
        listener.set_channel(self)
        super().register_listener(listener=listener)


class SSEChannelRepository(AbstractChannelRepository):
    """Keeps channels of class SSEChannel."""

    def create(self, channel_data: dict) -> SSEChannel:
        """A channel, made from the arguments of SSEChannel without the connections factory."""
        return SSEChannel(**channel_data, connections_factory=self.connections_factory)

    @staticmethod
    def _channel_to_dict(channel: Any) -> dict:
        return {
            'retry_timeout_milliseconds': channel.retry_timeout_milliseconds,
            'stream_delay_seconds': channel.stream_delay_seconds,
            'channel_id': channel.id,
        }
