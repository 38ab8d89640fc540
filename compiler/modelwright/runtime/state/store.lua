-- What `RedisStore` asks, one command a run: ARGV are the command, the time in seconds and in milliseconds, and what the command needs.
-- The answer is the server's time, what the command returns, and when the first was booked.
--
-- All that is read is read, and judged, before anything is written: a run that fails, or is killed, has changed nothing.
--   n:KEY          a note: when it expires, a space, the note        t:UNTIL:SERIES  what is booked in a stretch of the calendar
--   a:SERIES       of a rolling series its total and its moments     m:SERIES        those moments in their order
--   h, l           what is reserved, and until when                  d               what was settled lately, and when
--   o:KEY          what was seen of a route, by when: numbers with spaces between
--   b              when the first was booked; another time than before: what was booked until then is gone

local P, COMMAND, NOW, NOW_MS = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
local SETTLED_KEPT, GRACE_MS, BATCH = 600, 60000, 200
local call = redis.call
local periods, rollings, late = {}, {}, {}

local function whole(ms)
  return string.format('%.0f', math.max(1, ms))
end

local function expire(key, ms)
  call('PEXPIRE', key, whole(ms))
end

local function period(line)
  local key = P .. 't:' .. line.till .. ':' .. line.series
  periods[key] = periods[key] or {total = exact(call('GET', key)), ends = tonumber(line.till) + KEPT_MS}
  return periods[key]
end

local function rolling(series)
  local it = rollings[series]
  if it then return it end
  it = {amounts = P .. 'a:' .. series, order = P .. 'm:' .. series, changed = {}, gone = {}}
  it.total = exact(call('HGET', it.amounts, 'total'))
  for _, moment in ipairs(call('ZRANGEBYSCORE', it.order, '-inf', NOW_MS)) do
    it.total = take(it.total, exact(call('HGET', it.amounts, moment)))
    table.insert(it.gone, moment)
  end
  rollings[series] = it
  return it
end

local function total(line)
  if line.rolls then return rolling(line.series).total end
  local it = period(line)
  return it.ends > NOW_MS and it.total or '0'
end

local function amount(it, moment)
  return it.changed[moment] or exact(call('HGET', it.amounts, moment))
end

local function book(line, more, fewer) -- unless it has stopped counting
  if not line.rolls then
    local it = period(line)
    if it.ends > NOW_MS then
      it.total, it.is_new = take(add(it.total, more), fewer), true
    end
  elseif tonumber(line.till) > NOW_MS then
    local it = rolling(line.series)
    local known = amount(it, line.till)
    local after = take(add(known, more), fewer) -- what went with its moment is not taken off again when a clock is put back
    it.total, it.changed[line.till] = add(take(it.total, known), after), after
  end
end

local function fits(booked, limit, needs)
  return less(booked, limit) and not less(limit, add(booked, needs))
end

local function frees_at(line)
  if not fits('0', line.limit, line.needs) then return '' end
  local it, from = rolling(line.series), 0
  local left = it.total
  while true do
    local moments = call('ZRANGEBYSCORE', it.order, '(' .. ARGV[3], '+inf', 'LIMIT', from, BATCH)
    for _, moment in ipairs(moments) do
      left = take(left, amount(it, moment))
      if fits(left, line.limit, line.needs) then return moment end
    end
    if #moments < BATCH then return '' end
    from = from + BATCH
  end
end

local function take_back()
  for _, id in ipairs(call('ZRANGEBYSCORE', P .. 'l', '-inf', NOW)) do
    local held = call('HGET', P .. 'h', id)
    for _, line in ipairs(held and cmsgpack.unpack(held) or {}) do
      book(line, '0', line.amount)
    end
    table.insert(late, id)
  end
end

local function let_go(id)
  call('ZREM', P .. 'l', id)
  call('HDEL', P .. 'h', id)
end

local function write()
  for _, id in ipairs(late) do let_go(id) end
  for key, it in pairs(periods) do
    if it.is_new then call('SET', key, it.total, 'PX', whole(it.ends - NOW_MS)) end
  end
  for _, it in pairs(rollings) do
    local is_new = #it.gone > 0
    for _, moment in ipairs(it.gone) do call('HDEL', it.amounts, moment) end
    if is_new then call('ZREMRANGEBYSCORE', it.order, '-inf', NOW_MS) end
    for moment, after in pairs(it.changed) do
      is_new = true
      if after == '0' then
        call('HDEL', it.amounts, moment)
        call('ZREM', it.order, moment)
      else
        call('HSET', it.amounts, moment, after)
        call('ZADD', it.order, moment, moment)
      end
    end
    local last = is_new and call('ZRANGE', it.order, -1, -1)[1]
    if last then
      call('HSET', it.amounts, 'total', it.total)
      expire(it.amounts, tonumber(last) - NOW_MS + GRACE_MS)
      expire(it.order, tonumber(last) - NOW_MS + GRACE_MS)
    elseif is_new then
      call('DEL', it.amounts)
    end
  end
end

