-- Copyright 2026 The eric-sse authors
-- SPDX-License-Identifier: LGPL-2.1-or-later

-- Messages, channels, errors and an asynchronous stream from Lua, through introspection alone.

local found, lgi = pcall(require, 'lgi')
if not found then
  print('cannot be tested here: ' .. lgi)
  os.exit(77)
end

local Eric = lgi.require('Eric', '1')
local Gio = lgi.Gio
local GLib = lgi.GLib

local tests = {}

local function make(event_type, text)
  return assert(Eric.Message.new_from_text(event_type, text))
end

function tests.message()
  local message = assert(Eric.Message.new('tick', GLib.Variant('a{sv}', { n = GLib.Variant('x', 7) })))
  assert(message.event_type == 'tick' and message.text == '{"n":7}')
  assert(message.payload:lookup_value('n', GLib.VariantType.new('x')):get_int64() == 7)
  assert(message.id == nil and message.sender_id == nil)
  assert(make('tick', 'größe').text == 'größe')
end

-- What has no properties yet works, or says what is wrong.
function tests.made_of_nothing()
  assert(Eric.ChannelContainer():add('news').id == 'news')
  local server = Eric.SseServer()
  assert(server:mount('/events'))
  local mounted, failure = server:mount('events')
  assert(not mounted and failure:matches(Gio.IOErrorEnum, 'INVALID_ARGUMENT'), failure)
  local source
  source, failure = Eric.EventSource.new('not a url')
  assert(not source and failure)

  source = Eric.EventSource { uri = 'not a url' }
  local said
  source.on_error = function(_, why) said = why end
  source:start()
  assert(said and source.ready_state == 'CLOSED')
  assert(Eric.ContextBridge():get_fd() >= 0)
end

-- One that was started lives until it is closed.
function tests.source_is_kept()
  local server = Eric.SseServer()
  local channel = server:get_channels():add('news')
  assert(server:mount('/events'))
  assert(server:listen(Gio.InetSocketAddress.new_from_string('127.0.0.1', 0)))
  local uri = ('http://127.0.0.1:%d/events/news'):format(server:get_listen_address():get_port())
  local texts = {}
  local function follow()
    local source = Eric.EventSource.new(uri)
    source.on_message = function(self, message)
      texts[#texts + 1] = message.text
      if #texts == 3 then
        self:close()
      end
    end
    source:start()
  end
  follow()
  local context = GLib.MainContext.default()
  for i = 1, 3 do
    collectgarbage()
    while server:get_n_subscribers() == 0 do
      context:iteration(true)
    end
    channel:broadcast(make('tick', tostring(i)))
    while #texts < i do
      context:iteration(true)
    end
  end
  while server:get_n_subscribers() > 0 do
    context:iteration(true)
  end
  assert(table.concat(texts) == '123')
end

function tests.errors()
  local channel = Eric.SseChannel.new('news')
  local message, failure = channel:deliver_next('nobody')
  assert(not message and failure:matches(Eric.Error, 'INVALID_LISTENER'), failure)
  assert(failure.message:find('nobody', 1, true))

  local listener = assert(channel:add_listener())
  listener:start()
  message, failure = listener:deliver_next()
  assert(not message and failure:matches(Eric.Error, 'NO_MESSAGES'), failure)
  message, failure = Eric.Message.new('line\nbreak')
  assert(not message and failure:matches(Eric.Error, 'INVALID_MESSAGE_FORMAT'), failure)
end

function tests.channel()
  local channel = Eric.SseChannel.new('news')
  local listener = assert(channel:add_listener())
  local seen = {}
  listener.on_message = function(_, message) seen[#seen + 1] = message.text end
  listener:start()

  assert(channel:broadcast(make('tick', 'one')))
  assert(channel:dispatch(listener.id, make('tick', 'two')))
  assert(channel:broadcast(make('tick', 'three')))
  assert(assert(channel:deliver_next(listener.id)).text == 'one')
  local batch = assert(channel:deliver_batch(listener.id, 10))
  assert(#batch == 2 and batch[1].text == 'two' and batch[2].text == 'three')
  assert(table.concat(seen, ' ') == 'one two three', table.concat(seen, ' '))
end

function tests.stream()
  local channel = Eric.SseChannel.new('news')
  local listener = assert(channel:add_listener())
  local loop = GLib.MainLoop.new(nil, false)
  local texts = {}
  listener:start()
  local stream = channel:message_stream(listener)

  Gio.Async.start(function()
    while true do
      local message = assert(stream:async_next())
      if message.event_type == Eric.MESSAGE_TYPE_CLOSED then break end
      texts[#texts + 1] = message.text
    end
    loop:quit()
  end)()
  GLib.idle_add(GLib.PRIORITY_DEFAULT, function()
    assert(channel:broadcast(make('tick', 'one')))
    assert(channel:broadcast(make('tick', 'two')))
    channel:close()
    return false
  end)
  loop:run()
  assert(table.concat(texts, ' ') == 'one two', table.concat(texts, ' '))
end

function tests.cancelled()
  local listener = Eric.Listener.new()
  local cancellable = Gio.Cancellable.new()
  local loop = GLib.MainLoop.new(nil, false)
  local message, failure
  listener:start()
  listener:next_async(GLib.PRIORITY_DEFAULT, cancellable, function(_, result)
    message, failure = listener:next_finish(result)
    loop:quit()
  end)
  cancellable:cancel()
  loop:run()
  assert(not message and failure:matches(Gio.IOErrorEnum, 'CANCELLED'), failure)
end

-- A callback is kept as long as it is needed, and let go after that.
function tests.callback()
  local kept = setmetatable({}, { __mode = 'v' })
  local parser = Eric.SseParser.new()
  local comments = {}
  do
    local function comment(text) comments[#comments + 1] = text end
    kept[1] = comment
    parser:set_comment_func(comment)
  end
  collectgarbage()
  assert(parser:feed(': hello\ndata: x\n\n'))
  assert(comments[1] == 'hello' and parser:next().text == 'x')
  assert(kept[1])
  parser:set_comment_func(nil)
  collectgarbage()
  collectgarbage()
  assert(not kept[1])
end

local names, failed = {}, 0
for name in pairs(tests) do names[#names + 1] = name end
table.sort(names)
print('1..' .. #names)
for number, name in ipairs(names) do
  local passed, trace = xpcall(tests[name], debug.traceback)
  if not passed then
    failed = failed + 1
    print('# ' .. tostring(trace):gsub('\n', '\n# '))
  end
  print((passed and 'ok ' or 'not ok ') .. number .. ' ' .. name)
end
os.exit(failed == 0 and 0 or 1)
