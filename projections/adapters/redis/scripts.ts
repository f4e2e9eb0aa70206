import { epochMark, keyMark } from './keys.ts'

/**
 * Lua that runs in Redis, each script as one. Checkpoints stay strings there: Lua would write large numbers with an exponent.
 *
 * `state` tells whether a view is whole. A Redis that evicts, or an operator, may remove single keys, and what is left of the view must not
 * be taken for all of it. So each of its keys holds the view's epoch (the id of the batch that began it), and a script looks at all.
 */
const prelude = `
local epochMark, keyMark = ${luaText(epochMark)}, ${luaText(keyMark)}

-- 'whole', 'none' or 'lost', and the checkpoint. KEYS[at + 1] on: meta, docs, places, order.
local function state(at)
  local meta, docs, places, order = KEYS[at + 1], KEYS[at + 2], KEYS[at + 3], KEYS[at + 4]
  local epoch = redis.call('HGET', meta, 'epoch')
  if not epoch then
    if redis.call('EXISTS', docs, places, order) == 0 then return 'none', '-1' end
    return 'lost', '-1'
  end
  if redis.call('HGET', docs, epochMark) == epoch
    and redis.call('HGET', places, epochMark) == epoch
    and redis.call('ZSCORE', order, epochMark .. epoch)
  then
    return 'whole', redis.call('HGET', meta, 'checkpoint')
  end
  return 'lost', '-1'
end

-- KEYS[at + 5] on: feed, changes.
local function openFeed(at, id)
  local feed = KEYS[at + 5]
  local epoch = redis.call('HGET', feed, 'epoch')
  if epoch then return epoch, tonumber(redis.call('HGET', feed, 'seq')) end
  redis.call('HSET', feed, 'epoch', id, 'seq', 0)
  return id, 0
end

-- Tells readers that the view is another one now.
local function endReaders(at, id, checkpoint, why)
  local epoch, seq = openFeed(at, id)
  redis.call('HSET', KEYS[at + 5], 'seq', seq + 1, 'turn', id)
  redis.call('XADD', KEYS[at + 6], '*', 'e', epoch, 'n', seq + 1, 'p', checkpoint, 'x', why)
end

-- For those who read: what they have not read yet stays a while.
local function leaveFeed(at, ttl)
  redis.call('XTRIM', KEYS[at + 6], 'MAXLEN', 1)
  redis.call('PEXPIRE', KEYS[at + 5], ttl)
  redis.call('PEXPIRE', KEYS[at + 6], ttl)
end
`

/**
 * KEYS: the view's six, hold, staged. ARGV: expected, checkpoint, batch id, cap of the stream, number of staged pieces, number of writes, then
 * the writes where none are staged: key, JSON, number of places, places; a number of -1 deletes.
 *
 * A batch that was applied already answers `applied`: a command whose connection broke is sent again, whether or not it had arrived.
 */
