-- Stores entries. BENCH_BODY is the JSON text with BENCH_MARK where the key goes, a text as long
-- as every key, so that all requests have the same length and are built once, but for the key.
-- BENCH_STRATEGY is the strategy, direct when not given. BENCH_CONTENTS = 0 makes every content new; N goes round N contents; 1 stores one and the same.

dofile("common.lua")

local contents = tonumber(os.getenv("BENCH_CONTENTS"))
local run = os.getenv("BENCH_RUN")
local mark = os.getenv("BENCH_MARK")
local before, after
local count = 0

function init()
  local headers = wrk.headers
  headers["content-type"] = "application/json"
  local whole = wrk.format("POST", "/bench/" .. (os.getenv("BENCH_STRATEGY") or "direct") .. "/store/json", headers, os.getenv("BENCH_BODY"))
  local first, last = whole:find(mark, 1, true)
  before, after = whole:sub(1, first - 1), whole:sub(last + 1)
end

function request()
  local key
  if contents == 0 then
    key = string.format("%s-%02d-%010d", run, thread_id, count)
  else
    key = string.format("%s-%02d-%010d", run, 0, count % contents)
  end
  count = count + 1
  return before .. key .. after
end
