-- Whole numbers of any size, none below zero, as decimal text: Lua's own are exact to 2^53, which in attodollars is less than a
-- cent. Fifteen digits are added at a time.

local DIGITS, BASE = 15, 1e15

local function exact(text)
  if not text then return '0' end
  if not string.find(text, '^%d+$') then error('FOREIGN') end
  return text
end

local function less(a, b)
  if #a ~= #b then return #a < #b end
  return a < b
end

local function part(text, last)
  return last < 1 and 0 or tonumber(string.sub(text, math.max(1, last - DIGITS + 1), last))
end

local function combined(a, b, sign)
  local text, carry = '', 0
  for back = 0, math.max(#a, #b) - 1, DIGITS do
    local sum = part(a, #a - back) + sign * part(b, #b - back) + carry
    carry = sum >= BASE and 1 or sum < 0 and -1 or 0
    text = string.format('%015.0f', sum - carry * BASE) .. text
  end
  text = string.gsub(carry .. text, '^0+', '')
  return text == '' and '0' or text
end

local function add(a, b)
  return combined(a, b, 1)
end

local function take(a, b) -- nothing is left where b is more
  return less(a, b) and '0' or combined(a, b, -1)
end