const apply = `${prelude}
local meta, docs, places, order, feed, changes, hold, staged = unpack(KEYS)
local expected, checkpoint, batch, cap = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local pieces, total = tonumber(ARGV[5]), tonumber(ARGV[6])

local was, at = state(0)
if was == 'whole' and redis.call('HGET', meta, 'batch') == batch then
  redis.call('UNLINK', staged)
  return 'applied'
end
if at ~= expected then
  redis.call('UNLINK', staged)
  return 'stale'
end
if redis.call('EXISTS', hold) == 1 then
  redis.call('UNLINK', staged)
  return 'held'
end
local packed = {}
for piece = 1, pieces do
  packed[piece] = redis.call('HGET', staged, piece)
  if not packed[piece] then return 'unstaged' end
end

if was ~= 'whole' then
  if was == 'lost' then endReaders(0, batch, '-1', 'lost') end
  redis.call('UNLINK', meta, docs, places, order)
  redis.call('HSET', meta, 'epoch', batch)
  redis.call('HSET', docs, epochMark, batch)
  redis.call('HSET', places, epochMark, batch)
  redis.call('ZADD', order, 0, epochMark .. batch)
  redis.call('PERSIST', feed)
  redis.call('PERSIST', changes)
end

local feedEpoch, seq = openFeed(0, batch)
-- More than the stream holds would end every reader anyway.
local told = total <= cap

local function tell(key, document, before, after)
  seq = seq + 1
  local entry = { 'XADD', changes, 'MAXLEN', '~', cap, '*', 'e', feedEpoch, 'n', seq, 'p', checkpoint, 'k', key }
  local function add(field, value)
    entry[#entry + 1] = field
    entry[#entry + 1] = value
  end
  if document then add('d', document) end
  for _, place in ipairs(before) do add('l', place) end
  if after ~= before then
    for _, place in ipairs(after) do add('l', place) end
  end
  redis.call(unpack(entry))
end

local function move(before, after)
  local keeps = {}
  for _, place in ipairs(after) do
    keeps[place] = true
    redis.call('ZADD', order, 0, place)
  end
  for _, place in ipairs(before) do
    if not keeps[place] then redis.call('ZREM', order, place) end
  end
end

local function write(args, i)
  local key, document, count = args[i], args[i + 1], tonumber(args[i + 2])
  local packedBefore = redis.call('HGET', places, key)
  local before = packedBefore and cmsgpack.unpack(packedBefore) or {}
  local after = {}
  for at = 1, count do after[at] = args[i + 2 + at] end
  if count < 0 then
    document = nil
    redis.call('HDEL', docs, key)
    redis.call('HDEL', places, key)
    redis.call('ZREM', order, keyMark .. key)
    move(before, after)
  else
    redis.call('HSET', docs, key, document)
    local packedAfter = cmsgpack.pack(after)
    if packedAfter == packedBefore then
      after = before
    else
      if not packedBefore then redis.call('ZADD', order, 0, keyMark .. key) end
      redis.call('HSET', places, key, packedAfter)
      move(before, after)
    end
  end
  if told then tell(key, document, before, after) end
  return i + 3 + math.max(count, 0)
end

local i = 7
while i <= #ARGV do i = write(ARGV, i) end
for piece = 1, pieces do
  local args = cmsgpack.unpack(packed[piece])
  local from = 1
  while from <= #args do from = write(args, from) end
end
if not told or total == 0 then
  seq = seq + math.max(total, 1)
  redis.call('XADD', changes, 'MAXLEN', '~', cap, '*', 'e', feedEpoch, 'n', seq, 'p', checkpoint)
end
redis.call('HSET', feed, 'seq', seq)
redis.call('HSET', meta, 'checkpoint', checkpoint, 'batch', batch)
redis.call('UNLINK', staged)
return 'applied'
`

/** KEYS: staged. ARGV: number of the piece, how long it may wait in ms, arguments. */
const stage = `
local args = {}
for at = 3, #ARGV do args[at - 2] = ARGV[at] end
redis.call('HSET', KEYS[1], ARGV[1], cmsgpack.pack(args))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 'staged'
`

/** KEYS: meta, docs, places, order. ARGV: keys of documents. Gives state, checkpoint, documents. */
const read = `${prelude}
local was, checkpoint = state(0)
local reply = { was, checkpoint }
for at = 1, #ARGV do reply[at + 2] = redis.call('HGET', KEYS[2], ARGV[at]) end
return reply
`

/** ARGV: min, max, direction, limit. Gives state, checkpoint, then a member and its document, as often as there are any. */
const list = `${prelude}
local was, checkpoint = state(0)
local reply = { was, checkpoint }
local members
if ARGV[3] == 'ascending' then
  members = redis.call('ZRANGEBYLEX', KEYS[4], ARGV[1], ARGV[2], 'LIMIT', 0, ARGV[4])
else
  members = redis.call('ZREVRANGEBYLEX', KEYS[4], ARGV[2], ARGV[1], 'LIMIT', 0, ARGV[4])
end
for _, member in ipairs(members) do
  reply[#reply + 1] = member
  reply[#reply + 1] = redis.call('HGET', KEYS[2], string.match(member, '.*%z(.*)'))
end
return reply
`

/** ARGV: min, max. Gives state, checkpoint, number. */
const count = `${prelude}
local was, checkpoint = state(0)
return { was, checkpoint, redis.call('ZLEXCOUNT', KEYS[4], ARGV[1], ARGV[2]) }
`

