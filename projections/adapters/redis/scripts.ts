import { epochMark, keyMark } from './keys.ts'
import { separator } from './order-text.ts'

/**
 * Lua that runs in Redis, each script as one. Checkpoints stay strings there: Lua would write large numbers with an exponent.
 *
 * `state` tells whether a view is whole. A Redis that evicts, an operator or another program may remove or overwrite single keys, and what
 * is left of the view must not be taken for all of it. So each of its keys holds the view's epoch (the id of the batch that began it), and a
 * script looks at all, and at the type of each before it uses it. Nothing here fails on what it finds.
 */
const prelude = `
local epochMark, keyMark, separator = ${luaText(epochMark)}, ${luaText(keyMark)}, ${luaText(separator)}

local function isType(key, type)
  return redis.call('TYPE', key).ok == type
end

local function isPosition(text)
  return text and string.match(text, '^-?%d+$') ~= nil
end

-- KEYS[at + 1] on: meta, docs, places, order. Gives: 'whole', 'building', 'none' or 'lost'; checkpoint; epoch; why it is built.
local function state(at)
  local meta, docs, places, order = KEYS[at + 1], KEYS[at + 2], KEYS[at + 3], KEYS[at + 4]
  if redis.call('EXISTS', meta, docs, places, order) == 0 then return 'none', '-1', '', '' end
  if not isType(meta, 'hash') then return 'lost', '-1', '', '' end
  local epoch, checkpoint, completeAt, reason =
    unpack(redis.call('HMGET', meta, 'epoch', 'checkpoint', 'completeAt', 'reason'))
  reason = reason or ''
  if epoch and isPosition(checkpoint) and isPosition(completeAt)
    and isType(docs, 'hash') and isType(places, 'hash') and isType(order, 'zset')
    and redis.call('HGET', docs, epochMark) == epoch
    and redis.call('HGET', places, epochMark) == epoch
    and redis.call('ZSCORE', order, epochMark .. epoch)
  then
    if tonumber(checkpoint) < tonumber(completeAt) then return 'building', checkpoint, epoch, reason end
    return 'whole', checkpoint, epoch, ''
  end
  return 'lost', '-1', '', reason
end

-- The keys of the view go, and what is left says why. Readers are told by the caller.
local function void(at, reason)
  redis.call('UNLINK', KEYS[at + 1], KEYS[at + 2], KEYS[at + 3], KEYS[at + 4])
  redis.call('HSET', KEYS[at + 1], 'reason', reason)
end

-- KEYS[at + 5] on: feed, changes. What is no stream of ours any more is begun again, and readers find another epoch.
local function openFeed(at, id)
  local feed, changes = KEYS[at + 5], KEYS[at + 6]
  local isStream = isType(changes, 'stream') or redis.call('EXISTS', changes) == 0
  if isStream and isType(feed, 'hash') then
    local epoch, seq = unpack(redis.call('HMGET', feed, 'epoch', 'seq'))
    if epoch and isPosition(seq) then return epoch, tonumber(seq) end
  end
  redis.call('UNLINK', feed)
  if not isStream then redis.call('UNLINK', changes) end
  redis.call('HSET', feed, 'epoch', id, 'seq', 0)
  return id, 0
end

-- The id of the last drop or swap.
local function turn(at)
  return isType(KEYS[at + 5], 'hash') and redis.call('HGET', KEYS[at + 5], 'turn')
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

local function unpackPlaces(packed)
  if not packed then return true, {} end
  local sound, list = pcall(cmsgpack.unpack, packed)
  return sound and type(list) == 'table', list
end
`

/**
 * KEYS: the view's six, hold, staged. ARGV: expected, checkpoint, batch id, cap of the stream, number of staged pieces, number of writes,
 * mark of the log as JSON, completeAt, 1 if changes are told one by one; then the writes where none are staged, as `packWrites` packs them.
 *
 * A view whose places turn out to be no list of ours is damaged. It is void from then on.
 *
 * A batch that was applied already answers `applied`: a command whose connection broke is sent again, whether or not it had arrived.
 */
