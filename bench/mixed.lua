-- Stores, retrieves, updates and deletes on a set of entries of constant size: BENCH_POOL entries
-- a thread. The set is a queue: the oldest entry is deleted, and only the newer half is retrieved
-- and updated, so no request meets an entry whose deletion is under way.

dofile("common.lua")

local pool = tonumber(os.getenv("BENCH_POOL"))
local body = os.getenv("BENCH_BODY")
local mark = os.getenv("BENCH_MARK")
local run = os.getenv("BENCH_RUN")
local turns = { "store", "retrieve", "update", "retrieve", "delete", "retrieve", "retrieve", "retrieve" }
local ids, oldest, newest = {}, 1, 0
local count = 0

local function content()
  return (body:gsub(mark, string.format("%s-%02d-%010d", run, thread_id, count), 1))
end

local function recent()
  return ids[math.random(math.floor((oldest + newest) / 2), newest)]
end

function init()
  wrk.headers["content-type"] = "application/json"
  math.randomseed(thread_id + 1)
end

function request()
  count = count + 1
  local turn = turns[count % #turns + 1]
  local size = newest - oldest + 1
  if size < pool / 2 or turn == "store" then
    return wrk.format("POST", "/bench/direct/store/json", nil, content())
  elseif turn == "retrieve" then
    return wrk.format("GET", "/bench/retrieve/" .. recent())
  elseif turn == "update" then
    return wrk.format("POST", "/bench/update/" .. recent() .. "/json", nil, content())
  end
  -- The turn to delete stores instead while the set is still growing.
  if size < pool then
    return wrk.format("POST", "/bench/direct/store/json", nil, content())
  end
  local id = ids[oldest]
  ids[oldest] = nil
  oldest = oldest + 1
  return wrk.format("DELETE", "/bench/delete/" .. id)
end

function response(status, headers, body)
  -- Only the answer to a store lists the references of an entry.
  if body:find('"by_id"', 1, true) then
    newest = newest + 1
    ids[newest] = body:match('"cache_id": ?"([%x-]+)"')
  end
end