/** KEYS: the view's six. Gives state, checkpoint, epoch and seq of the stream, id of its last entry. */
const feedState = `${prelude}
local was, checkpoint = state(0)
local last = redis.call('XREVRANGE', KEYS[6], '+', '-', 'COUNT', 1)[1]
return {
  was,
  checkpoint,
  redis.call('HGET', KEYS[5], 'epoch') or '',
  redis.call('HGET', KEYS[5], 'seq') or '0',
  last and last[1] or '0-0',
}
`

/** KEYS: the view's six. ARGV: id of the call, ms that the stream stays. */
const drop = `${prelude}
if redis.call('HGET', KEYS[5], 'turn') == ARGV[1] then return 'dropped' end
redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
endReaders(0, ARGV[1], '-1', 'dropped')
leaveFeed(0, ARGV[2])
return 'dropped'
`

/**
 * KEYS: the six of the view, the six of the one that takes its place, hold of the view. ARGV: as of drop. Sent again, it must not find nothing to take; and
 * whoever was frozen for long, or comes second, must not put something older, or nothing, in the place of the view.
 */
const swap = `${prelude}
if redis.call('HGET', KEYS[5], 'turn') == ARGV[1] then return 'swapped' end
local was, checkpoint = state(6)
if was == 'lost' then return 'lost' end
local _, live = state(0)
if tonumber(checkpoint) < tonumber(live) then return 'behind' end
redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
if was == 'whole' then
  for at = 1, 4 do redis.call('RENAME', KEYS[at + 6], KEYS[at]) end
end
endReaders(0, ARGV[1], checkpoint, 'replaced')
redis.call('PERSIST', KEYS[5])
redis.call('PERSIST', KEYS[6])
endReaders(6, ARGV[1], '-1', 'put in the place of another')
leaveFeed(6, ARGV[2])
redis.call('UNLINK', KEYS[13])
return 'swapped'
`

/** KEYS: meta, docs, places, order, then the copies of the last three. ARGV: ms they may stay unread. Gives state, checkpoint. */
const dumpOpen = `${prelude}
local was, checkpoint = state(0)
if was == 'whole' then
  for at = 2, 4 do
    redis.call('COPY', KEYS[at], KEYS[at + 3], 'REPLACE')
    redis.call('PEXPIRE', KEYS[at + 3], ARGV[1])
  end
end
return { was, checkpoint }
`

/** KEYS: copies of docs, places, order. ARGV: ms, min, max, limit. Gives key, JSON and places of each, or nil when a copy is gone. */
const dumpPage = `
if redis.call('EXISTS', KEYS[1], KEYS[2], KEYS[3]) < 3 then return false end
for at = 1, 3 do redis.call('PEXPIRE', KEYS[at], ARGV[1]) end
local reply = {}
for _, member in ipairs(redis.call('ZRANGEBYLEX', KEYS[3], ARGV[2], ARGV[3], 'LIMIT', 0, ARGV[4])) do
  local key = string.sub(member, 2)
  reply[#reply + 1] = { key, redis.call('HGET', KEYS[1], key), cmsgpack.unpack(redis.call('HGET', KEYS[2], key)) }
end
return reply
`

export const scripts = {
  cofferApply: { lua: apply, numberOfKeys: 8 },
  cofferStage: { lua: stage, numberOfKeys: 1 },
  cofferRead: { lua: read, numberOfKeys: 4 },
  cofferList: { lua: list, numberOfKeys: 4 },
  cofferCount: { lua: count, numberOfKeys: 4 },
  cofferFeedState: { lua: feedState, numberOfKeys: 6 },
  cofferDrop: { lua: drop, numberOfKeys: 6 },
  cofferSwap: { lua: swap, numberOfKeys: 13 },
  cofferDumpOpen: { lua: dumpOpen, numberOfKeys: 7 },
  cofferDumpPage: { lua: dumpPage, numberOfKeys: 3 },
} as const

export type ScriptName = keyof typeof scripts

/** A Lua literal of a control character. */
function luaText(control: string): string {
  return `'\\${control.charCodeAt(0)}'`
}