local function lines(from, count, extra)
  local found = {}
  for at = from, from + count * (4 + #extra) - 1, 4 + #extra do
    local line = {series = ARGV[at], till = ARGV[at + 1], rolls = ARGV[at + 2] == '1', amount = ARGV[at + 3]}
    for index, name in ipairs(extra) do line[name] = ARGV[at + 3 + index] end
    table.insert(found, line)
  end
  return found
end

local function seen(from) -- threes of a key, a stretch of time, and numbers that are added to those there
  local found = {}
  for at = from, #ARGV - 2, 3 do
    local key, stretch, known, sums = P .. 'o:' .. ARGV[at], ARGV[at + 1], {}, {}
    found[key] = found[key] or {}
    for number in string.gmatch(found[key][stretch] or call('HGET', key, stretch) or '', '[^ ]+') do table.insert(known, exact(number)) end
    for number in string.gmatch(ARGV[at + 2], '[^ ]+') do table.insert(sums, add(number, known[#sums + 1] or '0')) end
    found[key][stretch] = table.concat(sums, ' ')
  end
  return found
end

local function see(outcomes)
  for key, stretches in pairs(outcomes) do
    for stretch, sums in pairs(stretches) do call('HSET', key, stretch, sums) end
    expire(key, OUTCOMES_KEPT * 1000 + GRACE_MS)
    if call('HLEN', key) > OUTCOMES_KEPT / OUTCOME_GRAIN + BATCH then
      for _, stretch in ipairs(call('HKEYS', key)) do
        if tonumber(stretch) <= tonumber(NOW) - OUTCOMES_KEPT then call('HDEL', key, stretch) end
      end
    end
  end
end

local function note(key) -- as it is kept, until when, and what it says
  local text = call('GET', P .. 'n:' .. key)
  if not text then return false end
  local till, there = string.match(text, '^(%S+) (.*)$')
  if not tonumber(till) then error('FOREIGN') end
  return text, tonumber(till), there
end

local RUN = {}

function RUN.time()
end

function RUN.notes()
  local found = {}
  for at = 4, #ARGV do found[at - 3] = note(ARGV[at]) end
  return found
end

function RUN.swap() -- key, what is there, what is to be (each after '+' where there is any), until when, for how many milliseconds
  local key, old, new = P .. 'n:' .. ARGV[4], ARGV[5], ARGV[6]
  local text, till, there = note(ARGV[4])
  local is_there = text and till > tonumber(NOW)
  if (is_there and '+' .. there or '') ~= old then return {0, is_there and text} end
  if new == '' then
    call('DEL', key)
  else
    call('SET', key, ARGV[7] .. ' ' .. string.sub(new, 2), 'PX', ARGV[8])
  end
  return {1}
end

function RUN.reserve() -- id, until when, then the lines
  local asked = lines(6, (#ARGV - 5) / 6, {'limit', 'needs'})
  if call('HEXISTS', P .. 'h', ARGV[4]) == 1 or call('ZSCORE', P .. 'd', ARGV[4]) then error('the reservation is settled') end
  take_back()
  for index, line in ipairs(asked) do
    if line.limit ~= '' and not fits(total(line), line.limit, line.needs) then
      local short = {index - 1, total(line), line.rolls and frees_at(line) or ''}
      write()
      return short
    end
  end
  for _, line in ipairs(asked) do
    book(line, line.amount, '0')
    line.limit, line.needs = nil, nil
  end
  write()
  call('HSET', P .. 'h', ARGV[4], cmsgpack.pack(asked))
  call('ZADD', P .. 'l', ARGV[5], ARGV[4])
end

function RUN.settle() -- id, how many lines, the lines, then outcomes
  local id, count = ARGV[4], tonumber(ARGV[5])
  if id ~= '0' and call('ZSCORE', P .. 'd', id) then return end -- whoever settled it did not hear the answer
  local is_held = call('HEXISTS', P .. 'h', id) == 1
  local outcomes = seen(6 + count * 5)
  for _, line in ipairs(lines(6, count, {'spent'})) do
    if not (is_held and line.spent == line.amount) then book(line, line.spent, is_held and line.amount or '0') end
  end
  let_go(id)
  write()
  if id ~= '0' then
    call('ZADD', P .. 'd', NOW, id)
    call('ZREMRANGEBYSCORE', P .. 'd', '-inf', tonumber(NOW) - SETTLED_KEPT)
    expire(P .. 'd', SETTLED_KEPT * 1000)
  end
  see(outcomes)
end

function RUN.totals()
  take_back()
  local found = {}
  for index, line in ipairs(lines(4, (#ARGV - 3) / 4, {})) do found[index] = total(line) end
  write()
  return found
end

function RUN.see()
  see(seen(4))
end

function RUN.outcomes() -- the first and the last stretch of time, then keys
  local stretches, found = {}, {}
  for at = tonumber(ARGV[4]), tonumber(ARGV[5]), OUTCOME_GRAIN do table.insert(stretches, string.format('%.0f', at)) end
  for at = 6, #ARGV do found[at - 5] = call('HMGET', P .. 'o:' .. ARGV[at], unpack(stretches)) end
  return found
end

local time, begun = call('TIME'), call('GET', P .. 'b')
local answer = RUN[COMMAND]() or {}
if not begun and (COMMAND == 'reserve' or COMMAND == 'settle') then
  begun = time[1] .. '.' .. time[2]
  call('SET', P .. 'b', begun)
end
return {time[1], time[2], answer, begun}