const apply = `${prelude}
local meta, docs, placesKey, order, feed, changes, hold, staged = unpack(KEYS)
local expected, checkpoint, batch, cap = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local pieces, total, mark, completeAt, isFollowed = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7], ARGV[8], ARGV[9] == '1'

local was, at, _, reason = state(0)
local isThere = was == 'whole' or was == 'building'
if isThere and redis.call('HGET', meta, 'batch') == batch then
  redis.call('UNLINK', staged)
  return 'applied'
end
if at ~= expected then
  redis.call('UNLINK', staged)
  return 'stale'
end
if redis.call('EXISTS', hold) == 1 then
  if redis.call('PTTL', hold) >= 0 then
    redis.call('UNLINK', staged)
    return 'held'
  end
  -- None of ours: those end.
  redis.call('UNLINK', hold)
end
local packed = {}
for piece = 1, pieces do
  packed[piece] = redis.call('HGET', staged, piece)
  if not packed[piece] then return 'unstaged' end
end

if not isThere then
  if was == 'lost' then endReaders(0, batch, '-1', 'lost') end
  redis.call('UNLINK', meta, docs, placesKey, order)
  redis.call('HSET', meta, 'epoch', batch, 'completeAt', completeAt, 'reason', reason)
  redis.call('HSET', docs, epochMark, batch)
  redis.call('HSET', placesKey, epochMark, batch)
  redis.call('ZADD', order, 0, epochMark .. batch)
  redis.call('PERSIST', feed)
  redis.call('PERSIST', changes)
end

local feedEpoch, seq = openFeed(0, batch)
local damaged = false
-- More than the stream holds would end every reader anyway.
local told = total <= cap and isFollowed

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

-- One call for many documents: on the way to Redis' own code, each costs more than what it does there. Bounded, as what Lua can unpack is.
local maxWaiting = 1000
local waiting, waitingDocs, waitingPlaces, waitingMembers = {}, {}, {}, {}

local function flush()
  if #waitingDocs > 0 then redis.call('HSET', docs, unpack(waitingDocs)) end
  if #waitingPlaces > 0 then redis.call('HSET', placesKey, unpack(waitingPlaces)) end
  if #waitingMembers > 0 then redis.call('ZADD', order, unpack(waitingMembers)) end
  waiting, waitingDocs, waitingPlaces, waitingMembers = {}, {}, {}, {}
end

local function push(list, one, other)
  local at = #list
  list[at + 1] = one
  list[at + 2] = other
end

local function add(places)
  for _, place in ipairs(places) do
    push(waitingMembers, 0, place)
    if #waitingMembers >= maxWaiting then flush() end
  end
end

local function move(before, after)
  local keeps = {}
  for _, place in ipairs(after) do keeps[place] = true end
  add(after)
  -- Places hold the key of their document: none of another one is waiting under the same name.
  for _, place in ipairs(before) do
    if not keeps[place] then redis.call('ZREM', order, place) end
  end
end

-- By key: the places before the write, packed.
local known = {}

local function write(items, at, lists)
  local key, document, count = items[at], items[at + 1], items[at + 2]
  if waiting[key] or count < 0 then flush() end
  local packedBefore = known[key]
  local before, after = {}, {}
  if packedBefore then
    local sound, list = unpackPlaces(packedBefore)
    if sound then before = list else damaged = true end
  end
  for i = 1, count do
    local place = items[at + 2 + i]
    after[i] = type(place) == 'number' and lists[place] .. key .. separator .. key or place
  end
  if count < 0 then
    document = nil
    known[key] = nil
    redis.call('HDEL', docs, key)
    redis.call('HDEL', placesKey, key)
    redis.call('ZREM', order, keyMark .. key)
    move(before, after)
  else
    waiting[key] = true
    push(waitingDocs, key, document)
    local packedAfter = cmsgpack.pack(after)
    if packedAfter == packedBefore then
      after = before
    else
      known[key] = packedAfter
      push(waitingPlaces, key, packedAfter)
      if packedBefore then
        move(before, after)
      else
        push(waitingMembers, 0, keyMark .. key)
        add(after)
      end
    end
    if #waitingDocs >= maxWaiting then flush() end
  end
  if told then tell(key, document, before, after) end
end

local function learn(keys)
  for at, packedPlaces in ipairs(redis.call('HMGET', placesKey, unpack(keys))) do
    -- What is known may be newer: it waits to be written.
    if known[keys[at]] == nil then known[keys[at]] = packedPlaces end
  end
end

local function writeAll(piece)
  local items, lists = unpack(cmsgpack.unpack(piece))
  local starts, keys, at = {}, {}, 1
  while at <= #items do
    starts[#starts + 1] = at
    keys[#keys + 1] = items[at]
    at = at + 3 + math.max(items[at + 2], 0)
    if #keys == maxWaiting or at > #items then
      learn(keys)
      for _, start in ipairs(starts) do write(items, start, lists) end
      starts, keys = {}, {}
    end
  end
end

if ARGV[10] then writeAll(ARGV[10]) end
for piece = 1, pieces do writeAll(packed[piece]) end
flush()
if not told or total == 0 then
  seq = seq + math.max(total, 1)
  redis.call('XADD', changes, 'MAXLEN', '~', cap, '*', 'e', feedEpoch, 'n', seq, 'p', checkpoint)
end
redis.call('HSET', feed, 'seq', seq)
redis.call('UNLINK', staged)
if damaged then
  void(0, '')
  endReaders(0, batch, '-1', 'lost')
  return 'stale'
end
redis.call('HSET', meta, 'checkpoint', checkpoint, 'batch', batch, 'mark', mark)
return 'applied'
`

/** KEYS: staged. ARGV: number of the piece, how long it may wait in ms, the piece. */
const stage = `
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 'staged'
`

/** KEYS: meta, docs, places, order. ARGV: keys of documents. Gives the state, then documents where they can be read. */
const read = `${prelude}
local reply = { state(0) }
if reply[1] ~= 'whole' and reply[1] ~= 'building' then return reply end
for at = 1, #ARGV do reply[at + 4] = redis.call('HGET', KEYS[2], ARGV[at]) end
return reply
`

/** KEYS: meta, docs, places, order. Gives the state, and the mark of the log. */
const place = `${prelude}
local was, checkpoint, epoch, reason = state(0)
local mark = epoch ~= '' and redis.call('HGET', KEYS[1], 'mark')
return { was, checkpoint, epoch, reason, mark or '' }
`

/** ARGV: min, max, direction, limit. Gives the state, then a member and its document, as often as there are any. */
const list = `${prelude}
local reply = { state(0) }
if reply[1] ~= 'whole' then return reply end
local members
if ARGV[3] == 'ascending' then
  members = redis.call('ZRANGEBYLEX', KEYS[4], ARGV[1], ARGV[2], 'LIMIT', 0, ARGV[4])
else
  members = redis.call('ZREVRANGEBYLEX', KEYS[4], ARGV[2], ARGV[1], 'LIMIT', 0, ARGV[4])
end
for _, member in ipairs(members) do
  reply[#reply + 1] = member
  reply[#reply + 1] = redis.call('HGET', KEYS[2], string.match(member, '.*%z(.*)') or '')
end
return reply
`

/** ARGV: min, max. Gives the state, number. */
const count = `${prelude}
local reply = { state(0) }
if reply[1] == 'whole' then reply[5] = redis.call('ZLEXCOUNT', KEYS[4], ARGV[1], ARGV[2]) end
return reply
`

/** KEYS: the view's six. ARGV: id of the call. Gives the state, epoch and seq of the stream, id of its last entry. Mends the stream. */
const feedState = `${prelude}
local was, checkpoint, epoch, reason = state(0)
local feed, changes = KEYS[5], KEYS[6]
local reply = { was, checkpoint, epoch, reason, '', '0', '0-0' }
if redis.call('EXISTS', feed, changes) == 0 then return reply end
reply[5], reply[6] = openFeed(0, ARGV[1])
local last = redis.call('XREVRANGE', changes, '+', '-', 'COUNT', 1)[1]
reply[6] = tostring(reply[6])
reply[7] = last and last[1] or '0-0'
return reply
`

/** KEYS: the view's six. ARGV: id of the call, reason. */
const invalidate = `${prelude}
if turn(0) == ARGV[1] then return 'void' end
void(0, ARGV[2])
endReaders(0, ARGV[1], '-1', 'found wrong')
return 'void'
`

/** KEYS: the view's six. ARGV: id of the call, ms that the stream stays. */
const drop = `${prelude}
if turn(0) == ARGV[1] then return 'dropped' end
redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
endReaders(0, ARGV[1], '-1', 'dropped')
leaveFeed(0, ARGV[2])
return 'dropped'
`

/**
 * KEYS: the six of the view, the six of the one that takes its place, hold of the view. ARGV: as of drop. Sent again, it must not find
 * nothing to take; and a caller that was frozen for long, or comes second, must not put something older, or nothing, in the place of the view.
 */
const swap = `${prelude}
if turn(0) == ARGV[1] then return 'swapped' end
local was, checkpoint = state(6)
if was == 'lost' then return 'lost' end
local _, live = state(0)
if tonumber(checkpoint) < tonumber(live) then return 'behind' end
redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
if was ~= 'none' then
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

/** KEYS: meta, docs, places, order, then the copies of the last three. ARGV: ms they may stay unread. Gives the state. */
const dumpOpen = `${prelude}
local reply = { state(0) }
if reply[1] == 'whole' then
  for at = 2, 4 do
    redis.call('COPY', KEYS[at], KEYS[at + 3], 'REPLACE')
    redis.call('PEXPIRE', KEYS[at + 3], ARGV[1])
  end
end
return reply
`

/** KEYS: copies of docs, places, order. ARGV: ms, min, max, limit. Gives key, JSON and places of each, or nil when a copy is gone. */
const dumpPage = `${prelude}
if redis.call('EXISTS', KEYS[1], KEYS[2], KEYS[3]) < 3 then return false end
for at = 1, 3 do redis.call('PEXPIRE', KEYS[at], ARGV[1]) end
local reply = {}
for _, member in ipairs(redis.call('ZRANGEBYLEX', KEYS[3], ARGV[2], ARGV[3], 'LIMIT', 0, ARGV[4])) do
  local key = string.sub(member, 2)
  local sound, list = unpackPlaces(redis.call('HGET', KEYS[2], key))
  reply[#reply + 1] = { key, redis.call('HGET', KEYS[1], key), sound and list or false }
end
return reply
`

export const scripts = {
  cofferApply: { lua: apply, numberOfKeys: 8 },
  cofferStage: { lua: stage, numberOfKeys: 1 },
  cofferRead: { lua: read, numberOfKeys: 4 },
  cofferPlace: { lua: place, numberOfKeys: 4 },
  cofferInvalidate: { lua: invalidate, numberOfKeys: 6 },
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
